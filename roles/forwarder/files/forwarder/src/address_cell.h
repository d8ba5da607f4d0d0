/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_ADDRESS_CELL_H
#define FWD_ADDRESS_CELL_H

#include "local_addresses.h"

/* Where lcores find the present set of addresses while another thread replaces it.
 *
 * There are two places. Readers use the active one and are counted there; the writer fills the
 * other one once its last reader is gone, and makes it the active one. Readers never wait, and
 * the writer does not either: it is told to come again. At most two sets exist.
 */
struct address_cell {
	struct local_addresses *sets[2];
	unsigned int readers[2];
	unsigned int active;
};

/* With an empty set. 0 or -ENOMEM. */
int address_cell_init(struct address_cell *cell);
void address_cell_fini(struct address_cell *cell);

/* What enter() gives is good until leave(), which wants the same place. */
const struct local_addresses *address_cell_enter(struct address_cell *cell, unsigned int *place);
void address_cell_leave(struct address_cell *cell, unsigned int place);

/* Of one writer: takes the set over, or leaves it with the caller and returns -EAGAIN because a
 * reader has not left the place that is needed.
 */
int address_cell_replace(struct address_cell *cell, struct local_addresses *addresses);
/* For the writer alone. */
const struct local_addresses *address_cell_get(const struct address_cell *cell);

#endif
