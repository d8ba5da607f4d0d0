/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_QUEUE_H
#define FWD_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

#include "direction.h"

struct worker;

enum queue_pause {
	QUEUE_RUNS,
	/* The link of the NIC has just come up, or is about to: what it receives waits in its ring
	 * until the netdev has carrier. The kernel would answer at once, lose what it sends, and
	 * ask for the neighbour's address again only after a second.
	 */
	QUEUE_HOLDS_TO_KERNEL,
	QUEUE_PAUSED, /* the ports are not to be touched */
};

/* Queue i of a pair: queue i of both its ports, served by one lcore in both directions. The
 * kernel learns from where a flow is sent to it and answers on that queue, so a flow stays on
 * one lcore.
 */
struct queue {
	uint8_t pause; /* enum queue_pause; written by the control thread alone */
	uint16_t id;
	struct worker *worker; /* whose lcore serves it */
	struct direction to_kernel;
	struct direction to_nic;
} __attribute__((aligned(RTE_CACHE_LINE_SIZE)));

#endif
