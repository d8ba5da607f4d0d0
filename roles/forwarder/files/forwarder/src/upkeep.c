/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "upkeep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carrier.h"
#include "credentials.h"
#include "log.h"
#include "mirror_apply.h"
#include "netdev.h"
#include "nic_events.h"
#include "pair_ports.h"
#include "plug.h"

#define UPKEEP_RETRY_NS	     1000000000ULL
#define UPKEEP_STEPS_MAX     16 /* more than any way from one state to another has */
#define UPKEEP_BLOCKED_LOOKS 4
#define UPKEEP_ATTEMPTS	     5

/* ------------------------------------------------ looking */

static bool upkeep_may_attach(const struct netdev_state *state)
{
	struct credentials credentials;

	credentials_read(&credentials);
	return state->is_tap && (!state->is_multi_queue || state->queues == 0) &&
		credentials_allow(&credentials, state);
}

/* The netdev that the kernel port is attached to is found by its index, whatever its name is now;
 * any other by the name that the port was made with.
 */
static enum mirror_netdev upkeep_find_attached(struct pair *pair, struct netdev_state *state)
{
	struct mirror *mirror = &pair->mirror;
	const char *name = mirror->netdev.name;
	int ret = -ENODEV;

	if (mirror->netdev.ifindex != 0)
		ret = netdev_query(mirror->netdev.ifindex, "", state);
	if (ret == -ENODEV && mirror->netdev_is == MIRROR_NETDEV_ELSEWHERE)
		ret = netdev_query(0, name, state);
	if (ret == 0)
		return MIRROR_NETDEV_OURS;
	if (ret != -ENODEV)
		return mirror->netdev_is; /* can not be asked just now */
	return carrier_is_attached(name) ? MIRROR_NETDEV_ELSEWHERE : MIRROR_NETDEV_GONE;
}

static enum mirror_netdev upkeep_find_free(struct pair *pair, struct netdev_state *state)
{
	struct mirror *mirror = &pair->mirror;
	bool is_there = netdev_query(0, pair->spec.netdev, state) == 0;
	bool is_free = is_there && upkeep_may_attach(state);

	/* a look that finds it just being made is none: whoever makes a tap is attached to it */
	if (is_there && !is_free && mirror->blocked == UPKEEP_BLOCKED_LOOKS)
		log_warning("pair '%s': netdev '%s' is there again, but it is no tap, in use, or "
			    "not this user's",
			pair->spec.kernel, pair->spec.netdev);
	if (is_free || !is_there)
		mirror->blocked = 0;
	else if (mirror->blocked <= UPKEEP_BLOCKED_LOOKS)
		mirror->blocked++;
	return is_free ? MIRROR_NETDEV_FREE : MIRROR_NETDEV_GONE;
}

static void upkeep_log_netdev(const struct pair *pair, enum mirror_netdev is)
{
	switch (is) {
	case MIRROR_NETDEV_GONE:
		if (pair->mirror.kernel_there)
			log_warning("pair '%s': netdev '%s' is gone; waiting for '%s'",
				pair->spec.kernel, pair->mirror.netdev.name, pair->spec.netdev);
		break;
	case MIRROR_NETDEV_ELSEWHERE:
		log_warning("pair '%s': netdev '%s' has moved to another network namespace: it is "
			    "served, but its settings are no longer followed",
			pair->spec.kernel, pair->mirror.netdev.name);
		break;
	default:
		break;
	}
}

static void upkeep_look_at_netdev(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;
	struct netdev_state state = {0};
	enum mirror_netdev is;

	if (!mirror->has_tap)
		return;
	is = mirror->kernel_there ? upkeep_find_attached(pair, &state)
				  : upkeep_find_free(pair, &state);
	if (is != mirror->netdev_is)
		upkeep_log_netdev(pair, is);
	if (is == MIRROR_NETDEV_OURS && state.ifindex != 0) {
		if (mirror->netdev.ifindex != 0 && strcmp(state.name, mirror->netdev.name))
			log_info("pair '%s': netdev '%s' is now called '%s'", pair->spec.kernel,
				mirror->netdev.name, state.name);
		if (state.promiscuous != mirror->netdev.promiscuous ||
			state.allmulticast != mirror->netdev.allmulticast)
			mirror->filter_stale = true;
		mirror->netdev = state;
	}
	if (is == MIRROR_NETDEV_ELSEWHERE) {
		/* which groups it listens to there, nobody tells */
		mirror->filter_stale |= mirror->multicast.complete;
		mirror->multicast.complete = false;
		mirror->netdev.up = true;
	}
	mirror->netdev_is = is;
	mirror->dirty = false;
}

