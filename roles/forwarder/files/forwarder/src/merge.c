/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "merge.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "checksum.h"
#include "headers.h"
#include "marks.h"

#define MERGE_FLOWS    8     /* flows in one burst that are merged at once */
#define MERGE_IP_MAX   65535 /* what the length field of IP holds */
#define MERGE_SEGS_MAX 64
#define MERGE_TCP_ACK  0x10
#define MERGE_TCP_PSH  0x08
#define MERGE_TCP_ECE  0x40

/* One TCP segment, or several that are one packet by now. */
struct merge_flow {
	struct rte_mbuf *head;
	struct rte_mbuf *tail;
	struct headers headers;
	uint32_t next_seq;
	uint16_t next_id;
	uint16_t size; /* payload of every segment but the last */
	uint16_t count;
	bool open;
	bool verified; /* the checksum of TCP is good */
};

static const uint8_t *merge_ip(const struct merge_flow *flow)
{
	return rte_pktmbuf_mtod_offset(flow->head, const uint8_t *, flow->headers.l2_len);
}

static const uint8_t *merge_tcp(const struct merge_flow *flow)
{
	return merge_ip(flow) + flow->headers.l3_len;
}

static uint16_t merge_header_len(const struct headers *headers)
{
	return headers->l2_len + headers->l3_len + headers->l4_len;
}

static bool merge_ip_is_good(uint64_t flags, const uint8_t *ip, const struct headers *headers)
{
	return !headers->ipv4 ||
		(flags & RTE_MBUF_F_RX_IP_CKSUM_MASK) == RTE_MBUF_F_RX_IP_CKSUM_GOOD ||
		checksum_ipv4_is_good(ip, headers->l3_len);
}

/* Many NICs, and drivers, have no word on a checksum. Only what is really merged is worth a look
 * of our own: the kernel would have to take it otherwise.
 */
static bool merge_verify(struct merge_flow *flow)
{
	if (!flow->verified)
		flow->verified = checksum_tcp_is_good(flow->head, &flow->headers);
	return flow->verified;
}

/* False if the packet has nothing to do with TCP. */
static bool merge_find_headers(struct rte_mbuf *pkt, struct merge_flow *flow)
{
	flow->head = flow->tail = pkt;
	return headers_find(
		       rte_pktmbuf_mtod(pkt, const uint8_t *), pkt->data_len, &flow->headers) &&
		flow->headers.l4 == IPPROTO_TCP;
}

/* Reads a segment that could be part of a merge; false if the packet is anything else. */
static bool merge_read(struct merge_flow *flow)
{
	const struct rte_mbuf *pkt = flow->head;
	uint64_t l4 = pkt->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK;
	const uint8_t *ip, *tcp;
	uint32_t payload;

	if (l4 == RTE_MBUF_F_RX_L4_CKSUM_BAD || pkt->nb_segs != 1 ||
		(pkt->ol_flags & RTE_MBUF_F_RX_LRO) != 0 || flow->headers.fragment ||
		!flow->headers.simple)
		return false;
	ip = merge_ip(flow);
	tcp = merge_tcp(flow);
	if (flow->headers.l2_len + headers_ip_len(ip, &flow->headers) != pkt->pkt_len ||
		!merge_ip_is_good(pkt->ol_flags, ip, &flow->headers))
		return false;
	flow->verified = l4 != RTE_MBUF_F_RX_L4_CKSUM_UNKNOWN;
	payload = pkt->pkt_len - merge_header_len(&flow->headers);
	flow->size = payload;
	flow->count = 1;
	flow->next_seq = headers_get32(tcp + 4) + payload;
	flow->next_id = headers_get16(ip + 4) + 1;
	/* a push wants to be delivered now */
	flow->open = payload > 0 && (tcp[13] & ~MERGE_TCP_ECE) == MERGE_TCP_ACK;
	return true;
}

static bool merge_is_same_flow(const struct merge_flow *a, const struct merge_flow *b)
{
	uint16_t addresses = a->headers.ipv4 ? 12 : 8;
	uint16_t len = a->headers.ipv4 ? 8 : 32;

	return a->headers.l2_len == b->headers.l2_len && a->headers.ipv4 == b->headers.ipv4 &&
		!memcmp(merge_tcp(a), merge_tcp(b), 4) &&
		!memcmp(merge_ip(a) + addresses, merge_ip(b) + addresses, len) &&
		!memcmp(rte_pktmbuf_mtod(a->head, const void *),
			rte_pktmbuf_mtod(b->head, const void *), a->headers.l2_len);
}

/* Header fields that cutting would give to every segment alike. */
static bool merge_is_same_ip(const struct merge_flow *flow, const struct merge_flow *next)
{
	const uint8_t *a = merge_ip(flow), *b = merge_ip(next);

	if (!flow->headers.ipv4)
		return !memcmp(a, b, 4) && a[7] == b[7];
	/* with DF set nobody needs the identification */
	return a[1] == b[1] && a[8] == b[8] && a[6] == b[6] &&
		((a[6] & 0x40) != 0 || headers_get16(b + 4) == flow->next_id);
}

