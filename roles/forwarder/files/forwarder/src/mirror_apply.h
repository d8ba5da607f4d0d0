/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_MIRROR_APPLY_H
#define FWD_MIRROR_APPLY_H

#include "pair.h"

/* Sets the NIC to what its netdev is set to. What it refuses is logged once and not tried again
 * until the netdev changes. Wants a NIC that is configured.
 */
void mirror_apply(struct pair *pair);
/* To both ports; a NIC that does not take it becomes promiscuous. */
void mirror_apply_mac(struct pair *pair, const uint8_t mac[MAC_LEN]);

#endif