static void upkeep_look_at_multicast(struct pair *pair, const char *text)
{
	struct mirror *mirror = &pair->mirror;
	struct multicast now;

	if (mirror->netdev_is != MIRROR_NETDEV_OURS)
		return;
	multicast_parse(text, mirror->netdev.ifindex, &now);
	if (multicast_equal(&now, &mirror->multicast))
		return;
	mirror->multicast = now;
	mirror->filter_stale = true;
}

static void upkeep_look_at_link(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;
	struct rte_eth_link link = {0};
	bool up;

	up = mirror->nic_there && pair->nic.started &&
		rte_eth_link_get_nowait(pair->nic.id, &link) == 0 &&
		link.link_status == RTE_ETH_LINK_UP;
	mirror->link_speed =
		up && link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN ? link.link_speed : 0;
	if (mirror->link_known && up == mirror->link_up)
		return;
	mirror->link_known = true;
	mirror->link_up = up;
	if (!up)
		log_info("link of %s is down", pair->nic.name);
	else if (mirror->link_speed == 0)
		log_info("link of %s is up", pair->nic.name);
	else
		log_info("link of %s is up at %u Mbit/s", pair->nic.name, mirror->link_speed);
}

/* ------------------------------------------------ doing */

static void upkeep_forget_settings(struct mirror *mirror)
{
	mirror->nic_configured = false;
	mirror->mac_stale = true;
	mirror->filter_stale = true;
	mirror->filter = (struct mirror_filter){0};
}

static int upkeep_pause(struct pair *pair)
{
	int ret = pair_pause(pair);

	if (ret == 0)
		pair->mirror.forwarding = false;
	return ret;
}

static int upkeep_resume(struct pair *pair)
{
	pair_resume(pair);
	pair->mirror.forwarding = true;
	return 0;
}

static int upkeep_stop_nic(struct pair *pair)
{
	if (pair->mirror.kernel_there)
		log_info("netdev '%s' is down: port '%s' is stopped", pair->mirror.netdev.name,
			pair->nic.name);
	else
		log_info("there is no netdev: port '%s' is stopped", pair->nic.name);
	/* not all drivers take the link down by themselves, and few need to be told */
	rte_eth_dev_set_link_down(pair->nic.id);
	pair_stop_nic(pair);
	return 0;
}

static int upkeep_start_nic(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;
	int ret = 0;

	if (!mirror->nic_configured)
		ret = pair_configure_nic(pair, pair->mtu);
	mirror->nic_configured = ret == 0;
	if (ret == 0 && mirror->mac_stale)
		mirror_apply_mac(pair, pair->mac.addr_bytes);
	if (ret == 0)
		ret = pair_start_nic(pair);
	if (ret < 0)
		return ret;
	rte_eth_dev_set_link_up(pair->nic.id);
	mirror->filter_stale = true;
	/* without a netdev to follow, let the kernel judge */
	if (mirror->netdev_is == MIRROR_NETDEV_UNKNOWN)
		rte_eth_allmulticast_enable(pair->nic.id);
	return 0;
}

/* Not taken again at once: whoever wants it has to get it first. */
static int upkeep_remove_nic(struct pair *pair, uint64_t now)
{
	struct mirror *mirror = &pair->mirror;
	int ret;

	log_warning("port '%s' is to be given back: it is removed", pair->nic.name);
	pair_stop_nic(pair);
	ret = plug_remove(&pair->nic, &mirror->nic_plug);
	if (ret < 0)
		log_error("port '%s' can not be removed: %s", pair->nic.name, rte_strerror(-ret));
	/* either way it is closed, and of no use any more */
	mirror->nic_there = false;
	mirror->retry_at = now + UPKEEP_RETRY_NS;
	upkeep_forget_settings(mirror);
	return 0;
}

