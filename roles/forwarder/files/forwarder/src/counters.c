/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "counters.h"

void counters_sum(struct counters *sum, const struct counters *part)
{
	sum->packets += __atomic_load_n(&part->packets, __ATOMIC_RELAXED);
	sum->bytes += __atomic_load_n(&part->bytes, __ATOMIC_RELAXED);
	sum->dropped_full += __atomic_load_n(&part->dropped_full, __ATOMIC_RELAXED);
	sum->dropped_invalid += __atomic_load_n(&part->dropped_invalid, __ATOMIC_RELAXED);
	sum->dropped_memory += __atomic_load_n(&part->dropped_memory, __ATOMIC_RELAXED);
	sum->dropped_limited += __atomic_load_n(&part->dropped_limited, __ATOMIC_RELAXED);
	sum->cut += __atomic_load_n(&part->cut, __ATOMIC_RELAXED);
	sum->merged += __atomic_load_n(&part->merged, __ATOMIC_RELAXED);
}
