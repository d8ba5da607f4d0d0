/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_MARKS_H
#define FWD_MARKS_H

#include <netinet/in.h>

#include <rte_mbuf.h>

#include "headers.h"

/* What a sending port is told to do with a packet; rte_eth_tx_prepare() adapts the checksum
 * fields to what its driver wants to find there.
 */

/* Finish the checksum of TCP or UDP. */
static inline void marks_checksum(struct rte_mbuf *pkt, const struct headers *headers)
{
	pkt->ol_flags &= RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL;
	pkt->ol_flags |= headers->ipv4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6;
	pkt->ol_flags |=
		headers->l4 == IPPROTO_TCP ? RTE_MBUF_F_TX_TCP_CKSUM : RTE_MBUF_F_TX_UDP_CKSUM;
	pkt->tx_offload =
		rte_mbuf_tx_offload(headers->l2_len, headers->l3_len, headers->l4_len, 0, 0, 0, 0);
}

/* Cut it into segments of size bytes of payload; finish the checksums of IPv4 too if the port
 * can: one that can not does without.
 */
static inline void marks_segment(
	struct rte_mbuf *pkt, const struct headers *headers, uint16_t size, bool ip_checksum)
{
	marks_checksum(pkt, headers);
	pkt->ol_flags |= RTE_MBUF_F_TX_TCP_SEG;
	if (headers->ipv4 && ip_checksum)
		pkt->ol_flags |= RTE_MBUF_F_TX_IP_CKSUM;
	pkt->tso_segsz = size;
}

#endif
