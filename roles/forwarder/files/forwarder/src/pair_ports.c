/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "pair_ports.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "log.h"
#include "quirks.h"
#include "sizing.h"
#include "worker.h"

#define PAIR_PAUSE_STEP_US 100
#define PAIR_PAUSE_STEPS   10000

/* Where a worker was when the pause began: after two more beats a whole round has passed. */
#define PAIR_PAUSE_BEATS 2

#define PAIR_VLANS	4096
#define PAIR_VLANS_ONCE 256

/* Quick looks at a link that is coming up, by the control thread: for some seconds. */
#define PAIR_LINK_LOOKS 250

static void pair_set_pause(struct pair *pair, enum queue_pause pause)
{
	for (unsigned int i = 0; i < pair->spec.queues; i++) {
		struct queue *queue = &pair->queues[i];

		__atomic_store_n(&queue->pause, pause, __ATOMIC_SEQ_CST);
		interrupts_wake(&queue->worker->interrupts);
	}
}

static uint64_t pair_beats(const struct queue *queue)
{
	return __atomic_load_n(&queue->worker->heartbeat.beats, __ATOMIC_ACQUIRE);
}

static int pair_await_round(const struct queue *queue)
{
	uint64_t begin = pair_beats(queue);

	/* one that starts after this finds its queues paused */
	if (!__atomic_load_n(&queue->worker->running, __ATOMIC_SEQ_CST))
		return 0;
	for (unsigned int i = 0; i < PAIR_PAUSE_STEPS; i++) {
		if (pair_beats(queue) - begin >= PAIR_PAUSE_BEATS)
			return 0;
		interrupts_wake(&queue->worker->interrupts);
		usleep(PAIR_PAUSE_STEP_US);
	}
	log_error("lcore %u does not let go of its queues", queue->worker->lcore);
	return -ETIMEDOUT;
}

int pair_pause(struct pair *pair)
{
	int ret = 0;

	pair_set_pause(pair, QUEUE_PAUSED);
	for (unsigned int i = 0; i < pair->spec.queues && ret == 0; i++)
		ret = pair_await_round(&pair->queues[i]);
	if (ret < 0)
		pair_resume(pair); /* who could not be paused goes on as before */
	for (unsigned int i = 0; i < pair->spec.queues && ret == 0; i++) {
		direction_drop_held(&pair->queues[i].to_kernel);
		direction_drop_held(&pair->queues[i].to_nic);
	}
	return ret;
}

void pair_resume(struct pair *pair)
{
	pair_set_pause(pair, pair->mirror.link_looks > 0 ? QUEUE_HOLDS_TO_KERNEL : QUEUE_RUNS);
}

static int pair_setup(struct pair *pair, struct port *port, unsigned int mtu)
{
	const struct pair_spec *spec = &pair->spec;
	struct rte_mempool *pool = port->side == PORT_NIC ? pair->nic_pool : pair->kernel_pool;
	int ret;

	ret = port_configure(port, spec->queues, spec->queue_size, mtu, pair->wants_interrupts);
	if (ret < 0)
		return ret;
	return port_setup_queues(port, spec->queues, rte_eth_dev_socket_id(pair->nic.id), pool);
}

/* All VLANs are the kernel's to see. A virtio NIC drops those it was not told of as soon as its
 * driver could tell it, which net_virtio can not be kept from negotiating.
 */
static bool pair_must_open_vlans(const struct pair *pair)
{
	return port_is_virtio(&pair->nic.info) &&
		(pair->nic.info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_VLAN_FILTER) != 0;
}

/* For a NIC that can not spread a frame over several buffers. */
static int pair_grow_pool(struct pair *pair, unsigned int mtu)
{
	struct rte_mempool *old = pair->nic_pool, *pool;
	uint16_t room = sizing_data_room(mtu, RTE_PKTMBUF_HEADROOM);
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "port%u-room%u", pair->nic.id, room);
	pool = pair->nb_small_pools == SMALL_POOLS_MAX
		? NULL
		: rte_pktmbuf_pool_create(name, old->size, MEMPOOL_CACHE, 0, room,
			  rte_eth_dev_socket_id(pair->nic.id));
	if (pool == NULL) {
		log_error("no memory for the packet buffers of port '%s' for MTU %u (reserve more "
			  "hugepages)",
			pair->nic.name, mtu);
		return -ENOMEM;
	}
	pair->small_pools[pair->nb_small_pools++] = old;
	pair->nic_pool = pool;
	for (unsigned int i = 0; i < pair->spec.queues; i++) {
		pair->queues[i].to_kernel.conversion.segments = pool;
		pair->queues[i].to_nic.conversion.segments = pool;
	}
	return 0;
}

