/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_MIRROR_H
#define FWD_MIRROR_H

#include <stdbool.h>
#include <stdint.h>

#include "multicast.h"
#include "netdev_state.h"
#include "pair_spec.h"

/* The netdev is the control plane of its pair: what it is set to, the NIC is set to; whether the
 * NIC has a link, the netdev's carrier shows. Here is what to do, in mirror_apply.c and upkeep.c
 * how.
 */

enum mirror_state {
	MIRROR_FORWARDING,
	MIRROR_DOWN,
	MIRROR_NO_NIC,
	MIRROR_NO_NETDEV,
};

enum mirror_netdev {
	MIRROR_NETDEV_UNKNOWN, /* the kernel port has no tap that we know: nothing to mirror */
	MIRROR_NETDEV_OURS,
	MIRROR_NETDEV_ELSEWHERE, /* moved into another network namespace: served, not mirrored */
	MIRROR_NETDEV_GONE,
	MIRROR_NETDEV_FREE, /* gone before, there again, and we may attach to it */
};

/* ------------------------------------------------ the ports */

/* How a pair stands. */
struct mirror_facts {
	enum mirror_netdev netdev;
	bool netdev_up;
	bool kernel_there;
	bool kernel_started;
	bool nic_there;
	bool nic_started;
	bool nic_back;	  /* not there, but it can be had again */
	bool nic_leaving; /* somebody wants it back */
	bool nic_reset;	  /* its driver asks for one */
	bool forwarding;
	bool may_try; /* not just after something failed */
};

enum mirror_action {
	MIRROR_REST,
	MIRROR_PAUSE,
	MIRROR_RESUME,
	MIRROR_REMOVE_NIC,
	MIRROR_ADD_NIC,
	MIRROR_RESET_NIC,
	MIRROR_STOP_NIC,
	MIRROR_START_NIC,
	MIRROR_REMOVE_KERNEL,
	MIRROR_ADD_KERNEL,
	MIRROR_START_KERNEL,
};

/* The next step on the way to where the pair should be. */
enum mirror_action mirror_next(const struct mirror_facts *facts);
enum mirror_state mirror_state_of(const struct mirror_facts *facts);
const char *mirror_state_name(enum mirror_state state);

/* ------------------------------------------------ what the NIC receives */

/* What a NIC has proved unable to do. */
struct mirror_inabilities {
	bool mac;
	bool groups;
	bool allmulticast;
};

struct mirror_filter {
	bool promiscuous;
	bool allmulticast;
	bool groups; /* by a list of them */
};

/* What the NIC must receive at least, by the narrowest means it has. */
struct mirror_filter mirror_filter(const struct netdev_state *netdev,
	const struct multicast *multicast, const struct mirror_inabilities *inabilities);

/* ------------------------------------------------ all of a pair */

/* For others to look at, whole and at any time. */
struct mirror_view {
	bool known; /* of the netdev: otherwise nothing is mirrored */
	enum mirror_state state;
	bool up;
	bool carrier;
	bool link_up;
	unsigned int link_speed; /* Mbit/s, 0: not known */
	unsigned int mtu;	 /* this and the next: in force at the NIC */
	uint8_t mac[MAC_LEN];
	struct mirror_filter filter;
	unsigned int nb_groups;
	char refused[64]; /* what the NIC did not take, or empty */
};

/* Where a port came from, so that it can be had again. */
struct mirror_plug {
	char bus[16];
	char device[64];
	char driver[32]; /* the kernel's, of a PCI device */
	char *args;
};

/* Set by DPDK's threads, taken by the control thread. */
#define MIRROR_EVENT_RESET  0x1U
#define MIRROR_EVENT_REMOVE 0x2U

struct mirror {
	/* seen */
	enum mirror_netdev netdev_is;
	bool has_tap; /* the kernel port is attached to it, or was */
	struct netdev_state netdev;
	struct multicast multicast;
	uint32_t events;

	/* done */
	struct mirror_plug nic_plug;
	struct mirror_plug kernel_plug;
	bool nic_there;
	bool nic_configured;
	bool kernel_there;
	bool forwarding;
	bool filter_stale; /* the NIC has forgotten it, or it has changed */
	bool mac_stale;
	struct mirror_filter filter;
	struct mirror_inabilities inabilities;
	unsigned int mtu_tried;
	uint8_t mac_tried[MAC_LEN];
	bool mtu_refused;
	bool filter_refused;
	bool carrier_refused;
	bool link_known;
	bool link_up;
	unsigned int link_speed;
	unsigned int link_looks; /* quick ones left, at a link that is about to come up */
	unsigned int blocked;	 /* looks at a netdev that we may not attach to */
	unsigned int attempts;	 /* to get a port back which failed, in a row */
	uint64_t retry_at;	 /* ns */
	bool dirty;		 /* there was news of the netdev */

	struct mirror_view view; /* only by mirror_show() and mirror_look() */
};

void mirror_show(struct mirror *mirror, const struct mirror_view *view);
void mirror_look(const struct mirror *mirror, struct mirror_view *view);

/* Before the start: what a netdev that is there already has been set to wins over the arguments.
 * The MTU is made larger only, because the buffers are sized by it; the rest follows once the
 * ports run.
 */
void mirror_read_start(struct pair_spec *spec);

#endif