static int upkeep_add_nic(struct pair *pair)
{
	int ret;

	log_info("port '%s' is there again", pair->nic.name);
	ret = plug_add(&pair->nic, &pair->mirror.nic_plug);
	if (ret < 0) {
		log_error("port '%s' can not be used yet: %s", pair->nic.name, rte_strerror(-ret));
		return ret;
	}
	pair->nic.tx_offloads = pair->offloads.nic_tx;
	pair->mirror.nic_there = true;
	pair_point_queues(pair);
	return 0;
}

static int upkeep_reset_nic(struct pair *pair)
{
	int ret;

	log_warning("port '%s' asks for a reset", pair->nic.name);
	pair_stop_nic(pair);
	ret = rte_eth_dev_reset(pair->nic.id);
	upkeep_forget_settings(&pair->mirror);
	if (ret == -ENOTSUP)
		ret = 0; /* to be configured and started anew has to do */
	if (ret < 0)
		log_error("port '%s' can not be reset: %s", pair->nic.name, rte_strerror(-ret));
	return ret;
}

static int upkeep_remove_kernel(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;
	int ret;

	pair_stop_kernel(pair);
	ret = plug_remove(&pair->kernel, &mirror->kernel_plug);
	if (ret < 0)
		log_error(
			"port '%s' can not be removed: %s", pair->kernel.name, rte_strerror(-ret));
	mirror->kernel_there = false;
	mirror->netdev = (struct netdev_state){0};
	return 0;
}

static int upkeep_add_kernel(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;
	struct netdev_state state;
	int ret;

	ret = netdev_query(0, pair->spec.netdev, &state);
	if (ret < 0)
		return ret;
	log_info("pair '%s': netdev '%s' is there again", pair->spec.kernel, pair->spec.netdev);
	/* before the driver sets one: the address that somebody has chosen, or else the old one */
	if (state.has_mac && netdev_has_chosen_mac(SYSFS_NET, state.name))
		memcpy(pair->mac.addr_bytes, state.mac, MAC_LEN);
	ret = plug_add(&pair->kernel, &mirror->kernel_plug);
	if (ret < 0) {
		log_error("netdev '%s' can not be attached yet: %s (see the messages above)",
			pair->spec.netdev, rte_strerror(-ret));
		return ret;
	}
	mirror->kernel_there = true;
	mirror->netdev_is = MIRROR_NETDEV_OURS;
	mirror->netdev = state;
	pair->kernel.rx_offloads = pair->offloads.kernel_rx;
	pair->kernel.tx_offloads = pair->offloads.kernel_tx;
	pair_point_queues(pair);
	return 0;
}

static int upkeep_start_kernel(struct pair *pair)
{
	int ret;

	/* always anew: this happens only after the port has been plugged in */
	ret = pair_configure_kernel(pair, pair->mtu);
	if (ret < 0)
		return ret;
	rte_eth_dev_default_mac_addr_set(pair->kernel.id, &pair->mac);
	ret = pair_start_kernel(pair);
	if (ret < 0)
		return ret;
	/* the start has given the netdev its address */
	upkeep_look_at_netdev(pair);
	pair->mirror.mac_stale = true;
	return 0;
}

static int upkeep_do(struct pair *pair, enum mirror_action action, uint64_t now)
{
	switch (action) {
	case MIRROR_PAUSE:
		return upkeep_pause(pair);
	case MIRROR_RESUME:
		return upkeep_resume(pair);
	case MIRROR_REMOVE_NIC:
		return upkeep_remove_nic(pair, now);
	case MIRROR_ADD_NIC:
		return upkeep_add_nic(pair);
	case MIRROR_RESET_NIC:
		return upkeep_reset_nic(pair);
	case MIRROR_STOP_NIC:
		return upkeep_stop_nic(pair);
	case MIRROR_START_NIC:
		return upkeep_start_nic(pair);
	case MIRROR_REMOVE_KERNEL:
		return upkeep_remove_kernel(pair);
	case MIRROR_ADD_KERNEL:
		return upkeep_add_kernel(pair);
	case MIRROR_START_KERNEL:
		return upkeep_start_kernel(pair);
	case MIRROR_REST:
		break;
	}
	return 0;
}

/* ------------------------------------------------ all of it */

