/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "assign.h"

unsigned int assign_lcore_index(
	unsigned int queues_before, unsigned int queue_id, unsigned int nb_lcores)
{
	return (queues_before + queue_id) % nb_lcores;
}

unsigned int assign_lcore_count(unsigned int nb_queues, unsigned int nb_lcores)
{
	return nb_queues < nb_lcores ? nb_queues : nb_lcores;
}
