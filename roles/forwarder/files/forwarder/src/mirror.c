/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "mirror.h"

#include <pthread.h>
#include <string.h>

#include "netdev.h"

static pthread_mutex_t mirror_lock = PTHREAD_MUTEX_INITIALIZER;

static bool mirror_has_netdev(const struct mirror_facts *facts)
{
	return facts->netdev == MIRROR_NETDEV_UNKNOWN || facts->netdev == MIRROR_NETDEV_OURS ||
		facts->netdev == MIRROR_NETDEV_ELSEWHERE;
}

/* What is not mirrored does not go down either. */
static bool mirror_is_up(const struct mirror_facts *facts)
{
	return mirror_has_netdev(facts) && facts->kernel_there &&
		(facts->netdev != MIRROR_NETDEV_OURS || facts->netdev_up);
}

/* What may not wait, and hardly fails. */
static enum mirror_action mirror_next_down(const struct mirror_facts *facts)
{
	bool nic_fit = facts->nic_there && !facts->nic_leaving && !facts->nic_reset;

	if (facts->forwarding && (!nic_fit || !mirror_is_up(facts)))
		return MIRROR_PAUSE;
	if (facts->nic_there && facts->nic_leaving)
		return MIRROR_REMOVE_NIC;
	if (facts->kernel_there && !mirror_has_netdev(facts))
		return MIRROR_REMOVE_KERNEL;
	if (facts->nic_there && facts->nic_started && !mirror_is_up(facts))
		return MIRROR_STOP_NIC;
	return MIRROR_REST;
}

static enum mirror_action mirror_next_up(const struct mirror_facts *facts)
{
	if (!facts->nic_there && facts->nic_back)
		return MIRROR_ADD_NIC;
	if (facts->nic_there && facts->nic_reset)
		return MIRROR_RESET_NIC;
	if (!facts->kernel_there && facts->netdev == MIRROR_NETDEV_FREE)
		return MIRROR_ADD_KERNEL;
	if (!facts->kernel_there)
		return MIRROR_REST;
	if (!facts->kernel_started)
		return MIRROR_START_KERNEL;
	if (!facts->nic_there || !mirror_is_up(facts))
		return MIRROR_REST;
	if (!facts->nic_started)
		return MIRROR_START_NIC;
	return facts->forwarding ? MIRROR_REST : MIRROR_RESUME;
}

enum mirror_action mirror_next(const struct mirror_facts *facts)
{
	enum mirror_action action = mirror_next_down(facts);

	if (action == MIRROR_REST && facts->may_try)
		action = mirror_next_up(facts);
	return action;
}

enum mirror_state mirror_state_of(const struct mirror_facts *facts)
{
	if (!mirror_has_netdev(facts) || !facts->kernel_there)
		return MIRROR_NO_NETDEV;
	if (!facts->nic_there)
		return MIRROR_NO_NIC;
	return facts->forwarding ? MIRROR_FORWARDING : MIRROR_DOWN;
}

const char *mirror_state_name(enum mirror_state state)
{
	static const char *const names[] = {
		[MIRROR_FORWARDING] = "forwarding",
		[MIRROR_DOWN] = "down",
		[MIRROR_NO_NIC] = "no NIC",
		[MIRROR_NO_NETDEV] = "no netdev",
	};

	return names[state];
}

struct mirror_filter mirror_filter(const struct netdev_state *netdev,
	const struct multicast *multicast, const struct mirror_inabilities *inabilities)
{
	struct mirror_filter filter;

	filter.groups = multicast->complete && !inabilities->groups;
	filter.allmulticast = netdev->allmulticast || !multicast->complete ||
		(multicast->count > 0 && inabilities->groups);
	filter.promiscuous = netdev->promiscuous || inabilities->mac ||
		(filter.allmulticast && inabilities->allmulticast);
	return filter;
}

void mirror_show(struct mirror *mirror, const struct mirror_view *view)
{
	pthread_mutex_lock(&mirror_lock);
	mirror->view = *view;
	pthread_mutex_unlock(&mirror_lock);
}

void mirror_look(const struct mirror *mirror, struct mirror_view *view)
{
	pthread_mutex_lock(&mirror_lock);
	*view = mirror->view;
	pthread_mutex_unlock(&mirror_lock);
}

void mirror_read_start(struct pair_spec *spec)
{
	struct netdev_state state;

	if (spec->netdev[0] == '\0' || netdev_query(0, spec->netdev, &state) < 0)
		return;
	spec->netdev_was_there = true;
	if (state.mtu > spec->mtu && state.mtu <= MTU_MAX)
		spec->mtu = state.mtu;
	if (state.has_mac && netdev_has_chosen_mac(SYSFS_NET, spec->netdev)) {
		spec->has_mac = true;
		memcpy(spec->mac, state.mac, MAC_LEN);
	}
}
