/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_NETDEV_STATE_H
#define FWD_NETDEV_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "parse.h"

/* What the kernel tells anybody about a netdev. */
struct netdev_state {
	int ifindex; /* 0: there is none */
	char name[NETDEV_NAME_MAX + 1];
	bool up;
	bool carrier;
	bool promiscuous; /* also for a capture, or as a bridge port */
	bool allmulticast;
	unsigned int mtu;
	bool has_mac;
	uint8_t mac[MAC_LEN];

	/* of a tap */
	bool is_tap;
	bool is_multi_queue;
	unsigned int queues; /* attached by any process; not known without is_multi_queue */
	bool has_owner;
	bool has_group;
	uid_t owner;
	gid_t group;
};

#endif
