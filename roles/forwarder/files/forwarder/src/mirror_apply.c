/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "mirror_apply.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "pair_ports.h"
#include "sizing.h"

/* ------------------------------------------------ MAC address */

/* A virtio_user port in place of a NIC filters nothing, and would set the MAC address of a netdev
 * of its own.
 */
static bool apply_nic_needs_mac(const struct pair *pair)
{
	struct rte_ether_addr now;

	return !port_is_virtio_user(&pair->nic.info) &&
		(rte_eth_macaddr_get(pair->nic.id, &now) < 0 ||
			!rte_is_same_ether_addr(&now, &pair->mac));
}

/* An lcore that does not let go is the watchdog's matter: nothing is changed under it. */
static int apply_pause(struct pair *pair)
{
	int ret = pair->mirror.forwarding ? pair_pause(pair) : 0;

	if (ret < 0)
		pair_resume(pair);
	return ret;
}

static int apply_set_nic_mac(struct pair *pair, struct rte_ether_addr *mac)
{
	int ret;

	ret = rte_eth_dev_default_mac_addr_set(pair->nic.id, mac);
	if (ret != -EBUSY || !pair->nic.started)
		return ret;
	/* some drivers do it only while the port is stopped */
	if (apply_pause(pair) < 0)
		return ret;
	pair_stop_nic(pair);
	ret = rte_eth_dev_default_mac_addr_set(pair->nic.id, mac);
	pair->mirror.filter_stale = true;
	if (pair_start_nic(pair) == 0 && pair->mirror.forwarding)
		pair_resume(pair);
	else
		pair->mirror.forwarding = false;
	return ret;
}

void mirror_apply_mac(struct pair *pair, const uint8_t mac[MAC_LEN])
{
	struct mirror *mirror = &pair->mirror;
	struct rte_ether_addr kernel;
	char text[MAC_TEXT_SIZE];
	int ret = 0;

	memcpy(mirror->mac_tried, mac, MAC_LEN);
	memcpy(pair->mac.addr_bytes, mac, MAC_LEN);
	mirror->mac_stale = false;
	mirror->filter_stale = true;
	format_mac(mac, text);
	if (apply_nic_needs_mac(pair)) {
		ret = apply_set_nic_mac(pair, &pair->mac);
		if (ret == 0)
			log_info("port '%s' uses the MAC address %s", pair->nic.name, text);
	}
	mirror->inabilities.mac = ret < 0;
	if (ret < 0)
		log_warning("port '%s' does not take the MAC address %s of its netdev (%s): it "
			    "becomes promiscuous",
			pair->nic.name, text, rte_strerror(-ret));
	/* the driver sets the netdev to the address of the port whenever that is started */
	if (rte_eth_macaddr_get(pair->kernel.id, &kernel) == 0 &&
		!rte_is_same_ether_addr(&kernel, &pair->mac))
		rte_eth_dev_default_mac_addr_set(pair->kernel.id, &pair->mac);
}

/* ------------------------------------------------ MTU */

/* A driver that restarts its port on its own would do it without the Rx interrupts. */
static bool apply_mtu_needs_restart(const struct pair *pair, unsigned int mtu)
{
	unsigned int room = rte_pktmbuf_data_room_size(pair->nic_pool);

	return !strcmp(pair->nic.info.driver_name, "net_vmxnet3") ||
		(sizing_needs_chain(mtu, room, RTE_PKTMBUF_HEADROOM) &&
			(pair->nic.rx_offloads & RTE_ETH_RX_OFFLOAD_SCATTER) == 0);
}

static int apply_restart_with_mtu(struct pair *pair, unsigned int mtu)
{
	bool started = pair->nic.started;
	int ret;

	pair_stop_nic(pair);
	pair->mirror.filter_stale = true;
	ret = pair_configure_nic(pair, mtu);
	pair->mirror.nic_configured = ret == 0 || pair_configure_nic(pair, pair->mtu) == 0;
	/* if it does not start now, it will be tried again later */
	if (started && pair->mirror.nic_configured)
		pair_start_nic(pair);
	return ret;
}

