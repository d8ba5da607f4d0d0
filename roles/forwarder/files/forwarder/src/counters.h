/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_COUNTERS_H
#define FWD_COUNTERS_H

#include <stdint.h>

/* One direction of one queue: written by its lcore alone, read by anybody. */
struct counters {
	uint64_t packets; /* handed to the other port, as they were sent */
	uint64_t bytes;
	uint64_t dropped_full;	  /* the other port had no room */
	uint64_t dropped_invalid; /* nothing right can be made of it */
	uint64_t dropped_memory;  /* no packet buffer left */
	uint64_t dropped_limited; /* over the rate of its class */
	uint64_t cut;		  /* large packets cut into segments here */
	uint64_t merged;	  /* segments that went into a larger packet here */
};

/* A plain addition that the compiler may not tear; no locked instruction with one writer. */
static inline void counters_add(uint64_t *counter, uint64_t value)
{
	__atomic_store_n(counter, *counter + value, __ATOMIC_RELAXED);
}

static inline uint64_t counters_dropped(const struct counters *counters)
{
	return counters->dropped_full + counters->dropped_invalid + counters->dropped_memory +
		counters->dropped_limited;
}

void counters_sum(struct counters *sum, const struct counters *part);

#endif
