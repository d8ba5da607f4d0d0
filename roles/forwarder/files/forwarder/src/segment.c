/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "segment.h"

#include <netinet/in.h>
#include <string.h>

#include "checksum.h"
#include "marks.h"

#define SEGMENT_IPV4_LENGTH_AT 2
#define SEGMENT_IPV4_ID_AT     4
#define SEGMENT_IPV6_LENGTH_AT 4
#define SEGMENT_TCP_SEQ_AT     4
#define SEGMENT_TCP_FLAGS_AT   13
#define SEGMENT_TCP_FIN	       0x01
#define SEGMENT_TCP_PSH	       0x08
#define SEGMENT_TCP_CWR	       0x80

bool segmenter_start(struct segmenter *segmenter, const struct rte_mbuf *pkt,
	const struct headers *headers, struct rte_mempool *pool, bool checksums_by_nic)
{
	uint16_t header_len = headers->l2_len + headers->l3_len + headers->l4_len;

	if (headers->l4 != IPPROTO_TCP || headers->fragment || pkt->tso_segsz == 0 ||
		header_len >= pkt->pkt_len || header_len > pkt->data_len ||
		header_len + pkt->tso_segsz >
			rte_pktmbuf_data_room_size(pool) - RTE_PKTMBUF_HEADROOM)
		return false;
	*segmenter = (struct segmenter){
		.pkt = pkt,
		.headers = *headers,
		.pool = pool,
		.checksums_by_nic = checksums_by_nic,
		.header_len = header_len,
		.size = pkt->tso_segsz,
		.payload = pkt->pkt_len - header_len,
		.buffer = pkt,
		.offset = header_len,
	};
	return true;
}

uint32_t segmenter_left(const struct segmenter *segmenter)
{
	uint32_t bytes = segmenter->payload - segmenter->done;

	return (bytes + segmenter->size - 1) / segmenter->size;
}

static void segmenter_copy(struct segmenter *segmenter, uint8_t *to, uint32_t len)
{
	while (len > 0) {
		uint32_t here = segmenter->buffer->data_len - segmenter->offset;

		if (here > len)
			here = len;
		memcpy(to,
			rte_pktmbuf_mtod_offset(
				segmenter->buffer, const uint8_t *, segmenter->offset),
			here);
		to += here;
		len -= here;
		segmenter->offset += here;
		if (segmenter->offset == segmenter->buffer->data_len && len > 0) {
			segmenter->buffer = segmenter->buffer->next;
			segmenter->offset = 0;
		}
	}
}

static void segmenter_fix_headers(
	const struct segmenter *segmenter, uint8_t *frame, uint32_t len, bool last)
{
	const struct headers *headers = &segmenter->headers;
	uint8_t *ip = frame + headers->l2_len;
	uint8_t *tcp = ip + headers->l3_len;
	uint16_t after_l2 = headers->l3_len + headers->l4_len + len;

	if (headers->ipv4) {
		headers_put16(ip + SEGMENT_IPV4_LENGTH_AT, after_l2);
		headers_put16(ip + SEGMENT_IPV4_ID_AT,
			headers_get16(ip + SEGMENT_IPV4_ID_AT) + segmenter->index);
		checksum_fill_ipv4(ip, headers->l3_len);
	} else {
		headers_put16(ip + SEGMENT_IPV6_LENGTH_AT, after_l2 - HEADERS_IPV6_LEN);
	}
	headers_put32(tcp + SEGMENT_TCP_SEQ_AT,
		headers_get32(tcp + SEGMENT_TCP_SEQ_AT) + segmenter->done);
	if (segmenter->index > 0)
		tcp[SEGMENT_TCP_FLAGS_AT] &= ~SEGMENT_TCP_CWR;
	if (!last)
		tcp[SEGMENT_TCP_FLAGS_AT] &= ~(SEGMENT_TCP_FIN | SEGMENT_TCP_PSH);
}

static void segmenter_make(struct segmenter *segmenter, struct rte_mbuf *segment)
{
	const struct headers *headers = &segmenter->headers;
	uint32_t len = segmenter->payload - segmenter->done;
	uint8_t *frame = rte_pktmbuf_mtod(segment, uint8_t *);
	bool last = len <= segmenter->size;

	if (!last)
		len = segmenter->size;
	memcpy(frame, rte_pktmbuf_mtod(segmenter->pkt, const uint8_t *), segmenter->header_len);
	segmenter_fix_headers(segmenter, frame, len, last);
	segmenter_copy(segmenter, frame + segmenter->header_len, len);
	segment->data_len = segment->pkt_len = segmenter->header_len + len;
	checksum_change_length(checksum_field(segment, headers),
		headers->l4_len + segmenter->payload, headers->l4_len + len);
	if (segmenter->checksums_by_nic)
		marks_checksum(segment, headers);
	else
		checksum_finish(segment, headers);
	segmenter->done += len;
	segmenter->index++;
}

uint16_t segmenter_take(struct segmenter *segmenter, struct rte_mbuf **segments, uint16_t max)
{
	uint32_t left = segmenter_left(segmenter);

	if (max > left)
		max = left;
	if (max == 0 || rte_pktmbuf_alloc_bulk(segmenter->pool, segments, max) < 0)
		return 0;
	for (uint16_t i = 0; i < max; i++)
		segmenter_make(segmenter, segments[i]);
	return max;
}
