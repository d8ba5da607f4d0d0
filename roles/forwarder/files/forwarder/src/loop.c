/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "loop.h"

#include <stdbool.h>

#include <rte_branch_prediction.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_mbuf.h>
#include <rte_pause.h>
#include <rte_prefetch.h>

#include "idle.h"
#include "sizing.h"
#include "worker.h"

/* Rounds after the stop in which queues are emptied: enough for the longest ring, and an end for
 * traffic that never does.
 */
#define LOOP_DRAIN_ROUNDS (QUEUE_SIZE_MAX / BURST_SIZE)
#define LOOP_PREFETCH	  4

static bool loop_stopping;

void loop_stop(void)
{
	__atomic_store_n(&loop_stopping, true, __ATOMIC_RELEASE);
}

/* Some drivers take the tag off unasked; it is the kernel's to see. */
static int loop_restore_vlan(struct rte_mbuf **pkt)
{
	int ret = rte_vlan_insert(pkt);

	if (ret < 0)
		rte_pktmbuf_free(*pkt);
	return ret;
}

/* Makes received packets fit to be sent: what the Rx flags say is not what they would mean to
 * the other port. Returns how many there still are.
 */
static inline uint16_t loop_prepare(struct rte_mbuf **pkts, uint16_t nb_pkts, uint64_t *bytes)
{
	uint16_t nb_good = 0;
	uint64_t sum = 0;

	for (uint16_t i = 0; i < LOOP_PREFETCH && i < nb_pkts; i++)
		rte_prefetch0(pkts[i]);
	for (uint16_t i = 0; i < nb_pkts; i++) {
		struct rte_mbuf *pkt = pkts[i];

		if (i + LOOP_PREFETCH < nb_pkts)
			rte_prefetch0(pkts[i + LOOP_PREFETCH]);
		if (unlikely(pkt->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) &&
			loop_restore_vlan(&pkt) < 0)
			continue;
		pkt->ol_flags &= RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL;
		sum += pkt->pkt_len;
		pkts[nb_good++] = pkt;
	}
	*bytes = sum;
	return nb_good;
}

static inline uint16_t loop_forward(
	uint16_t from, uint16_t to, uint16_t queue, struct counters *counters)
{
	struct rte_mbuf *pkts[BURST_SIZE];
	uint16_t received, good, sent;
	uint64_t bytes;

	received = rte_eth_rx_burst(from, queue, pkts, BURST_SIZE);
	if (received == 0)
		return 0;
	good = loop_prepare(pkts, received, &bytes);
	sent = rte_eth_tx_burst(to, queue, pkts, good);
	if (unlikely(sent < good)) {
		/* never wait for the other side: the rest of the traffic would wait as well */
		for (uint16_t i = sent; i < good; i++)
			bytes -= pkts[i]->pkt_len;
		rte_pktmbuf_free_bulk(&pkts[sent], good - sent);
	}
	if (unlikely(sent < received))
		counters_add(&counters->dropped, received - sent);
	counters_add(&counters->packets, sent);
	counters_add(&counters->bytes, bytes);
	return received;
}

static inline unsigned int loop_serve(const struct worker *worker)
{
	unsigned int nb_pkts = 0;

	for (unsigned int i = 0; i < worker->nb_queues; i++) {
		struct queue *queue = worker->queues[i];

		nb_pkts += loop_forward(
			queue->nic_port, queue->kernel_port, queue->id, &queue->to_kernel);
		nb_pkts += loop_forward(
			queue->kernel_port, queue->nic_port, queue->id, &queue->to_nic);
	}
	return nb_pkts;
}

int loop_run(void *arg)
{
	struct worker *worker = arg;
	unsigned int empty_rounds = 0;

	idle_prepare_thread();
	while (!__atomic_load_n(&loop_stopping, __ATOMIC_RELAXED)) {
		heartbeat_beat(&worker->heartbeat);
		if (loop_serve(worker) > 0) {
			empty_rounds = 0;
		} else if (worker->idle == IDLE_ADAPTIVE) {
			unsigned int ns = idle_sleep_ns(++empty_rounds);

			if (ns > 0)
				idle_sleep(ns);
			else
				rte_pause();
		}
	}
	for (unsigned int i = 0; i < LOOP_DRAIN_ROUNDS; i++)
		if (loop_serve(worker) == 0)
			break;
	return 0;
}
