/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "mirror.h"

#include <errno.h>
#include <string.h>

#include "link_watch.h"
#include "log.h"
#include "mirror_apply.h"
#include "pair_ports.h"
#include "replug.h"
#include "tun.h"

#define MIRROR_ATTEMPTS 5 /* a second apart */

const char *pair_state_name(enum pair_state state)
{
	static const char *const names[] = {
		[PAIR_FORWARDING] = "forwarding",
		[PAIR_DOWN] = "down",
		[PAIR_NO_NETDEV] = "no netdev",
		[PAIR_NO_NIC] = "no NIC",
		[PAIR_BROKEN] = "broken",
	};

	return names[state];
}

/* The driver has the netdev: it has carrier then, whatever it had before. */
static void mirror_attach(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;

	mirror->index = mirror->netdev.index;
	mirror->tun = mirror->follows ? tun_find(pair->spec.netdev) : -1;
	mirror->carrier = true;
}

void mirror_start(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;

	mirror->tun = -1;
	/* a port of another kind has no netdev, or it is not here */
	mirror->follows = pair->spec.netdev[0] != '\0' &&
		link_ask(pair->spec.netdev, 0, &mirror->netdev) == 0;
	mirror_attach(pair);
	mirror->allmulticast = rte_eth_allmulticast_get(pair->nic.id) == 1;
	mirror->promiscuous = rte_eth_promiscuous_get(pair->nic.id) == 1;
}

/* Sees the netdev once more; false if it is deleted. */
static bool mirror_look(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;
	bool attached = pair->kernel.configured;
	struct link_state now;
	int ret;

	if (attached)
		ret = link_ask(NULL, mirror->index, &now);
	else
		/* one that was made again has another index */
		ret = link_ask(pair->spec.netdev, 0, &now);
	mirror->in_sight = ret == 0;
	if (ret == 0) {
		if (strcmp(now.name, pair->spec.netdev)) {
			log_info("netdev '%s' is called '%s' now", pair->spec.netdev, now.name);
			strcpy(pair->spec.netdev, now.name);
		}
		mirror->netdev = now;
		return true;
	}
	/* what can not be seen is elsewhere, or there is no answer: the driver knows better */
	return attached && (mirror->tun < 0 || tun_is_attached(mirror->tun));
}

static void mirror_set_carrier(struct pair *pair, bool on)
{
	struct mirror *mirror = &pair->mirror;
	int ret;

	if (mirror->carrier == on || mirror->tun < 0)
		return;
	ret = tun_set_carrier(mirror->tun, on);
	if (ret < 0)
		log_warning("the carrier of netdev '%s' can not be set: %s", pair->spec.netdev,
			strerror(-ret));
	mirror->carrier = on;
}

static bool mirror_watch_link(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;
	struct rte_eth_link link = {0};
	bool up;

	up = pair->nic.started && rte_eth_link_get_nowait(pair->nic.id, &link) == 0 &&
		link.link_status == RTE_ETH_LINK_UP;
	if (pair->kernel.configured)
		mirror_set_carrier(pair, up);
	if (up == mirror->link_up)
		return false;
	mirror->link_up = up;
	if (!up)
		log_info("link of %s is down", pair->nic.name);
	else if (link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN)
		log_info("link of %s is up", pair->nic.name);
	else
		log_info("link of %s is up at %u Mbit/s", pair->nic.name, link.link_speed);
	return true;
}

static void mirror_enter(struct pair *pair, enum pair_state state)
{
	if (pair->mirror.state == state)
		return;
	pair->mirror.state = state;
	pair->mirror.attempts = 0;
	log_info("pair '%s': %s", pair->spec.kernel, pair_state_name(state));
}

