/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_PAIR_PORTS_H
#define FWD_PAIR_PORTS_H

#include "pair.h"

/* The ports of a pair one by one, so that they can be stopped, changed and started again while
 * the other pairs go on. All return -errno, and log why.
 */

/* 0 once no lcore touches the ports any more, and what was held for them is dropped; -ETIMEDOUT
 * after a second: an lcore has stopped moving.
 */
int pair_pause(struct pair *pair);
void pair_resume(struct pair *pair);

/* Ports that are stopped, or fresh. A frame of this MTU that does not fit into a buffer of the
 * pair's pool needs a NIC that can spread it over several.
 */
int pair_configure_nic(struct pair *pair, unsigned int mtu);
int pair_configure_kernel(struct pair *pair, unsigned int mtu);
int pair_start_nic(struct pair *pair);
int pair_start_kernel(struct pair *pair);
void pair_stop_nic(struct pair *pair);
void pair_stop_kernel(struct pair *pair);
/* Tells a started NIC of some more of pair->vlans_closed. */
void pair_open_vlans(struct pair *pair);

#endif
