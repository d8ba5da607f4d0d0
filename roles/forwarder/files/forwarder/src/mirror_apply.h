/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_MIRROR_APPLY_H
#define FWD_MIRROR_APPLY_H

#include <stdbool.h>

#include "pair.h"

/* Gives a running NIC the settings of its netdev: MTU, MAC address, and what it receives. */
void mirror_apply(struct pair *pair, bool slow);

#endif
