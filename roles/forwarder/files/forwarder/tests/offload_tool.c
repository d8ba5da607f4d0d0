/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 *
 * The arithmetic of offloads for a test in another language, which has a checker of its own. All
 * numbers are in network byte order, bytes follow their length.
 *
 * In:  command (1 byte), value (2), piece (2), count (2), count times {length (4), frame}
 * Out: count (4), count times {segment size (2), length (4), frame}
 *
 * c: cuts frames, whose checksum fields hold the sum of the pseudo header, into segments of value
 *    bytes of payload
 * f: finishes the checksums of such frames
 * m: merges frames as one burst, which the NIC has found to have the Rx flags value, and finishes
 *    the checksum of what came of it; a segment size that is not 0 says that it is to be cut
 *
 * piece: how many bytes of a frame each buffer holds; 0: all.
 */
#include <stdio.h>
#include <stdlib.h>

#include "checksum.h"
#include "frames.h"
#include "headers.h"
#include "merge.h"
#include "segment.h"

#define TOOL_BURST 64

struct request {
	uint8_t command;
	uint16_t value;
	uint16_t piece;
	uint16_t count;
};

static struct rte_mempool *pool;
static uint8_t bytes[FRAME_MAX];

static void fail(const char *why)
{
	fprintf(stderr, "offload_tool: %s\n", why);
	exit(1);
}

static void get(void *to, size_t len)
{
	if (fread(to, 1, len, stdin) != len)
		fail("the input ends early");
}

static bool get_request(struct request *request)
{
	uint8_t raw[7];

	if (fread(raw, 1, 1, stdin) != 1)
		return false;
	get(raw + 1, sizeof(raw) - 1);
	*request = (struct request){
		raw[0], headers_get16(raw + 1), headers_get16(raw + 3), headers_get16(raw + 5)};
	return true;
}

static struct rte_mbuf *get_frame(uint32_t piece)
{
	uint8_t raw[4];
	uint32_t len;

	get(raw, sizeof(raw));
	len = headers_get32(raw);
	if (len > sizeof(bytes))
		fail("a frame is too long");
	get(bytes, len);
	return frame_to_mbuf(pool, bytes, len, piece);
}

static void put(uint32_t value, unsigned int size)
{
	while (size-- > 0)
		putchar(value >> (8 * size) & 0xff);
}

static void put_frame(struct rte_mbuf *pkt)
{
	uint32_t len = frame_from_mbuf(pkt, bytes);

	put((pkt->ol_flags & RTE_MBUF_F_TX_TCP_SEG) != 0 ? pkt->tso_segsz : 0, 2);
	put(len, 4);
	fwrite(bytes, 1, len, stdout);
	rte_pktmbuf_free(pkt);
}

static void find(const struct rte_mbuf *pkt, struct headers *headers)
{
	if (!headers_find(rte_pktmbuf_mtod(pkt, const uint8_t *), pkt->data_len, headers))
		fail("a frame without headers");
}

static void cut(const struct request *request)
{
	struct rte_mbuf *pkt = get_frame(request->piece), *segment;
	struct segmenter segmenter;
	struct headers headers;

	find(pkt, &headers);
	pkt->tso_segsz = request->value;
	if (!segmenter_start(&segmenter, pkt, &headers, pool, false))
		fail("a frame can not be cut");
	put(segmenter_left(&segmenter), 4);
	while (segmenter_take(&segmenter, &segment, 1) > 0)
		put_frame(segment);
	rte_pktmbuf_free(pkt);
}

static void finish(const struct request *request)
{
	struct rte_mbuf *pkt = get_frame(request->piece);
	struct headers headers;

	find(pkt, &headers);
	checksum_finish(pkt, &headers);
	put(1, 4);
	put_frame(pkt);
}

static void merge(const struct request *request)
{
	struct rte_mbuf *pkts[TOOL_BURST];
	uint16_t count;
	uint64_t merged;

	if (request->count > TOOL_BURST)
		fail("too many frames to merge");
	for (uint16_t i = 0; i < request->count; i++) {
		pkts[i] = get_frame(0);
		pkts[i]->ol_flags = request->value;
	}
	count = merge_burst(pkts, request->count, &merged);
	put(count, 4);
	for (uint16_t i = 0; i < count; i++) {
		struct headers headers;

		if ((pkts[i]->ol_flags & RTE_MBUF_F_TX_L4_MASK) != 0) {
			find(pkts[i], &headers);
			checksum_finish(pkts[i], &headers);
		}
		put_frame(pkts[i]);
	}
}

int main(void)
{
	struct request request;

	frames_start_eal();
	pool = frames_pool(1023, FRAMES_ROOM);
	while (get_request(&request)) {
		if (request.command == 'm')
			merge(&request);
		else if (request.count != 1)
			fail("not one frame");
		else if (request.command == 'c')
			cut(&request);
		else if (request.command == 'f')
			finish(&request);
		else
			fail("an unknown command");
		fflush(stdout);
	}
	return 0;
}
