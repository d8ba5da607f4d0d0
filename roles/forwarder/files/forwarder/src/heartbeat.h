/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_HEARTBEAT_H
#define FWD_HEARTBEAT_H

#include <stdbool.h>
#include <stdint.h>

/* One per polling lcore; the lcore beats, the control thread looks. */
struct heartbeat {
	uint64_t beats; /* written by the lcore alone */
	uint64_t seen;	/* written by the control thread alone */
};

static inline void heartbeat_beat(struct heartbeat *heartbeat)
{
	__atomic_store_n(&heartbeat->beats, heartbeat->beats + 1, __ATOMIC_RELAXED);
}

/* True if it has moved since the last look. */
bool heartbeat_moved(struct heartbeat *heartbeat);

#endif
