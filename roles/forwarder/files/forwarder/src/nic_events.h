/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_NIC_EVENTS_H
#define FWD_NIC_EVENTS_H

#include "pair.h"

/* Notes in the mirrors of these pairs when a NIC wants a reset or is pulled out; the control thread
 * acts on it. The events come on a thread of EAL's.
 */
int nic_events_start(struct pair *pairs, unsigned int nb_pairs);
void nic_events_stop(void);

#endif
