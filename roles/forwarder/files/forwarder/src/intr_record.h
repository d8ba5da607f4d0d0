/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_INTR_RECORD_H
#define FWD_INTR_RECORD_H

#include <stdbool.h>
#include <stdint.h>

/* What is known of the Rx interrupts of one queue. Some devices have them on paper only, and an
 * lcore that waits for several queues is woken by the others: each is judged by itself.
 */
struct intr_record {
	bool fired;  /* since the last note */
	bool proven; /* the last packets after a wait had their interrupt */
	uint8_t missed;
};

/* After a wait and the look at the queue that follows it. A wait that another queue has ended tells
 * nothing of this one: its interrupt may be on the way.
 */
void intr_record_note(struct intr_record *record, bool timed_out, bool had_packets);
/* Once false, it stays so until the record begins anew. */
bool intr_record_is_good(const struct intr_record *record);

#endif
