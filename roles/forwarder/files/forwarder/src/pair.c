/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "pair.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

#include "assign.h"
#include "log.h"
#include "netdev.h"
#include "sizing.h"

int pairs_find(struct pair *pairs, const struct pair_spec *specs, unsigned int nb_pairs)
{
	struct problems nics = {0}, kernels = {0};

	for (unsigned int i = 0; i < nb_pairs; i++) {
		struct pair *pair = &pairs[i];

		pair->spec = specs[i];
		if (port_find(&pair->nic, pair->spec.nic, PORT_NIC) < 0)
			problems_add(&nics,
				"NIC port '%s' is not there (bound to its DPDK driver, and not "
				"left out by -a or -b?)",
				pair->spec.nic);
		if (port_find(&pair->kernel, pair->spec.kernel, PORT_KERNEL) == 0)
			continue;
		/* it was in --vdev, so its driver has just said why it failed */
		if (vdev_is_virtio_user(pair->spec.kernel))
			problems_add(&kernels,
				"the netdev of '%s' could not be attached (see the messages above)",
				pair->spec.kernel);
		else
			problems_add(&nics, "kernel port '%s' is not there", pair->spec.kernel);
	}
	if (nics.count > 0)
		log_error("%s", nics.text);
	if (kernels.count > 0)
		log_error("%s", kernels.text);
	return nics.count > 0 ? -ENODEV : kernels.count > 0 ? -ENOTCONN : 0;
}

int pairs_check(const struct pair *pairs, unsigned int nb_pairs)
{
	struct problems problems = {0};

	for (unsigned int i = 0; i < nb_pairs; i++) {
		const struct pair_spec *spec = &pairs[i].spec;

		port_check(&pairs[i].nic, spec->queues, spec->mtu, &problems);
		port_check(&pairs[i].kernel, spec->queues, spec->mtu, &problems);
	}
	if (problems.count == 0)
		return 0;
	log_error("%s", problems.text);
	return -ENOTSUP;
}

static int pair_make_pool(struct pair *pair, unsigned int index, int socket)
{
	const struct ring_sizes rings = {
		.nic_rx = pair->nic.nb_rxd,
		.nic_tx = pair->nic.nb_txd,
		.kernel_rx = pair->kernel.nb_rxd,
		.kernel_tx = pair->kernel.nb_txd,
	};
	unsigned int lcores = assign_lcore_count(pair->spec.queues, rte_lcore_count());
	unsigned int nb_mbufs = sizing_mbufs(&rings, pair->spec.queues, lcores);
	uint16_t room = sizing_data_room(pair->spec.mtu, RTE_PKTMBUF_HEADROOM);
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "pair%u", index);
	pair->pool = rte_pktmbuf_pool_create(name, nb_mbufs, MEMPOOL_CACHE, 0, room, socket);
	if (pair->pool != NULL)
		return 0;
	log_error("no memory for the %u packet buffers of %u bytes of pair '%s' on NUMA node %d: "
		  "%s (reserve more hugepages there, or use smaller queues)",
		nb_mbufs, room, pair->spec.kernel, socket, rte_strerror(rte_errno));
	return -ENOMEM;
}

static int pair_make_queues(struct pair *pair, int socket)
{
	pair->queues = rte_zmalloc_socket(
		"queues", pair->spec.queues * sizeof(*pair->queues), RTE_CACHE_LINE_SIZE, socket);
	if (pair->queues == NULL) {
		log_error("no memory for the queues of pair '%s'", pair->spec.kernel);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < pair->spec.queues; i++) {
		pair->queues[i].nic_port = pair->nic.id;
		pair->queues[i].kernel_port = pair->kernel.id;
		pair->queues[i].id = i;
	}
	return 0;
}

static int pair_configure(struct pair *pair, unsigned int index)
{
	const struct pair_spec *spec = &pair->spec;
	int socket = rte_eth_dev_socket_id(pair->nic.id);
	int ret;

	ret = port_configure(&pair->nic, spec->queues, spec->queue_size, spec->mtu);
	if (ret < 0)
		goto out;
	ret = port_configure(&pair->kernel, spec->queues, spec->queue_size, spec->mtu);
	if (ret < 0)
		goto out;
	ret = pair_make_pool(pair, index, socket);
	if (ret < 0)
		goto out;
	ret = pair_make_queues(pair, socket);
	if (ret < 0)
		goto out;
	ret = port_setup_queues(&pair->nic, spec->queues, socket, pair->pool);
	if (ret < 0)
		goto out;
	ret = port_setup_queues(&pair->kernel, spec->queues, socket, pair->pool);
out:
	/* whatever a driver returned, it could not do what was asked */
	if (ret < 0 && ret != -ENOMEM)
		ret = -ENOTSUP;
	return ret;
}

int pairs_configure(struct pair *pairs, unsigned int nb_pairs)
{
	int ret = 0;

	for (unsigned int i = 0; i < nb_pairs && ret == 0; i++)
		ret = pair_configure(&pairs[i], i);
	return ret;
}

static void pair_use_promiscuous(const struct pair *pair, const char *why)
{
	int ret = rte_eth_promiscuous_enable(pair->nic.id);

	if (ret == 0)
		log_info("port '%s' is promiscuous: %s", pair->nic.name, why);
	else
		log_warning("port '%s' can not be made promiscuous (%s), though %s: packets to "
			    "the netdev may be lost",
			pair->nic.name, rte_strerror(-ret), why);
}

