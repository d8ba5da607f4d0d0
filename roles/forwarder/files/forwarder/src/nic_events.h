/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_NIC_EVENTS_H
#define FWD_NIC_EVENTS_H

#include "pair.h"

/* What drivers and buses tell of NICs: that one wants a reset, or is to be given back. It comes on
 * DPDK's interrupt thread and goes to mirror.events of the pair.
 */

/* Returns the descriptor that becomes readable with an event, or -errno. */
int nic_events_open(struct pair *pairs, unsigned int nb_pairs);
/* Makes it unreadable until the next event. */
void nic_events_acknowledge(void);
/* The events of this pair since the last call. */
uint32_t nic_events_take(struct pair *pair);
/* Afterwards no event touches the pairs any more. */
void nic_events_close(void);

#endif
