/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "direction.h"

#include <string.h>
#include <time.h>

#include <rte_branch_prediction.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_ether.h>

#include "checksum.h"
#include "marks.h"
#include "merge.h"
#include "rate_limits.h"
#include "segment.h"
#include "sizing.h"

/* A port that has taken nothing for so long is not just busy: what waits for it is dropped. */
#define DIRECTION_HOLD_MS 2

/* Up to so many bytes it costs no more to add them up than to tell the NIC to: the sum of the
 * pseudo header, and often a descriptor of its own.
 */
#define DIRECTION_SUM_MAX 128

struct outbox {
	uint16_t nb_pkts;
	struct rte_mbuf *pkts[2 * BURST_SIZE];
};

static uint64_t direction_bytes(struct rte_mbuf *const *pkts, uint16_t nb_pkts)
{
	uint64_t bytes = 0;

	for (uint16_t i = 0; i < nb_pkts; i++)
		bytes += pkts[i]->pkt_len;
	return bytes;
}

/* Waiting would stop all other queues of the lcore: what the port has no room for is kept, and
 * nothing more is received until it is gone.
 */
static void direction_hold(struct direction *direction, struct rte_mbuf **pkts, uint16_t nb_pkts)
{
	uint16_t room = HELD_MAX - direction->nb_held;
	uint16_t kept = nb_pkts < room ? nb_pkts : room;

	if (direction->nb_held == 0)
		direction->held_since = rte_rdtsc();
	memcpy(&direction->held[direction->nb_held], pkts, kept * sizeof(*pkts));
	direction->nb_held += kept;
	if (kept == nb_pkts)
		return;
	rte_pktmbuf_free_bulk(&pkts[kept], nb_pkts - kept);
	counters_add(&direction->counters.dropped_full, nb_pkts - kept);
}

/* bytes: of all packets together. */
static inline void direction_send(
	struct direction *direction, struct rte_mbuf **pkts, uint16_t nb_pkts, uint64_t bytes)
{
	uint16_t sent = 0;

	if (likely(direction->nb_held == 0))
		sent = rte_eth_tx_burst(direction->tx_port, direction->queue, pkts, nb_pkts);
	if (unlikely(sent < nb_pkts)) {
		bytes -= direction_bytes(&pkts[sent], nb_pkts - sent);
		direction_hold(direction, &pkts[sent], nb_pkts - sent);
	}
	counters_add(&direction->counters.packets, sent);
	counters_add(&direction->counters.bytes, bytes);
}

static void direction_try_held(struct direction *direction)
{
	uint16_t nb_held = direction->nb_held, sent;
	uint64_t bytes = direction_bytes(direction->held, nb_held);

	sent = rte_eth_tx_burst(direction->tx_port, direction->queue, direction->held, nb_held);
	if (sent > 0) {
		nb_held -= sent;
		memmove(direction->held, &direction->held[sent],
			nb_held * sizeof(*direction->held));
		direction->nb_held = nb_held;
		direction->held_since = rte_rdtsc();
		counters_add(&direction->counters.packets, sent);
		counters_add(&direction->counters.bytes,
			bytes - direction_bytes(direction->held, nb_held));
	} else if (rte_rdtsc() - direction->held_since >
		rte_get_tsc_hz() / 1000 * DIRECTION_HOLD_MS) {
		direction_drop_held(direction);
	}
}

void direction_drop_held(struct direction *direction)
{
	rte_pktmbuf_free_bulk(direction->held, direction->nb_held);
	counters_add(&direction->counters.dropped_full, direction->nb_held);
	direction->nb_held = 0;
}

static void direction_drop_invalid(struct direction *direction, struct rte_mbuf *pkt)
{
	rte_pktmbuf_free(pkt);
	counters_add(&direction->counters.dropped_invalid, 1);
}

