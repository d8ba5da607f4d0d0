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

/* Queue i of a pair: queue i of both its ports, served by one lcore in both directions. The
 * kernel learns from where a flow is sent to it and answers on that queue, so a flow stays on
 * one lcore.
 */
struct queue {
	bool paused; /* written by the control thread alone; the ports are not to be touched */
	uint16_t id;
	struct worker *worker; /* whose lcore serves it */
	struct direction to_kernel;
	struct direction to_nic;
} __attribute__((aligned(RTE_CACHE_LINE_SIZE)));

#endif
