/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_COMPAT_H
#define FWD_COMPAT_H

#include <rte_telemetry.h>
#include <rte_version.h>

/* The one difference between DPDK 22.11 and 25.11 that this program meets. */
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
#define compat_tel_dict_uint  rte_tel_data_add_dict_uint
#define compat_tel_array_uint rte_tel_data_add_array_uint
#define COMPAT_TEL_UINT_VAL   RTE_TEL_UINT_VAL
#else
#define compat_tel_dict_uint  rte_tel_data_add_dict_u64
#define compat_tel_array_uint rte_tel_data_add_array_u64
#define COMPAT_TEL_UINT_VAL   RTE_TEL_U64_VAL
#endif

#endif
