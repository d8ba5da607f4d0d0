/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_DIRECTION_H
#define FWD_DIRECTION_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "counters.h"
#include "intr_record.h"

#define HELD_MAX 256

struct limits;

/* How packets of one port are made fit for another: decided once, at the start. */
struct conversion {
	uint64_t interest;    /* Rx flags of a packet that can not be sent as it is */
	uint64_t tx_offload;  /* what the sending port does itself: RTE_ETH_TX_OFFLOAD_... */
	uint16_t nb_segs_max; /* buffers that a packet may have which that port cuts */
	bool merge;	      /* TCP segments with good checksums become large packets */
	struct rte_mempool *segments; /* where packets that are cut here come from */
};

/* Packets from one queue of one port to the same queue of the other: touched by one lcore alone. */
struct direction {
	uint16_t rx_port;
	uint16_t tx_port;
	uint16_t queue;
	uint16_t nb_held;
	struct conversion conversion;
	struct limits *limits;	       /* NULL: everything passes */
	struct intr_record interrupts; /* of the queue that it receives from */
	struct counters counters;

	/* what the other port had no room for yet, and since when (TSC) it takes nothing */
	uint64_t held_since;
	struct rte_mbuf *held[HELD_MAX];
};

/* Receives a burst and sends it. Returns how many packets were received or are still held: 0
 * means that there is nothing to do.
 */
unsigned int direction_forward(struct direction *direction);
/* Frees what is held: before the port that it was for is closed. */
void direction_drop_held(struct direction *direction);

#endif
