/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_ASSIGN_H
#define FWD_ASSIGN_H

/* The place, in a list of nb_lcores, of the lcore for the queue_id-th queue of a pair, when the
 * pairs before it have queues_before queues: round-robin over all queues of all pairs.
 */
unsigned int assign_lcore_index(
	unsigned int queues_before, unsigned int queue_id, unsigned int nb_lcores);
/* How many different lcores the nb_queues queues of one pair get. */
unsigned int assign_lcore_count(unsigned int nb_queues, unsigned int nb_lcores);

#endif
