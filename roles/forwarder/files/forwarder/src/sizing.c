/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "sizing.h"

#define SIZING_ETHER_HEADER  14
#define SIZING_ETHER_CRC     4 /* some NICs write it, though it is not handed on */
#define SIZING_VLAN_TAGS     8 /* two */
#define SIZING_VIRTIO_HEADER 12
#define SIZING_ROUND	     1024 /* the unit in which NICs are told the size of a buffer */
#define SIZING_ROOM_MIN	     2048

uint16_t sizing_data_room(unsigned int mtu, unsigned int headroom)
{
	unsigned int room = mtu + SIZING_ETHER_HEADER + SIZING_ETHER_CRC + SIZING_VLAN_TAGS +
		SIZING_VIRTIO_HEADER;

	room = (room + SIZING_ROUND - 1) / SIZING_ROUND * SIZING_ROUND;
	if (room < SIZING_ROOM_MIN)
		room = SIZING_ROOM_MIN;
	return room + headroom;
}

unsigned int sizing_mbufs(
	const struct ring_sizes *rings, unsigned int nb_queues, unsigned int nb_lcores)
{
	unsigned int per_queue =
		rings->nic_rx + rings->nic_tx + rings->kernel_rx + rings->kernel_tx;

	/* a cache is filled to one and a half times its size before mbufs go back to the pool */
	return nb_queues * per_queue + nb_lcores * (2 * BURST_SIZE + MEMPOOL_CACHE * 3 / 2);
}
