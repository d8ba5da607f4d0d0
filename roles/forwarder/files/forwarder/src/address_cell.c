/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "address_cell.h"

#include <errno.h>

int address_cell_init(struct address_cell *cell)
{
	*cell = (struct address_cell){.sets = {local_addresses_new()}};
	return cell->sets[0] == NULL ? -ENOMEM : 0;
}

void address_cell_fini(struct address_cell *cell)
{
	local_addresses_free(cell->sets[0]);
	local_addresses_free(cell->sets[1]);
}

const struct local_addresses *address_cell_enter(struct address_cell *cell, unsigned int *place)
{
	unsigned int active = __atomic_load_n(&cell->active, __ATOMIC_SEQ_CST);

	/* Counted first, then looked whether the place is still the active one: the writer either
	 * sees the count or had made the other place active before, and then this one is left
	 * without a look at its set. All in one order that everybody agrees on.
	 */
	for (;;) {
		unsigned int now;

		__atomic_fetch_add(&cell->readers[active], 1, __ATOMIC_SEQ_CST);
		now = __atomic_load_n(&cell->active, __ATOMIC_SEQ_CST);
		if (now == active)
			break;
		__atomic_fetch_sub(&cell->readers[active], 1, __ATOMIC_RELEASE);
		active = now;
	}
	*place = active;
	return cell->sets[active];
}

void address_cell_leave(struct address_cell *cell, unsigned int place)
{
	__atomic_fetch_sub(&cell->readers[place], 1, __ATOMIC_RELEASE);
}

int address_cell_replace(struct address_cell *cell, struct local_addresses *addresses)
{
	unsigned int next = !cell->active;

	if (__atomic_load_n(&cell->readers[next], __ATOMIC_SEQ_CST) > 0)
		return -EAGAIN;
	local_addresses_free(cell->sets[next]);
	cell->sets[next] = addresses;
	__atomic_store_n(&cell->active, next, __ATOMIC_SEQ_CST);
	return 0;
}

const struct local_addresses *address_cell_get(const struct address_cell *cell)
{
	return cell->sets[cell->active];
}
