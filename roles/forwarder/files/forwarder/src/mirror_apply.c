/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "mirror_apply.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "pair_ports.h"
#include "sizing.h"

static int mirror_restart_nic(struct pair *pair, unsigned int mtu)
{
	unsigned int before = pair->mtu;
	int ret = pair_pause(pair), back;

	if (ret < 0)
		return ret;
	pair_stop_nic(pair);
	ret = pair_configure_nic(pair, mtu);
	if (ret < 0) {
		back = pair_configure_nic(pair, before);
		if (back < 0)
			return back;
	}
	back = pair_start_nic(pair);
	if (back == 0)
		pair_resume(pair);
	return back < 0 ? back : ret;
}

static bool mirror_needs_other_buffers(const struct pair *pair, unsigned int mtu)
{
	return sizing_needs_chain(mtu, rte_pktmbuf_data_room_size(pair->nic_pool),
		       RTE_PKTMBUF_HEADROOM) &&
		(pair->nic.rx_offloads & RTE_ETH_RX_OFFLOAD_SCATTER) == 0;
}

static void mirror_apply_mtu(struct pair *pair)
{
	unsigned int mtu = pair->mirror.netdev.mtu;
	int ret = -ENOTSUP;

	if (mtu == pair->mtu || mtu == pair->mirror.mtu_refused)
		return;
	if (!mirror_needs_other_buffers(pair, mtu))
		ret = rte_eth_dev_set_mtu(pair->nic.id, mtu);
	if (ret < 0)
		ret = mirror_restart_nic(pair, mtu);
	if (ret < 0) {
		log_error("NIC '%s' does not follow its netdev to MTU %u (%s) and keeps %u",
			pair->nic.name, mtu, rte_strerror(-ret), pair->mtu);
		pair->mirror.mtu_refused = mtu;
		return;
	}
	/* only the driver's own books: the tap takes what its netdev takes */
	rte_eth_dev_set_mtu(pair->kernel.id, mtu);
	pair->mirror.mtu_refused = 0;
	pair->mtu = mtu;
	log_info("NIC '%s' follows its netdev: MTU %u", pair->nic.name, mtu);
}

static void mirror_apply_mac(struct pair *pair)
{
	const uint8_t *wanted = pair->mirror.netdev.mac;
	struct rte_ether_addr mac;
	char text[MAC_TEXT_SIZE];
	int ret;

	if (!memcmp(wanted, pair->mac.addr_bytes, MAC_LEN))
		return;
	memcpy(mac.addr_bytes, wanted, MAC_LEN);
	ret = rte_eth_dev_default_mac_addr_set(pair->nic.id, &mac);
	pair->needs_promiscuous = ret < 0;
	/* the driver would give the netdev its old address back at the next start */
	rte_eth_dev_default_mac_addr_set(pair->kernel.id, &mac);
	pair->mac = mac;
	format_mac(wanted, text);
	if (ret < 0)
		log_warning("NIC '%s' does not take MAC address %s of its netdev (%s): it receives "
			    "everything instead",
			pair->nic.name, text, rte_strerror(-ret));
	else
		log_info("NIC '%s' follows its netdev: MAC address %s", pair->nic.name, text);
}

static void mirror_apply_promiscuous(struct pair *pair)
{
	struct mirror *mirror = &pair->mirror;
	bool on = mirror->netdev.promiscuous || pair->needs_promiscuous;
	int ret;

	if (on == mirror->promiscuous)
		return;
	ret = on ? rte_eth_promiscuous_enable(pair->nic.id)
		 : rte_eth_promiscuous_disable(pair->nic.id);
	if (ret < 0)
		log_warning("NIC '%s' can not be made %spromiscuous: %s", pair->nic.name,
			on ? "" : "un", rte_strerror(-ret));
	else
		log_info("NIC '%s' is %s", pair->nic.name,
			on ? "promiscuous" : "not promiscuous any more");
	mirror->promiscuous = on;
}

static bool mirror_set_multicast(struct pair *pair, const struct multicast *multicast)
{
	struct rte_ether_addr macs[MULTICAST_MAX];

	if (multicast->count > MULTICAST_MAX)
		return false;
	for (unsigned int i = 0; i < multicast->count; i++)
		memcpy(macs[i].addr_bytes, multicast->macs[i], MAC_LEN);
	return rte_eth_dev_set_mc_addr_list(pair->nic.id, macs, multicast->count) == 0;
}

/* A NIC without a list of addresses, or with a full one, receives all multicast. */
static void mirror_apply_multicast(struct pair *pair, bool slow)
{
	struct mirror *mirror = &pair->mirror;
	struct multicast now;
	bool all = mirror->netdev.allmulticast;
	int ret;

	if (!slow && all == mirror->allmulticast_wanted)
		return;
	multicast_read(mirror->index, &now);
	if (mirror->multicast_known && multicast_equal(&now, &mirror->multicast) &&
		all == mirror->allmulticast_wanted)
		return;
	mirror->multicast = now;
	mirror->multicast_known = true;
	mirror->allmulticast_wanted = all;
	if (!mirror_set_multicast(pair, &now) && now.count > 0)
		all = true;
	if (all == mirror->allmulticast)
		return;
	ret = all ? rte_eth_allmulticast_enable(pair->nic.id)
		  : rte_eth_allmulticast_disable(pair->nic.id);
	if (ret == -ENOTSUP && all)
		pair->needs_promiscuous = true;
	else if (ret < 0)
		log_warning("NIC '%s' does not receive all multicast: %s", pair->nic.name,
			rte_strerror(-ret));
	mirror->allmulticast = all;
}

void mirror_apply(struct pair *pair, bool slow)
{
	mirror_apply_mtu(pair);
	if (!pair->nic.started)
		return;
	mirror_apply_mac(pair);
	mirror_apply_multicast(pair, slow);
	mirror_apply_promiscuous(pair);
}