static int apply_set_mtu(struct pair *pair, unsigned int mtu)
{
	const struct rte_eth_dev_info *info = &pair->nic.info;
	struct mirror *mirror = &pair->mirror;
	int ret = -EINVAL;

	if (mtu < info->min_mtu || (info->max_mtu != 0 && mtu > info->max_mtu))
		return -ERANGE;
	/* an lcore must not meet a driver that changes its rings */
	if (apply_pause(pair) < 0)
		return -EBUSY;
	if (!apply_mtu_needs_restart(pair, mtu))
		ret = rte_eth_dev_set_mtu(pair->nic.id, mtu);
	if (ret < 0)
		ret = apply_restart_with_mtu(pair, mtu);
	if (mirror->forwarding && pair->nic.started)
		pair_resume(pair);
	else
		mirror->forwarding = false;
	return ret;
}

static void apply_mtu(struct pair *pair, unsigned int mtu)
{
	struct mirror *mirror = &pair->mirror;
	int ret;

	mirror->mtu_tried = mtu;
	ret = mtu == pair->mtu ? 0 : apply_set_mtu(pair, mtu);
	mirror->mtu_refused = ret < 0;
	if (ret < 0) {
		log_error("port '%s' (%s) does not take the MTU %u of its netdev (%s): it keeps %u",
			pair->nic.name, pair->nic.info.driver_name, mtu, rte_strerror(-ret),
			pair->mtu);
		return;
	}
	/* for its own books only: the netdev has it already */
	if (port_is_virtio_user(&pair->kernel.info))
		rte_eth_dev_set_mtu(pair->kernel.id, mtu);
	if (mtu != pair->mtu)
		log_info("port '%s' uses the MTU %u", pair->nic.name, mtu);
	pair->mtu = mtu;
}

/* ------------------------------------------------ what is received */

static int apply_groups(const struct pair *pair)
{
	const struct multicast *multicast = &pair->mirror.multicast;
	struct rte_ether_addr groups[MULTICAST_MAX];

	for (unsigned int i = 0; i < multicast->count; i++)
		memcpy(groups[i].addr_bytes, multicast->groups[i], MAC_LEN);
	return rte_eth_dev_set_mc_addr_list(pair->nic.id, groups, multicast->count);
}

static int apply_allmulticast(uint16_t port, bool on)
{
	return on ? rte_eth_allmulticast_enable(port) : rte_eth_allmulticast_disable(port);
}

/* Goes on to the next means as long as one turns out not to be there. */
static struct mirror_filter apply_choose_filter(struct pair *pair)
{
	struct mirror_inabilities *inabilities = &pair->mirror.inabilities;
	struct mirror_filter filter;

	for (;;) {
		filter = mirror_filter(&pair->mirror.netdev, &pair->mirror.multicast, inabilities);
		if (filter.groups && apply_groups(pair) < 0)
			inabilities->groups = true;
		else if (apply_allmulticast(pair->nic.id, filter.allmulticast) < 0 &&
			filter.allmulticast && !inabilities->allmulticast)
			inabilities->allmulticast = true;
		else
			return filter;
	}
}

static void apply_filter(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;
	struct mirror_filter before = mirror->filter;
	int ret;

	mirror->filter_stale = false;
	mirror->filter = apply_choose_filter(pair);
	ret = mirror->filter.promiscuous ? rte_eth_promiscuous_enable(pair->nic.id)
					 : rte_eth_promiscuous_disable(pair->nic.id);
	/* a port without that call (-ENOTSUP) has no filter */
	mirror->filter_refused = ret < 0 && ret != -ENOTSUP && mirror->filter.promiscuous;
	if (mirror->filter_refused)
		log_warning("port '%s' can not be made promiscuous (%s): packets to its netdev may "
			    "be lost",
			pair->nic.name, rte_strerror(-ret));
	if (mirror->filter.promiscuous != before.promiscuous)
		log_info("port '%s' is %s promiscuous", pair->nic.name,
			mirror->filter.promiscuous ? "now" : "no longer");
	if (mirror->filter.allmulticast != before.allmulticast)
		log_info("port '%s' receives %s", pair->nic.name,
			mirror->filter.allmulticast ? "all multicast" : "chosen multicast only");
}

void mirror_apply(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;

	if (mirror->netdev.has_mac &&
		(mirror->mac_stale || memcmp(mirror->netdev.mac, mirror->mac_tried, MAC_LEN)))
		mirror_apply_mac(pair, mirror->netdev.mac);
	if (mirror->netdev.mtu != mirror->mtu_tried)
		apply_mtu(pair, mirror->netdev.mtu);
	if (mirror->filter_stale && pair->nic.started)
		apply_filter(pair);
}
