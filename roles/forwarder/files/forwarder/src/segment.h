/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_SEGMENT_H
#define FWD_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "headers.h"

/* Cuts one large TCP packet into segments with its own segment size, as the kernel would:
 * consecutive sequence numbers and IPv4 identifications, CWR on the first segment only, FIN and
 * PSH on the last only. Each segment is a copy in one buffer: one descriptor for the NIC, and
 * IPv6 too, which librte_gso does not know.
 */
struct segmenter {
	const struct rte_mbuf *pkt;
	struct headers headers;
	struct rte_mempool *pool;
	bool checksums_by_nic;

	uint16_t header_len;
	uint16_t size;		       /* payload of every segment but the last */
	uint16_t index;		       /* of the next segment */
	uint32_t payload;	       /* of the whole packet */
	uint32_t done;		       /* bytes of it that are in segments already */
	const struct rte_mbuf *buffer; /* the part of the packet where the next byte is */
	uint32_t offset;	       /* of that byte in it */
};

/* False if the packet can not be cut: not TCP, no segment size, buffers of the pool too small. The
 * checksum field must hold the sum of the pseudo header of the whole packet.
 */
bool segmenter_start(struct segmenter *segmenter, const struct rte_mbuf *pkt,
	const struct headers *headers, struct rte_mempool *pool, bool checksums_by_nic);
/* The next segments; fewer than max: that was the last one, or the pool is empty. */
uint16_t segmenter_take(struct segmenter *segmenter, struct rte_mbuf **segments, uint16_t max);
/* How many are still to come. */
uint32_t segmenter_left(const struct segmenter *segmenter);

#endif
