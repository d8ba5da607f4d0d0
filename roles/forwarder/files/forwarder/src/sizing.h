/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_SIZING_H
#define FWD_SIZING_H

#include <stdbool.h>
#include <stdint.h>

/* Larger than usual: one call of a driver serves more packets, and merging finds more to merge. */
#define BURST_SIZE    128
#define MEMPOOL_CACHE 256 /* mbufs an lcore keeps to itself */

/* mbufs that the rings of one direction of one queue hold, as the ports accepted them. */
struct ring_sizes {
	unsigned int from; /* Rx of the port where the mbufs come from */
	unsigned int to;   /* Tx of the port where they go */
};

/* Bytes of an mbuf that holds a whole frame of this MTU, so that nothing needs a chain. */
uint16_t sizing_data_room(unsigned int mtu, unsigned int headroom);
/* The same where packets of up to 64 KB come: NICs take them in a limited number of buffers. */
uint16_t sizing_large_room(unsigned int mtu, unsigned int headroom);
/* True if a frame of this MTU needs a chain of mbufs with this room. */
bool sizing_needs_chain(unsigned int mtu, unsigned int room, unsigned int headroom);
/* mbufs with which both rings can be full and every lcore at work at once. */
unsigned int sizing_mbufs(const struct ring_sizes *rings, unsigned int nb_queues,
	unsigned int nb_lcores, unsigned int held_max);

#endif
