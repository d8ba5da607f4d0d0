/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_QUEUE_H
#define FWD_QUEUE_H

#include <stdint.h>

#include <rte_common.h>

#include "counters.h"

/* Queue i of a pair: queue i of both its ports, served by one lcore in both directions. The
 * kernel learns from where a flow is sent to it and answers on that queue, so a flow stays on
 * one lcore.
 */
struct queue {
	uint16_t nic_port;
	uint16_t kernel_port;
	uint16_t id;
	unsigned int lcore;
	struct counters to_kernel;
	struct counters to_nic;
} __attribute__((aligned(RTE_CACHE_LINE_SIZE)));

#endif
