/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_RATE_LIMITS_H
#define FWD_RATE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "address_cell.h"
#include "limit_spec.h"
#include "token_bucket.h"

#define LIMITS_ALIGN 64 /* a cache line: classes do not slow one another down */

/* One class of a port; all queues of the port share it. */
struct limit {
	struct token_bucket bucket; /* a rate of 0: no limit, and nothing is counted */
	uint64_t passed;
	uint64_t dropped;
} __attribute__((aligned(LIMITS_ALIGN)));

/* What a NIC may hand to the kernel. */
struct limits {
	struct limit classes[LIMIT_CLASSES];
	struct address_cell addresses __attribute__((aligned(LIMITS_ALIGN)));
	bool needs_addresses; /* only local and rest depend on them */
};

struct limit_counts {
	uint64_t passed;
	uint64_t dropped;
};

struct rte_mbuf;

/* *limits stays NULL if no class has a limit. 0 or -ENOMEM. */
int limits_create(const struct limit_spec specs[LIMIT_CLASSES], struct limits **limits);
void limits_free(struct limits *limits);

/* Reads the addresses of the kernel again, if a limit depends on them; for one thread, at the start
 * and then each second or when an address changes. Until it is called all IP but broadcast and
 * multicast is "rest". -ENODEV: the netdev is not in this network namespace, so that its addresses
 * can not be seen; -EAGAIN: come again. In both cases the addresses known stay in force.
 */
int limits_refresh_addresses(struct limits *limits, const char *netdev);

/* How many of `wanted` packets of a class may pass at the time now_ns (any clock that does not go
 * back); counts both.
 */
uint32_t limits_take(
	struct limits *limits, enum limit_class class, uint32_t wanted, uint64_t now_ns);
/* Frees what is over its class's rate, closes the gaps and returns how many packets are left. May
 * be called by several lcores at once.
 */
uint16_t limits_filter(
	struct limits *limits, struct rte_mbuf **pkts, uint16_t nb_pkts, uint64_t now_ns);

bool limits_has(const struct limits *limits, enum limit_class class);
void limits_read(const struct limits *limits, enum limit_class class, struct limit_counts *counts);

#endif