/* Sends packets that carry marks, which the driver wants to see first. */
static void outbox_flush(struct outbox *outbox, struct direction *direction)
{
	uint16_t done = 0;

	while (done < outbox->nb_pkts) {
		struct rte_mbuf **pkts = &outbox->pkts[done];
		uint16_t left = outbox->nb_pkts - done;
		uint16_t ready =
			rte_eth_tx_prepare(direction->tx_port, direction->queue, pkts, left);

		direction_send(direction, pkts, ready, direction_bytes(pkts, ready));
		done += ready;
		if (ready < left)
			direction_drop_invalid(direction, outbox->pkts[done++]);
	}
	outbox->nb_pkts = 0;
}

static void outbox_put(struct outbox *outbox, struct direction *direction, struct rte_mbuf *pkt)
{
	if (outbox->nb_pkts == RTE_DIM(outbox->pkts))
		outbox_flush(outbox, direction);
	outbox->pkts[outbox->nb_pkts++] = pkt;
}

static void outbox_put_segments(struct outbox *outbox, struct direction *direction,
	struct rte_mbuf *pkt, const struct headers *headers)
{
	const struct conversion *conversion = &direction->conversion;
	struct segmenter segmenter;

	if (!segmenter_start(&segmenter, pkt, headers, conversion->segments,
		    headers->simple &&
			    (conversion->tx_offload & RTE_ETH_TX_OFFLOAD_TCP_CKSUM) != 0)) {
		direction_drop_invalid(direction, pkt);
		return;
	}
	while (segmenter_left(&segmenter) > 0) {
		uint16_t room = RTE_DIM(outbox->pkts) - outbox->nb_pkts, made;

		if (room == 0) {
			outbox_flush(outbox, direction);
			continue;
		}
		made = segmenter_take(&segmenter, &outbox->pkts[outbox->nb_pkts], room);
		outbox->nb_pkts += made;
		if (made == 0) {
			counters_add(
				&direction->counters.dropped_memory, segmenter_left(&segmenter));
			break;
		}
	}
	rte_pktmbuf_free(pkt);
	counters_add(&direction->counters.cut, 1);
}

/* A packet whose checksum, and maybe its cutting, was left to us. */
static void outbox_put_unfinished(
	struct outbox *outbox, struct direction *direction, struct rte_mbuf *pkt)
{
	uint64_t offload = direction->conversion.tx_offload;
	bool large = (pkt->ol_flags & RTE_MBUF_F_RX_LRO) != 0;
	struct headers headers;

	if (!headers_find(rte_pktmbuf_mtod(pkt, const uint8_t *), pkt->data_len, &headers) ||
		headers.fragment || (headers.l4 != IPPROTO_TCP && headers.l4 != IPPROTO_UDP) ||
		(large && headers.l4 != IPPROTO_TCP)) {
		/* better lost than wrong */
		direction_drop_invalid(direction, pkt);
		return;
	}
	if (large &&
		pkt->pkt_len > (uint32_t)headers.l2_len + headers.l3_len + headers.l4_len +
				pkt->tso_segsz) {
		if (!headers.simple || (offload & RTE_ETH_TX_OFFLOAD_TCP_TSO) == 0 ||
			pkt->nb_segs > direction->conversion.nb_segs_max) {
			outbox_put_segments(outbox, direction, pkt, &headers);
			return;
		}
		marks_segment(pkt, &headers, pkt->tso_segsz,
			(offload & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM) != 0);
	} else if (headers.simple && pkt->pkt_len > DIRECTION_SUM_MAX &&
		(offload &
			(headers.l4 == IPPROTO_TCP ? RTE_ETH_TX_OFFLOAD_TCP_CKSUM
						   : RTE_ETH_TX_OFFLOAD_UDP_CKSUM)) != 0) {
		marks_checksum(pkt, &headers);
	} else {
		checksum_finish(pkt, &headers);
	}
	outbox_put(outbox, direction, pkt);
}