static struct mirror_facts upkeep_facts(const struct pair *pair, uint32_t events, uint64_t now)
{
	const struct mirror *mirror = &pair->mirror;

	return (struct mirror_facts){
		.netdev = mirror->netdev_is,
		.netdev_up = mirror->netdev.up,
		.kernel_there = mirror->kernel_there,
		.kernel_started = pair->kernel.started,
		.nic_there = mirror->nic_there,
		.nic_started = pair->nic.started,
		.nic_back = !mirror->nic_there && now >= mirror->retry_at &&
			plug_is_back(&mirror->nic_plug),
		.nic_leaving = (events & MIRROR_EVENT_REMOVE) != 0,
		.nic_reset = (events & MIRROR_EVENT_RESET) != 0,
		.forwarding = mirror->forwarding,
		.may_try = now >= mirror->retry_at,
	};
}

/* 0, or the error of a step: the rest of the way is tried again later. */
static int upkeep_walk(struct pair *pair, uint64_t now)
{
	uint32_t events = nic_events_take(pair);
	int ret = 0;

	if (!pair->mirror.nic_there)
		events = 0; /* of a device that has been given back since */
	for (unsigned int i = 0; i < UPKEEP_STEPS_MAX && ret == 0; i++) {
		struct mirror_facts facts = upkeep_facts(pair, events, now);
		enum mirror_action action = mirror_next(&facts);

		if (action == MIRROR_REST)
			break;
		ret = upkeep_do(pair, action, now);
		if (action == MIRROR_ADD_NIC || action == MIRROR_ADD_KERNEL)
			pair->mirror.attempts = ret < 0 ? pair->mirror.attempts + 1 : 0;
		if (ret == 0 && action == MIRROR_REMOVE_NIC)
			events = 0;
		else if (ret == 0 && action == MIRROR_RESET_NIC)
			events &= ~MIRROR_EVENT_RESET;
	}
	/* what could not be attended to yet */
	__atomic_fetch_or(&pair->mirror.events, events, __ATOMIC_RELEASE);
	if (ret < 0)
		pair->mirror.retry_at = now + UPKEEP_RETRY_NS;
	return ret;
}

static void upkeep_carrier(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;
	int ret;

	if (!mirror->has_tap || !mirror->kernel_there || mirror->netdev.carrier == mirror->link_up)
		return;
	ret = carrier_set(mirror->netdev.name, mirror->link_up);
	if (ret == 0)
		mirror->netdev.carrier = mirror->link_up;
	else if (!mirror->carrier_refused)
		log_warning("netdev '%s' can not show the link of its NIC: %s", mirror->netdev.name,
			strerror(-ret));
	mirror->carrier_refused = ret < 0;
}

/* What the NIC receives is let through once the carrier tells of its link, or when that does not
 * come up: not every driver says so.
 */
static void upkeep_stop_waiting(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;

	mirror->link_looks = 0;
	if (mirror->forwarding)
		pair_resume(pair);
}

static void upkeep_mirror_link(struct pair *pair)
{
	upkeep_look_at_link(pair);
	upkeep_carrier(pair);
	if (pair->mirror.link_looks > 0 && pair->mirror.link_up)
		upkeep_stop_waiting(pair);
}

static void upkeep_describe_refused(const struct mirror *mirror, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s%s", mirror->mtu_refused ? "mtu " : "",
		mirror->inabilities.mac ? "mac " : "", mirror->filter_refused ? "promiscuous " : "",
		mirror->carrier_refused ? "carrier " : "");
	if (text[0] != '\0')
		text[strlen(text) - 1] = '\0';
}

static void upkeep_show(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;
	struct mirror_facts facts = upkeep_facts(pair, 0, 0);
	struct mirror_view view = {
		.known = mirror->netdev_is != MIRROR_NETDEV_UNKNOWN,
		.state = mirror_state_of(&facts),
		.up = mirror->netdev.up,
		.carrier = mirror->netdev.carrier,
		.link_up = mirror->link_up,
		.link_speed = mirror->link_speed,
		.mtu = pair->mtu,
		.filter = mirror->filter,
		.nb_groups = mirror->multicast.count,
	};

	memcpy(view.mac, pair->mac.addr_bytes, MAC_LEN);
	upkeep_describe_refused(mirror, view.refused, sizeof(view.refused));
	mirror_show(mirror, &view);
}