int pair_configure_nic(struct pair *pair, unsigned int mtu)
{
	struct port *nic = &pair->nic;
	unsigned int room = rte_pktmbuf_data_room_size(pair->nic_pool);

	nic->rx_offloads = pair->offloads.nic_rx;
	if (sizing_needs_chain(mtu, room, RTE_PKTMBUF_HEADROOM)) {
		if ((nic->info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER) != 0)
			nic->rx_offloads |= RTE_ETH_RX_OFFLOAD_SCATTER;
		else if (pair_grow_pool(pair, mtu) < 0)
			return -ENOMEM;
	}
	if (pair_must_open_vlans(pair))
		nic->rx_offloads |= RTE_ETH_RX_OFFLOAD_VLAN_FILTER;
	return pair_setup(pair, nic, mtu);
}

int pair_configure_kernel(struct pair *pair, unsigned int mtu)
{
	return pair_setup(pair, &pair->kernel, mtu);
}

static bool pair_add_interrupt(
	struct worker *worker, const struct port *port, uint16_t queue, struct intr_record *record)
{
	if (!port->has_interrupts || !interrupts_add(&worker->interrupts, port->id, queue, record))
		return false;
	worker->wait_us = RTE_MAX(worker->wait_us, quirks_rest_us(port->info.driver_name));
	return true;
}

/* The queues of the pair whose worker waits for interrupts take part in it while the port runs. */
static void pair_add_interrupts(struct pair *pair, const struct port *port)
{
	for (unsigned int i = 0; i < pair->spec.queues; i++) {
		struct queue *queue = &pair->queues[i];
		struct direction *from =
			port->side == PORT_NIC ? &queue->to_kernel : &queue->to_nic;
		struct worker *worker = queue->worker;

		if (!worker->uses_interrupts)
			continue;
		if (pair_add_interrupt(worker, port, i, &from->interrupts))
			continue;
		log_info("lcore %u sleeps by the clock: port '%s' (%s) gives no Rx interrupts",
			worker->lcore, port->name, port->info.driver_name);
		worker->uses_interrupts = false;
	}
}

static void pair_remove_interrupts(struct pair *pair, const struct port *port)
{
	for (unsigned int i = 0; port->has_interrupts && i < pair->spec.queues; i++)
		interrupts_remove(&pair->queues[i].worker->interrupts, port->id, i);
}

static int pair_start_port(struct pair *pair, struct port *port)
{
	int ret = rte_eth_dev_start(port->id);

	port->started = ret == 0;
	if (ret < 0)
		log_error("port '%s' (%s) does not start: %s", port->name, port->info.driver_name,
			rte_strerror(-ret));
	else if (pair->wants_interrupts)
		pair_add_interrupts(pair, port);
	return ret;
}

static void pair_stop_port(struct pair *pair, struct port *port)
{
	if (!port->started)
		return;
	pair_remove_interrupts(pair, port);
	rte_eth_dev_stop(port->id);
	port->started = false;
}

void pair_open_vlans(struct pair *pair)
{
	int ret = 0;

	for (unsigned int i = 0; i < PAIR_VLANS_ONCE && pair->vlans_closed > 0 && ret == 0; i++) {
		pair->vlans_closed--;
		ret = rte_eth_dev_vlan_filter(pair->nic.id, PAIR_VLANS - 1 - pair->vlans_closed, 1);
	}
	if (ret == 0)
		return;
	pair->vlans_closed = 0;
	log_warning("port '%s' may drop VLANs: %s", pair->nic.name, rte_strerror(-ret));
}

int pair_start_nic(struct pair *pair)
{
	int ret = pair_start_port(pair, &pair->nic);

	pair->mirror.link_looks = ret == 0 && pair->mirror.has_tap ? PAIR_LINK_LOOKS : 0;
	/* one by one, each a request that the device answers: not while all others wait */
	pair->vlans_closed = ret == 0 && pair_must_open_vlans(pair) ? PAIR_VLANS : 0;
	return ret;
}

int pair_start_kernel(struct pair *pair)
{
	return pair_start_port(pair, &pair->kernel);
}

void pair_stop_nic(struct pair *pair)
{
	pair->vlans_closed = 0;
	pair_stop_port(pair, &pair->nic);
}

void pair_stop_kernel(struct pair *pair)
{
	pair_stop_port(pair, &pair->kernel);
}
