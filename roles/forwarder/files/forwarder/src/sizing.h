/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_SIZING_H
#define FWD_SIZING_H

#include <stdint.h>

#define BURST_SIZE    32
#define MEMPOOL_CACHE 256 /* mbufs an lcore keeps to itself */

/* Descriptors of one queue, as the ports accepted them. */
struct ring_sizes {
	uint16_t nic_rx;
	uint16_t nic_tx;
	uint16_t kernel_rx;
	uint16_t kernel_tx;
};

/* Bytes of an mbuf that holds a whole frame of this MTU, so that nothing needs a chain. */
uint16_t sizing_data_room(unsigned int mtu, unsigned int headroom);
/* mbufs with which every ring can be full and every lcore at work at once. */
unsigned int sizing_mbufs(
	const struct ring_sizes *rings, unsigned int nb_queues, unsigned int nb_lcores);

#endif