/* Some drivers take the tag off unasked; it is the kernel's to see. */
static uint16_t direction_restore_tags(
	struct direction *direction, struct rte_mbuf **pkts, uint16_t nb_pkts)
{
	uint16_t nb_good = 0;

	for (uint16_t i = 0; i < nb_pkts; i++) {
		if ((pkts[i]->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) == 0 ||
			rte_vlan_insert(&pkts[i]) == 0)
			pkts[nb_good++] = pkts[i];
		else
			direction_drop_invalid(direction, pkts[i]);
	}
	return nb_good;
}

static void direction_convert(
	struct direction *direction, struct rte_mbuf **pkts, uint16_t nb_pkts, uint64_t seen)
{
	struct outbox outbox = {.nb_pkts = 0};
	uint64_t merged;

	if (unlikely(seen & RTE_MBUF_F_RX_VLAN_STRIPPED))
		nb_pkts = direction_restore_tags(direction, pkts, nb_pkts);
	if (direction->conversion.merge) {
		nb_pkts = merge_burst(pkts, nb_pkts, &merged);
		counters_add(&direction->counters.merged, merged);
	}
	for (uint16_t i = 0; i < nb_pkts; i++) {
		uint64_t flags = pkts[i]->ol_flags;

		if ((flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_NONE)
			outbox_put_unfinished(&outbox, direction, pkts[i]);
		else
			outbox_put(&outbox, direction, pkts[i]);
	}
	outbox_flush(&outbox, direction);
}

static uint64_t direction_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* All that is done with every packet, whatever it is: its flags and its length. Four at a time,
 * and with a sum of 32 bits, which a burst can not overflow: it counts for every instruction.
 */
static inline uint64_t direction_look(
	struct rte_mbuf *const *pkts, uint16_t nb_pkts, uint32_t *bytes)
{
	uint64_t seen = 0;
	uint32_t sum = 0;
	uint16_t i = 0;

	for (; i + 4 <= nb_pkts; i += 4) {
		seen |= pkts[i]->ol_flags | pkts[i + 1]->ol_flags | pkts[i + 2]->ol_flags |
			pkts[i + 3]->ol_flags;
		sum += pkts[i]->pkt_len + pkts[i + 1]->pkt_len + pkts[i + 2]->pkt_len +
			pkts[i + 3]->pkt_len;
	}
	for (; i < nb_pkts; i++) {
		seen |= pkts[i]->ol_flags;
		sum += pkts[i]->pkt_len;
	}
	*bytes = sum;
	return seen;
}

/* Small packets have nothing to gain. */
static inline bool direction_may_merge(
	const struct direction *direction, uint16_t nb_pkts, uint32_t bytes)
{
	return direction->conversion.merge && bytes >= (uint32_t)nb_pkts * MERGE_TRUST_MIN;
}

unsigned int direction_forward(struct direction *direction)
{
	struct rte_mbuf *pkts[BURST_SIZE];
	uint64_t seen;
	uint32_t bytes;
	uint16_t received, nb_pkts;

	if (unlikely(direction->nb_held > 0)) {
		direction_try_held(direction);
		if (direction->nb_held > 0)
			return direction->nb_held;
	}
	received = rte_eth_rx_burst(direction->rx_port, direction->queue, pkts, BURST_SIZE);
	if (received == 0)
		return 0;
	nb_pkts = received;
	if (unlikely(direction->limits != NULL)) {
		nb_pkts = limits_filter(direction->limits, pkts, nb_pkts, direction_now());
		counters_add(&direction->counters.dropped_limited, received - nb_pkts);
	}
	seen = direction_look(pkts, nb_pkts, &bytes);
	if (likely((seen & direction->conversion.interest) == 0 &&
		    !direction_may_merge(direction, nb_pkts, bytes)))
		direction_send(direction, pkts, nb_pkts, bytes);
	else
		direction_convert(direction, pkts, nb_pkts, seen);
	return received;
}
