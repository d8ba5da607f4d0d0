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
#include "mirror_apply.h"
#include "netdev.h"
#include "pair_ports.h"
#include "precheck.h"
#include "sizing.h"
#include "upkeep.h"

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
	for (unsigned int i = 0; i < nb_pairs && nics.count == 0; i++)
		if (pairs[i].spec.netdev[0] != '\0' && port_is_virtio_user(&pairs[i].kernel.info))
			precheck_attached(pairs[i].spec.netdev, pairs[i].spec.queues, &kernels);
	if (nics.count > 0)
		log_error("%s", nics.text);
	if (kernels.count > 0)
		log_error("%s", kernels.text);
	return nics.count > 0 ? -ENODEV : kernels.count > 0 ? -ENOTCONN : 0;
}

static struct port_abilities pair_abilities(const struct port *port)
{
	return (struct port_abilities){
		.rx = port->info.rx_offload_capa,
		.tx = port->info.tx_offload_capa,
		.virtio = port_is_virtio(&port->info),
	};
}

static void pair_settle_offloads(struct pair *pair, struct problems *problems)
{
	struct port_abilities nic = pair_abilities(&pair->nic);
	struct port_abilities kernel = pair_abilities(&pair->kernel);

	offloads_negotiate(
		&pair->spec.offloads, &nic, &kernel, pair->spec.kernel, &pair->offloads, problems);
	pair->nic.rx_offloads = pair->offloads.nic_rx;
	pair->nic.tx_offloads = pair->offloads.nic_tx;
	pair->kernel.rx_offloads = pair->offloads.kernel_rx;
	pair->kernel.tx_offloads = pair->offloads.kernel_tx;
}

int pairs_check(struct pair *pairs, unsigned int nb_pairs)
{
	struct problems problems = {0};

	for (unsigned int i = 0; i < nb_pairs; i++) {
		const struct pair_spec *spec = &pairs[i].spec;

		port_check(&pairs[i].nic, spec->queues, spec->mtu, &problems);
		port_check(&pairs[i].kernel, spec->queues, spec->mtu, &problems);
		pair_settle_offloads(&pairs[i], &problems);
	}
	if (problems.count == 0)
		return 0;
	log_error("%s", problems.text);
	return -ENOTSUP;
}

static struct rte_mempool *pair_make_pool(const struct pair *pair, const char *side,
	unsigned int index, const struct ring_sizes *rings, uint16_t room)
{
	unsigned int lcores = assign_lcore_count(pair->spec.queues, rte_lcore_count());
	unsigned int nb_mbufs = sizing_mbufs(rings, pair->spec.queues, lcores, HELD_MAX);
	int socket = rte_eth_dev_socket_id(pair->nic.id);
	char name[RTE_MEMPOOL_NAMESIZE];
	struct rte_mempool *pool;

	snprintf(name, sizeof(name), "pair%u-%s", index, side);
	pool = rte_pktmbuf_pool_create(name, nb_mbufs, MEMPOOL_CACHE, 0, room, socket);
	if (pool == NULL)
		log_error("no memory for the %u packet buffers of %u bytes of pair '%s' on NUMA "
			  "node %d: %s (reserve more hugepages there, or use smaller queues)",
			nb_mbufs, room, pair->spec.kernel, socket, rte_strerror(rte_errno));
	return pool;
}

