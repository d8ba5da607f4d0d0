/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_ADDRESS_DUMP_H
#define FWD_ADDRESS_DUMP_H

#include <stdbool.h>
#include <stddef.h>

#include "local_addresses.h"

/* Collects all addresses of this network namespace, and the broadcast addresses of its IPv4
 * networks, by netlink: read-only, for any user. -EAGAIN: they changed meanwhile.
 *
 * All, not those of one netdev: a router's addresses are on VLANs and bridges on top of the
 * netdev and on lo as well, and the kernel takes packets for any of them from any netdev.
 */
int address_dump(struct local_addresses *addresses);

/* One answer of the kernel, of len bytes, to the request of that number; sets *done if it was the
 * last one.
 */
int address_dump_read(const void *answer, size_t len, unsigned int sequence,
	struct local_addresses *addresses, bool *done);

#endif
