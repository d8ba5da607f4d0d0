/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_MIRROR_H
#define FWD_MIRROR_H

#include <stdbool.h>
#include <stdint.h>

#include "link_state.h"
#include "multicast.h"

enum pair_state {
	PAIR_FORWARDING,
	PAIR_DOWN,	/* the netdev is down, so the NIC is stopped */
	PAIR_NO_NETDEV, /* somebody deleted it; waits for it to come back */
	PAIR_NO_NIC,	/* pulled out; waits for it to come back */
	PAIR_BROKEN,	/* a port does not start; tried again each second */
};

/* What a pair knows of its netdev, and what it has done about it: the control thread's own. */
struct mirror {
	bool follows; /* the netdev is known */
	bool in_sight; /* in the network namespace of the forwarder */
	int index;    /* of the netdev; a renamed one keeps it */
	int tun;      /* the driver's descriptor of it; negative: none */
	enum pair_state state;
	struct link_state netdev; /* as last seen */
	struct multicast multicast;

	bool link_up;	      /* of the NIC */
	bool carrier;	      /* of the netdev */
	bool promiscuous;     /* of the NIC */
	bool allmulticast;    /* of the NIC */
	bool multicast_known;
	bool allmulticast_wanted;
	unsigned int mtu_refused; /* by the NIC; 0: none */
	unsigned int attempts;	  /* to get a port back */
	bool hopeless;		  /* only a new start of the process can help */

	/* set by threads of DPDK, see nic_events.c */
	bool nic_gone;
	bool nic_wants_reset;
};

struct pair;

const char *pair_state_name(enum pair_state state);

/* Once all ports run. */
void mirror_start(struct pair *pair);
/* Makes the NIC what the netdev is, and the netdev's carrier what the NIC's link is. True if the
 * pair's link or state changed. `slow` once a second: also what has to be tried again and what
 * nobody tells of.
 */
bool mirror_follow(struct pair *pair, bool slow);

#endif