/* Sized for the descriptors that the ports take; how many that is, is asked of them here. */
static int pair_make_pools(struct pair *pair, unsigned int index)
{
	uint16_t nic_rx, nic_tx, kernel_rx, kernel_tx;
	bool large = pair->offloads.places[OFFLOAD_TSO] != OFFLOAD_PLACE_OFF;
	uint16_t room = sizing_data_room(pair->spec.mtu, RTE_PKTMBUF_HEADROOM);
	uint16_t large_room = sizing_large_room(pair->spec.mtu, RTE_PKTMBUF_HEADROOM);
	int ret;

	nic_rx = nic_tx = kernel_rx = kernel_tx = pair->spec.queue_size;
	ret = rte_eth_dev_adjust_nb_rx_tx_desc(pair->nic.id, &nic_rx, &nic_tx);
	if (ret == 0)
		ret = rte_eth_dev_adjust_nb_rx_tx_desc(pair->kernel.id, &kernel_rx, &kernel_tx);
	if (ret < 0) {
		log_error("pair '%s': no number of descriptors fits: %s", pair->spec.kernel,
			rte_strerror(-ret));
		return -ENOTSUP;
	}
	pair->nic_pool = pair_make_pool(pair, "nic", index,
		&(struct ring_sizes){
			.from = nic_rx,
			/* segments cut here wait for the NIC */
			.to = port_tx_mbufs(&pair->kernel.info, kernel_tx) + (large ? nic_tx : 0),
		},
		room);
	if (pair->nic_pool == NULL)
		return -ENOMEM;
	pair->kernel_pool = pair_make_pool(pair, "kernel", index,
		&(struct ring_sizes){
			.from = kernel_rx,
			.to = port_tx_mbufs(&pair->nic.info, nic_tx),
		},
		large ? large_room : room);
	return pair->kernel_pool == NULL ? -ENOMEM : 0;
}

/* Rx flags of what the kernel's side, or a NIC that speaks virtio, leaves to us. */
static uint64_t pair_unfinished(const struct port *from)
{
	if (!port_is_virtio(&from->info) || (from->rx_offloads & RTE_ETH_RX_OFFLOAD_TCP_CKSUM) == 0)
		return 0;
	return RTE_MBUF_F_RX_L4_CKSUM_NONE | RTE_MBUF_F_RX_LRO;
}

static void pair_init_direction(struct pair *pair, struct direction *direction,
	const struct port *from, const struct port *to, uint16_t queue)
{
	uint16_t nb_segs = to->info.tx_desc_lim.nb_seg_max;

	direction->queue = queue;
	direction->conversion = (struct conversion){
		.interest = RTE_MBUF_F_RX_VLAN_STRIPPED | pair_unfinished(from),
		.tx_offload = to->tx_offloads,
		.nb_segs_max = nb_segs != 0 ? nb_segs : UINT16_MAX,
		.merge = from->side == PORT_NIC &&
			pair->offloads.places[OFFLOAD_GRO] != OFFLOAD_PLACE_OFF,
		.segments = pair->nic_pool,
	};
}

void pair_point_queues(struct pair *pair)
{
	for (unsigned int i = 0; i < pair->spec.queues; i++) {
		struct queue *queue = &pair->queues[i];

		queue->to_kernel.rx_port = queue->to_nic.tx_port = pair->nic.id;
		queue->to_kernel.tx_port = queue->to_nic.rx_port = pair->kernel.id;
	}
}

static int pair_make_queues(struct pair *pair)
{
	pair->queues = rte_zmalloc_socket("queues", pair->spec.queues * sizeof(*pair->queues),
		RTE_CACHE_LINE_SIZE, rte_eth_dev_socket_id(pair->nic.id));
	if (pair->queues == NULL) {
		log_error("no memory for the queues of pair '%s'", pair->spec.kernel);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < pair->spec.queues; i++) {
		struct queue *queue = &pair->queues[i];

		queue->id = i;
		pair_init_direction(pair, &queue->to_kernel, &pair->nic, &pair->kernel, i);
		pair_init_direction(pair, &queue->to_nic, &pair->kernel, &pair->nic, i);
		queue->to_kernel.limits = pair->limits;
	}
	pair_point_queues(pair);
	return 0;
}

static int pair_configure(struct pair *pair, unsigned int index)
{
	int ret;

	ret = pair_make_pools(pair, index);
	if (ret < 0)
		goto out;
	ret = limits_create(pair->spec.limits, &pair->limits);
	if (ret < 0)
		goto out;
	ret = pair_make_queues(pair);
	if (ret < 0)
		goto out;
	pair->mtu = pair->spec.mtu;
	ret = pair_configure_nic(pair, pair->mtu);
	if (ret < 0)
		goto out;
	ret = pair_configure_kernel(pair, pair->mtu);
out:
	/* whatever a driver returned, it could not do what was asked */
	if (ret < 0 && ret != -ENOMEM)
		ret = -ENOTSUP;
	return ret;
}