static bool merge_is_same_tcp(const struct merge_flow *flow, const struct merge_flow *next)
{
	const uint8_t *a = merge_tcp(flow), *b = merge_tcp(next);

	return a[12] == b[12] &&			   /* length, and a flag of accurate ECN */
		((a[13] ^ b[13]) & ~MERGE_TCP_PSH) == 0 && /* flags */
		!memcmp(a + 8, b + 8, 4) &&		   /* acknowledged */
		!memcmp(a + 14, b + 14, 2) &&		   /* window */
		/* urgent pointer, options */
		!memcmp(a + 18, b + 18, flow->headers.l4_len - 18);
}

static bool merge_fits(struct merge_flow *flow, struct merge_flow *next)
{
	return flow->open && next->size > 0 && next->size <= flow->size &&
		headers_get32(merge_tcp(next) + 4) == flow->next_seq &&
		flow->count < MERGE_SEGS_MAX &&
		flow->head->pkt_len - flow->headers.l2_len + next->size <= MERGE_IP_MAX &&
		merge_is_same_ip(flow, next) && merge_is_same_tcp(flow, next) &&
		merge_verify(flow) && merge_verify(next);
}

static void merge_append(struct merge_flow *flow, struct merge_flow *next)
{
	bool push = (merge_tcp(next)[13] & MERGE_TCP_PSH) != 0;
	struct rte_mbuf *pkt = next->head;

	if (push)
		rte_pktmbuf_mtod_offset(flow->head, uint8_t *,
			flow->headers.l2_len + flow->headers.l3_len)[13] |= MERGE_TCP_PSH;
	flow->open = !push && next->size == flow->size;
	flow->next_seq = next->next_seq;
	flow->next_id = next->next_id;
	flow->count++;
	rte_pktmbuf_adj(pkt, merge_header_len(&next->headers));
	flow->tail->next = pkt;
	flow->tail = pkt;
	flow->head->nb_segs++;
	flow->head->pkt_len += pkt->pkt_len;
}

/* What a packet of this flow has to look like now. */
static void merge_close(struct merge_flow *flow)
{
	const struct headers *headers = &flow->headers;
	struct rte_mbuf *pkt = flow->head;
	uint8_t *ip = rte_pktmbuf_mtod_offset(pkt, uint8_t *, headers->l2_len);

	if (flow->count == 1 && (!flow->verified || flow->size < MERGE_TRUST_MIN))
		return;
	if (flow->count == 1) {
		marks_checksum(pkt, headers);
	} else {
		if (headers->ipv4) {
			headers_put16(ip + 2, pkt->pkt_len - headers->l2_len);
			checksum_fill_ipv4(ip, headers->l3_len);
		} else {
			headers_put16(ip + 4, pkt->pkt_len - headers->l2_len - HEADERS_IPV6_LEN);
		}
		/* IP's own checksum is right already */
		marks_segment(pkt, headers, flow->size, false);
	}
	checksum_put_pseudo(pkt, headers, pkt->pkt_len - headers->l2_len - headers->l3_len);
}

static struct merge_flow *merge_find(
	struct merge_flow *flows, uint16_t nb_flows, const struct merge_flow *next)
{
	for (uint16_t i = 0; i < nb_flows; i++)
		if (merge_is_same_flow(&flows[i], next))
			return &flows[i];
	return NULL;
}

/* What can not be merged is not overtaken by what can be. Fragments are of any flow. */
static void merge_end(struct merge_flow *flows, uint16_t nb_flows, const struct merge_flow *next)
{
	for (uint16_t i = 0; i < nb_flows; i++)
		if (next->headers.fragment || merge_is_same_flow(&flows[i], next))
			flows[i].open = false;
}

uint16_t merge_burst(struct rte_mbuf **pkts, uint16_t nb_pkts, uint64_t *merged)
{
	struct merge_flow flows[MERGE_FLOWS], next;
	uint16_t nb_flows = 0, nb_left = 0;

	*merged = 0;
	for (uint16_t i = 0; i < nb_pkts; i++) {
		struct rte_mbuf *pkt = pkts[i];
		struct merge_flow *flow;

		if (!merge_find_headers(pkt, &next)) {
			pkts[nb_left++] = pkt;
			continue;
		}
		if (!merge_read(&next)) {
			merge_end(flows, nb_flows, &next);
			pkts[nb_left++] = pkt;
			continue;
		}
		flow = merge_find(flows, nb_flows, &next);
		if (flow != NULL && merge_fits(flow, &next)) {
			merge_append(flow, &next);
			(*merged)++;
			continue;
		}
		pkts[nb_left++] = pkt;
		/* what else comes of a flow ends what came before, and is never overtaken by it */
		if (flow == NULL && nb_flows < MERGE_FLOWS) {
			flow = &flows[nb_flows++];
		} else {
			if (flow == NULL)
				flow = &flows[i % MERGE_FLOWS];
			merge_close(flow);
		}
		*flow = next;
	}
	for (uint16_t i = 0; i < nb_flows; i++)
		merge_close(&flows[i]);
	return nb_left;
}
