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
#define SIZING_LARGE_MIN     4096 /* 64 KB in 17: vmxnet3 takes 24 */

static unsigned int sizing_frame(unsigned int mtu)
{
	return mtu + SIZING_ETHER_HEADER + SIZING_ETHER_CRC + SIZING_VLAN_TAGS +
		SIZING_VIRTIO_HEADER;
}

static uint16_t sizing_room(unsigned int mtu, unsigned int least, unsigned int headroom)
{
	unsigned int room = sizing_frame(mtu);

	room = (room + SIZING_ROUND - 1) / SIZING_ROUND * SIZING_ROUND;
	return (room < least ? least : room) + headroom;
}

uint16_t sizing_data_room(unsigned int mtu, unsigned int headroom)
{
	return sizing_room(mtu, SIZING_ROOM_MIN, headroom);
}

uint16_t sizing_large_room(unsigned int mtu, unsigned int headroom)
{
	return sizing_room(mtu, SIZING_LARGE_MIN, headroom);
}

bool sizing_needs_chain(unsigned int mtu, unsigned int room, unsigned int headroom)
{
	return sizing_frame(mtu) > room - headroom;
}

unsigned int sizing_mbufs(const struct ring_sizes *rings, unsigned int nb_queues,
	unsigned int nb_lcores, unsigned int held_max)
{
	/* a cache is filled to one and a half times its size before mbufs go back to the pool */
	return nb_queues * (rings->from + rings->to + held_max) +
		nb_lcores * (2 * BURST_SIZE + MEMPOOL_CACHE * 3 / 2);
}
