/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_LINK_STATE_H
#define FWD_LINK_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "parse.h"

struct nlmsghdr;

/* What the kernel tells of a netdev over netlink (RTM_NEWLINK). */
struct link_state {
	int index;
	char name[NETDEV_NAME_MAX + 1];
	bool up; /* as the administrator wants it */
	bool promiscuous;
	bool allmulticast;
	unsigned int mtu;
	uint8_t mac[MAC_LEN];

	/* of a tap only */
	bool is_tap;
	bool has_owner;
	uid_t owner;
	bool has_group;
	gid_t group;
	unsigned int queues; /* attached now */
};

/* False if the message tells of no link. */
bool link_state_parse(const struct nlmsghdr *message, struct link_state *state);

#endif
