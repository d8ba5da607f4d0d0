/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "intr_record.h"

/* Three in a row are no accident, and neither is one of five for long; older ones are forgotten. */
#define INTR_RECORD_MISSED     4
#define INTR_RECORD_MISSED_MAX (3 * INTR_RECORD_MISSED)

bool intr_record_is_good(const struct intr_record *record)
{
	return record->missed < INTR_RECORD_MISSED_MAX;
}

void intr_record_note(struct intr_record *record, bool timed_out, bool had_packets)
{
	bool fired = record->fired;

	record->fired = false;
	if (!had_packets || !intr_record_is_good(record))
		return;
	if (fired) {
		record->proven = true;
		if (record->missed > 0)
			record->missed--;
	} else if (timed_out) {
		record->proven = false;
		record->missed += INTR_RECORD_MISSED;
	}
}