/* Lets go of ports that are not there any more. */
static void mirror_let_go(struct pair *pair, bool netdev_there)
{
	struct mirror *mirror = &pair->mirror;

	if (__atomic_load_n(&mirror->nic_gone, __ATOMIC_ACQUIRE) && pair->nic.configured) {
		log_error("NIC '%s' is gone", pair->nic.name);
		if (pair_pause(pair) == 0)
			replug_remove_nic(pair);
		mirror_enter(pair, PAIR_NO_NIC);
	}
	if (!netdev_there && pair->kernel.configured) {
		log_error("netdev '%s' is gone", pair->spec.netdev);
		if (pair_pause(pair) == 0) {
			pair_stop_nic(pair);
			replug_remove_kernel(pair);
			mirror->tun = -1;
		}
		mirror_enter(pair, PAIR_NO_NETDEV);
	}
}

/* What is there and does not let itself be added needs what only a new start gives: the device
 * files of a NIC that came back belong to root.
 */
static bool mirror_count_attempt(struct mirror *mirror, int result)
{
	if (result < 0 && result != -ENODEV)
		mirror->hopeless = ++mirror->attempts >= MIRROR_ATTEMPTS;
	return result == 0;
}

/* True if both ports are there (again). */
static bool mirror_get_back(struct pair *pair, bool netdev_there, bool slow)
{
	struct mirror *mirror = &pair->mirror;

	if (!pair->kernel.configured) {
		if (!netdev_there || !slow ||
			!mirror_count_attempt(
				mirror, replug_add_kernel(pair, mirror->attempts == 0)))
			return false;
		mirror_attach(pair);
		log_info("netdev '%s' is back", pair->spec.netdev);
	}
	if (!pair->nic.configured) {
		mirror_enter(pair, PAIR_NO_NIC);
		if (!slow ||
			!mirror_count_attempt(mirror, replug_add_nic(pair, mirror->attempts == 0)))
			return false;
		__atomic_store_n(&mirror->nic_gone, false, __ATOMIC_RELEASE);
		log_info("NIC '%s' is back", pair->nic.name);
	}
	return true;
}

static void mirror_stop_nic(struct pair *pair)
{
	if (pair->nic.started && pair_pause(pair) == 0)
		pair_stop_nic(pair);
	mirror_enter(pair, PAIR_DOWN);
}

static void mirror_run_nic(struct pair *pair, bool slow)
{
	if (pair->nic.started)
		return;
	/* a port that failed is not worth a message each time */
	if (pair->mirror.state == PAIR_BROKEN && !slow)
		return;
	if (!pair->kernel.started && pair_start_kernel(pair) < 0) {
		mirror_enter(pair, PAIR_BROKEN);
		return;
	}
	if (pair_start_nic(pair) < 0) {
		mirror_enter(pair, PAIR_BROKEN);
		return;
	}
	pair_resume(pair);
	mirror_enter(pair, PAIR_FORWARDING);
}

static void mirror_reset_nic(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;
	int ret;

	__atomic_store_n(&mirror->nic_wants_reset, false, __ATOMIC_RELEASE);
	log_warning("NIC '%s' wants a reset", pair->nic.name);
	if (pair_pause(pair) < 0)
		return;
	pair_stop_nic(pair);
	ret = rte_eth_dev_reset(pair->nic.id);
	if (ret == 0)
		ret = pair_configure_nic(pair, pair->mtu);
	if (ret < 0) {
		log_error("NIC '%s' can not be reset: %s", pair->nic.name, rte_strerror(-ret));
		mirror_enter(pair, PAIR_BROKEN);
	}
}

bool mirror_follow(struct pair *pair, bool slow)
{
	struct mirror *mirror = &pair->mirror;
	enum pair_state before = mirror->state;
	bool netdev_there = !mirror->follows || mirror_look(pair);

	mirror_let_go(pair, netdev_there);
	if (mirror_get_back(pair, netdev_there, slow) && netdev_there) {
		if (__atomic_load_n(&mirror->nic_wants_reset, __ATOMIC_ACQUIRE))
			mirror_reset_nic(pair);
		if (mirror->in_sight && !mirror->netdev.up)
			mirror_stop_nic(pair);
		else
			mirror_run_nic(pair, slow);
		if (mirror->in_sight && pair->nic.started)
			mirror_apply(pair, slow);
	}
	return mirror_watch_link(pair) || mirror->state != before;
}
