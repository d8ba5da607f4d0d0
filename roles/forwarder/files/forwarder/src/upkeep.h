/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_UPKEEP_H
#define FWD_UPKEEP_H

#include "pair.h"

/* Keeps pairs as they should be: looks at the netdev and the NIC, takes the steps that mirror.h
 * decides on, and mirrors the rest. By one thread: the main one during the start, the control
 * thread from then on.
 */

/* After the kernel port has been started, in place of the NIC's start: that follows if the netdev
 * is up. Errors as of pairs_start().
 */
int upkeep_begin(struct pair *pair);
/* What can change without a notice: links, multicast addresses, things to try again. False if only
 * a new start of the process can help.
 */
bool upkeep_tick(struct pair *pairs, unsigned int nb_pairs, uint64_t now);
/* True while a NIC that has just been started needs quick looks: at its link, and to be told of
 * VLANs.
 */
bool upkeep_is_settling(const struct pair *pairs, unsigned int nb_pairs);
/* Those of which there was news (mirror.dirty, nic_events), and those that are settling. */
void upkeep_news(struct pair *pairs, unsigned int nb_pairs, uint64_t now);
void upkeep_end(struct pair *pair);

#endif
