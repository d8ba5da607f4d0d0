/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "fuzz.h"

#include <rte_mbuf.h>

#include "rate_limits.h"

#define PACKETS 64

/* The input is a burst: a byte for the length of each packet before its bytes. Packets are in no
 * pool: of two references rte_pktmbuf_free() takes one, so a freed packet has one left.
 */
static uint16_t make_burst(const uint8_t *data, size_t size, struct rte_mbuf *mbufs)
{
	uint16_t nb_pkts = 0;

	while (size > 0 && nb_pkts < PACKETS) {
		struct rte_mbuf *pkt = &mbufs[nb_pkts++];
		size_t len = data[0] < size - 1 ? data[0] : size - 1;

		memset(pkt, 0, sizeof(*pkt));
		pkt->buf_addr = malloc(len > 0 ? len : 1);
		assert(pkt->buf_addr != NULL);
		memcpy(pkt->buf_addr, data + 1, len);
		pkt->data_len = len;
		pkt->pkt_len = len;
		pkt->nb_segs = 1;
		rte_mbuf_refcnt_set(pkt, 2);
		data += 1 + len;
		size -= 1 + len;
	}
	return nb_pkts;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct limit_spec specs[LIMIT_CLASSES] = {
		[LIMIT_NEIGHBOR] = {1, 3}, [LIMIT_ICMP] = {1, 5}, [LIMIT_REST] = {1, 7}};
	static struct rte_mbuf mbufs[PACKETS];
	struct rte_mbuf *pkts[PACKETS];
	uint16_t nb_pkts, left, freed = 0;
	struct limit_counts counts;
	struct limits *limits;

	assert(limits_create(specs, &limits) == 0);
	nb_pkts = make_burst(data, size, mbufs);
	for (uint16_t i = 0; i < nb_pkts; i++)
		pkts[i] = &mbufs[i];
	left = limits_filter(limits, pkts, nb_pkts, 0);
	for (uint16_t i = 0; i < left; i++)
		assert(rte_mbuf_refcnt_read(pkts[i]) == 2);
	for (uint16_t i = 0; i < nb_pkts; i++) {
		freed += rte_mbuf_refcnt_read(&mbufs[i]) == 1;
		free(mbufs[i].buf_addr);
	}
	/* every packet is either handed on or freed, once */
	assert(left + freed == nb_pkts);
	for (unsigned int i = 0; i < LIMIT_CLASSES; i++) {
		limits_read(limits, i, &counts);
		assert(counts.passed <= specs[i].burst);
	}
	limits_free(limits);
	return 0;
}
