/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_COUNTERS_H
#define FWD_COUNTERS_H

#include <stdint.h>

/* One direction of one queue: written by its lcore alone, read by anybody. */
struct counters {
	uint64_t packets; /* handed to the other port */
	uint64_t bytes;
	uint64_t dropped; /* the other port had no room */
};

/* A plain addition that the compiler may not tear; no locked instruction with one writer. */
static inline void counters_add(uint64_t *counter, uint64_t value)
{
	__atomic_store_n(counter, *counter + value, __ATOMIC_RELAXED);
}

static inline void counters_sum(struct counters *sum, const struct counters *part)
{
	sum->packets += __atomic_load_n(&part->packets, __ATOMIC_RELAXED);
	sum->bytes += __atomic_load_n(&part->bytes, __ATOMIC_RELAXED);
	sum->dropped += __atomic_load_n(&part->dropped, __ATOMIC_RELAXED);
}

#endif
