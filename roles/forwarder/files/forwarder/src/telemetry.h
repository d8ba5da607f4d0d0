/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_TELEMETRY_H
#define FWD_TELEMETRY_H

#include "pair.h"
#include "worker.h"

/* Adds /exception_path/... to DPDK's telemetry socket. */
int telemetry_start(const struct pair *pairs, unsigned int nb_pairs, const struct workers *workers);
/* After this no request touches the pairs any more. */
void telemetry_stop(void);

#endif
