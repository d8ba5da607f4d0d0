/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "heartbeat.h"

bool heartbeat_moved(struct heartbeat *heartbeat)
{
	uint64_t beats = __atomic_load_n(&heartbeat->beats, __ATOMIC_RELAXED);
	bool moved = beats != heartbeat->seen;

	heartbeat->seen = beats;
	return moved;
}