static int upkeep_pair(struct pair *pair, uint64_t now)
{
	int ret;

	ret = upkeep_walk(pair, now);
	if (pair->mirror.nic_there && pair->mirror.nic_configured && pair->mirror.kernel_there &&
		pair->mirror.has_tap)
		mirror_apply(pair);
	upkeep_mirror_link(pair);
	upkeep_show(pair);
	return ret;
}

/* The netdev that this process is attached to through the kernel port, if it is one that can be
 * looked at.
 */
static void upkeep_find_netdev(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;

	mirror->has_tap = pair->spec.netdev[0] != '\0' && carrier_is_attached(pair->spec.netdev) &&
		netdev_query(0, pair->spec.netdev, &mirror->netdev) == 0;
	if (!mirror->has_tap)
		return;
	mirror->netdev_is = MIRROR_NETDEV_OURS;
	/* one that was made just now has been told nothing yet: the arguments are its settings */
	if (!pair->spec.netdev_was_there)
		mirror->mtu_tried = mirror->netdev.mtu;
}

int upkeep_begin(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;
	char *text;
	int ret;

	mirror->nic_there = mirror->kernel_there = mirror->nic_configured = true;
	ret = plug_remember(&pair->nic, &mirror->nic_plug);
	if (ret == 0)
		ret = plug_remember(&pair->kernel, &mirror->kernel_plug);
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < pair->spec.queues; i++)
		pair->queues[i].pause = QUEUE_PAUSED;
	upkeep_find_netdev(pair);
	text = multicast_load(MULTICAST_PATH);
	upkeep_look_at_multicast(pair, text);
	free(text);
	return upkeep_pair(pair, 0);
}

bool upkeep_tick(struct pair *pairs, unsigned int nb_pairs, uint64_t now)
{
	char *text = multicast_load(MULTICAST_PATH);
	bool hopeful = true;

	for (unsigned int i = 0; i < nb_pairs; i++) {
		/* also what no notice was given of, such as a second unicast address */
		upkeep_look_at_netdev(&pairs[i]);
		upkeep_look_at_multicast(&pairs[i], text);
		upkeep_pair(&pairs[i], now);
		if (pairs[i].mirror.attempts < UPKEEP_ATTEMPTS)
			continue;
		/* what is there and can not be had needs what only a new start gives: the device
		 * files of a NIC that came back belong to root
		 */
		log_error("pair '%s' needs a new start", pairs[i].spec.kernel);
		hopeful = false;
	}
	free(text);
	return hopeful;
}

static bool upkeep_pair_is_settling(const struct pair *pair)
{
	const struct mirror *mirror = &pair->mirror;

	return pair->nic.started && (pair->vlans_closed > 0 || mirror->link_looks > 0);
}

bool upkeep_is_settling(const struct pair *pairs, unsigned int nb_pairs)
{
	for (unsigned int i = 0; i < nb_pairs; i++)
		if (upkeep_pair_is_settling(&pairs[i]))
			return true;
	return false;
}

static void upkeep_settle(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;

	if (mirror->link_looks > 0) {
		upkeep_mirror_link(pair);
		upkeep_show(pair);
		if (mirror->link_looks > 0 && --mirror->link_looks == 0)
			upkeep_stop_waiting(pair);
	}
	pair_open_vlans(pair);
}

void upkeep_news(struct pair *pairs, unsigned int nb_pairs, uint64_t now)
{
	for (unsigned int i = 0; i < nb_pairs; i++) {
		struct mirror *mirror = &pairs[i].mirror;

		if (upkeep_pair_is_settling(&pairs[i]))
			upkeep_settle(&pairs[i]);
		if (mirror->dirty)
			upkeep_look_at_netdev(&pairs[i]);
		else if (__atomic_load_n(&mirror->events, __ATOMIC_ACQUIRE) == 0)
			continue;
		upkeep_pair(&pairs[i], now);
	}
}

void upkeep_end(struct pair *pair)
{
	plug_forget(&pair->mirror.nic_plug);
	plug_forget(&pair->mirror.kernel_plug);
}