/* Both ports get the address of the pair: the one that the user gave, or the NIC's. */
static int pair_set_mac(struct pair *pair)
{
	struct rte_ether_addr nic, kernel;
	int ret;

	ret = rte_eth_macaddr_get(pair->nic.id, &nic);
	if (ret == 0)
		ret = rte_eth_macaddr_get(pair->kernel.id, &kernel);
	if (ret < 0) {
		log_error("pair '%s': no MAC address can be read: %s", pair->spec.kernel,
			rte_strerror(-ret));
		return -ENOTSUP;
	}
	pair->mac = nic;
	if (pair->spec.has_mac)
		memcpy(pair->mac.addr_bytes, pair->spec.mac, MAC_LEN);
	if (!rte_is_same_ether_addr(&pair->mac, &nic)) {
		ret = rte_eth_dev_default_mac_addr_set(pair->nic.id, &pair->mac);
		if (ret < 0)
			pair_use_promiscuous(pair, "it does not take the MAC address of its pair");
		else
			log_info("port '%s' uses the MAC address of its pair", pair->nic.name);
	}
	if (!rte_is_same_ether_addr(&pair->mac, &kernel)) {
		ret = rte_eth_dev_default_mac_addr_set(pair->kernel.id, &pair->mac);
		if (ret < 0)
			pair_use_promiscuous(pair, "its kernel port does not take its address");
	}
	return 0;
}

/* virtio_user says that it took an address also where the tap never learns of it. */
static void pair_check_netdev_mac(const struct pair *pair)
{
	uint8_t mac[MAC_LEN];

	if (pair->spec.netdev[0] == '\0' ||
		netdev_read_mac(SYSFS_NET, pair->spec.netdev, mac) < 0 ||
		!memcmp(mac, pair->mac.addr_bytes, MAC_LEN))
		return;
	log_warning("netdev '%s' has another MAC address than its NIC (give mac= in --vdev)",
		pair->spec.netdev);
	pair_use_promiscuous(pair, "its netdev has another MAC address");
}

static int pair_start_port(struct port *port)
{
	int ret = rte_eth_dev_start(port->id);

	port->started = ret == 0;
	if (ret == 0)
		return 0;
	log_error("port '%s' (%s) does not start: %s", port->name, port->info.driver_name,
		rte_strerror(-ret));
	if (ret == -ENOMEM)
		return ret;
	return port_is_virtio_user(&port->info) ? -ENOTCONN : -EIO;
}

static int pair_start(struct pair *pair)
{
	char mac[MAC_TEXT_SIZE];
	int ret;

	ret = pair_set_mac(pair);
	if (ret < 0)
		return ret;
	/* the kernel side first: what the NIC receives has somewhere to go */
	ret = pair_start_port(&pair->kernel);
	if (ret < 0)
		return ret;
	ret = pair_start_port(&pair->nic);
	if (ret < 0)
		return ret;
	pair_check_netdev_mac(pair);
	/* the kernel joins groups on its netdev, of which the NIC knows nothing */
	ret = rte_eth_allmulticast_enable(pair->nic.id);
	if (ret < 0 && ret != -ENOTSUP)
		log_warning("port '%s' does not receive all multicast: %s", pair->nic.name,
			rte_strerror(-ret));
	format_mac(pair->mac.addr_bytes, mac);
	log_info("pair '%s': %s (%s) <-> %s (%s), netdev %s, mac %s, mtu %u, queues %u of %u/%u "
		 "and %u/%u descriptors",
		pair->spec.kernel, pair->nic.name, pair->nic.info.driver_name, pair->kernel.name,
		pair->kernel.info.driver_name,
		pair->spec.netdev[0] != '\0' ? pair->spec.netdev : "not named", mac, pair->spec.mtu,
		pair->spec.queues, pair->nic.nb_rxd, pair->nic.nb_txd, pair->kernel.nb_rxd,
		pair->kernel.nb_txd);
	return 0;
}

int pairs_start(struct pair *pairs, unsigned int nb_pairs)
{
	int ret = 0;

	for (unsigned int i = 0; i < nb_pairs && ret == 0; i++)
		ret = pair_start(&pairs[i]);
	return ret;
}

void pair_sum(const struct pair *pair, struct counters *to_kernel, struct counters *to_nic)
{
	*to_kernel = *to_nic = (struct counters){0};
	for (unsigned int q = 0; q < pair->spec.queues; q++) {
		counters_sum(to_kernel, &pair->queues[q].to_kernel);
		counters_sum(to_nic, &pair->queues[q].to_nic);
	}
}

void pairs_log_counters(const struct pair *pairs, unsigned int nb_pairs)
{
	for (unsigned int i = 0; i < nb_pairs; i++) {
		struct counters to_kernel, to_nic;

		pair_sum(&pairs[i], &to_kernel, &to_nic);
		log_info("pair '%s': to kernel %" PRIu64 " packets, %" PRIu64 " bytes, %" PRIu64
			 " dropped; to NIC %" PRIu64 " packets, %" PRIu64 " bytes, %" PRIu64
			 " dropped",
			pairs[i].spec.kernel, to_kernel.packets, to_kernel.bytes, to_kernel.dropped,
			to_nic.packets, to_nic.bytes, to_nic.dropped);
	}
}

void pairs_close(struct pair *pairs, unsigned int nb_pairs)
{
	for (unsigned int i = 0; i < nb_pairs; i++) {
		struct pair *pair = &pairs[i];

		/* no new packets before the way out is closed */
		port_close(&pair->nic);
		port_close(&pair->kernel);
		rte_mempool_free(pair->pool);
		rte_free(pair->queues);
		pair->pool = NULL;
		pair->queues = NULL;
	}
}