int pairs_configure(struct pair *pairs, unsigned int nb_pairs, bool interrupts)
{
	int ret = 0;

	for (unsigned int i = 0; i < nb_pairs && ret == 0; i++) {
		pairs[i].wants_interrupts = interrupts;
		ret = pair_configure(&pairs[i], i);
	}
	return ret;
}

/* Both ports get the address of the pair: the one that the user gave, or the NIC's. */
static int pair_set_mac(struct pair *pair)
{
	/* another netdev in place of a NIC keeps its own address for itself */
	const struct port *owner =
		port_is_virtio_user(&pair->nic.info) ? &pair->kernel : &pair->nic;
	uint8_t mac[MAC_LEN];
	int ret;

	ret = rte_eth_macaddr_get(owner->id, &pair->mac);
	if (ret < 0) {
		log_error("pair '%s': no MAC address can be read: %s", pair->spec.kernel,
			rte_strerror(-ret));
		return -ENOTSUP;
	}
	memcpy(mac, pair->spec.has_mac ? pair->spec.mac : pair->mac.addr_bytes, MAC_LEN);
	mirror_apply_mac(pair, mac);
	return 0;
}

static int pair_start_error(const struct port *port, int error)
{
	if (error == -ENOMEM)
		return error;
	return port_is_virtio_user(&port->info) ? -ENOTCONN : -EIO;
}

static int pair_start(struct pair *pair)
{
	char mac[MAC_TEXT_SIZE], offloads[512];
	int ret;

	ret = pair_set_mac(pair);
	if (ret < 0)
		return ret;
	/* the kernel side first: what the NIC receives has somewhere to go */
	ret = pair_start_kernel(pair);
	if (ret < 0)
		return pair_start_error(&pair->kernel, ret);
	if (vdev_is_virtio_user(pair->spec.kernel) && pair->spec.netdev[0] != '\0' &&
		!pair->spec.netdev_was_there)
		netdev_set_mtu(pair->spec.netdev, pair->spec.mtu);
	ret = upkeep_begin(pair);
	if (ret < 0)
		return pair_start_error(&pair->nic, ret);
	format_mac(pair->mac.addr_bytes, mac);
	log_info("pair '%s': %s (%s) <-> %s (%s), netdev %s, mac %s, mtu %u, queues %u of %u/%u "
		 "and %u/%u descriptors",
		pair->spec.kernel, pair->nic.name, pair->nic.info.driver_name, pair->kernel.name,
		pair->kernel.info.driver_name,
		pair->spec.netdev[0] != '\0' ? pair->spec.netdev : "not named", mac, pair->mtu,
		pair->spec.queues, pair->nic.nb_rxd, pair->nic.nb_txd, pair->kernel.nb_rxd,
		pair->kernel.nb_txd);
	offloads_describe(&pair->offloads, offloads, sizeof(offloads));
	log_info("pair '%s': offloads: %s", pair->spec.kernel, offloads);
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
		counters_sum(to_kernel, &pair->queues[q].to_kernel.counters);
		counters_sum(to_nic, &pair->queues[q].to_nic.counters);
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
			pairs[i].spec.kernel, to_kernel.packets, to_kernel.bytes,
			counters_dropped(&to_kernel), to_nic.packets, to_nic.bytes,
			counters_dropped(&to_nic));
	}
}

void pairs_close(struct pair *pairs, unsigned int nb_pairs)
{
	for (unsigned int i = 0; i < nb_pairs; i++) {
		struct pair *pair = &pairs[i];

		upkeep_end(pair);
		/* no new packets before the way out is closed */
		port_close(&pair->nic);
		port_close(&pair->kernel);
		for (unsigned int q = 0; pair->queues != NULL && q < pair->spec.queues; q++) {
			direction_drop_held(&pair->queues[q].to_kernel);
			direction_drop_held(&pair->queues[q].to_nic);
		}
		rte_mempool_free(pair->nic_pool);
		for (unsigned int p = 0; p < pair->nb_small_pools; p++)
			rte_mempool_free(pair->small_pools[p]);
		pair->nb_small_pools = 0;
		rte_mempool_free(pair->kernel_pool);
		limits_free(pair->limits);
		rte_free(pair->queues);
		pair->nic_pool = pair->kernel_pool = NULL;
		pair->queues = NULL;
		pair->limits = NULL;
	}
}
