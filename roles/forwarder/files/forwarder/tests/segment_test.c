/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <string.h>

#include "frames.h"
#include "segment.h"

#define SEGMENTS_MAX 128

static struct rte_mempool *pool;
static uint8_t wanted[FRAME_MAX], got[FRAME_MAX];

static struct rte_mbuf *make_large(
	struct frame frame, uint16_t size, uint32_t piece, struct headers *headers)
{
	struct rte_mbuf *pkt;

	frame.partial = true;
	pkt = frame_make(pool, &frame, piece);
	pkt->tso_segsz = size;
	assert_true(headers_find(rte_pktmbuf_mtod(pkt, const uint8_t *), pkt->data_len, headers));
	return pkt;
}

/* The frame that segment number index has to be. */
static struct frame segment_of(const struct frame *frame, uint16_t size, unsigned int index)
{
	uint32_t before = index * size;
	struct frame segment = *frame;
	bool last = frame->payload - before <= size;

	segment.seq += before;
	segment.payload = last ? frame->payload - before : size;
	if (!frame->ipv6)
		segment.id += index;
	if (index > 0)
		segment.flags &= ~FRAME_CWR;
	if (!last)
		segment.flags &= ~(FRAME_FIN | FRAME_PSH);
	return segment;
}

/* Cuts the frame, taking up to step segments at once, and compares every byte. */
static void assert_cut(struct frame frame, uint16_t size, uint32_t piece, uint16_t step)
{
	struct rte_mbuf *segments[SEGMENTS_MAX], *pkt;
	unsigned int expected = (frame.payload + size - 1) / size, count = 0;
	struct segmenter segmenter;
	struct headers headers;

	pkt = make_large(frame, size, piece, &headers);
	assert_true(segmenter_start(&segmenter, pkt, &headers, pool, false));
	while (segmenter_left(&segmenter) > 0) {
		uint16_t made;

		assert_int_equal(segmenter_left(&segmenter), expected - count);
		made = segmenter_take(&segmenter, segments, step);
		assert_true(made > 0 && made <= step);
		for (unsigned int i = 0; i < made; i++, count++) {
			struct frame segment = segment_of(&frame, size, count);
			uint32_t len = frame_write(&segment, wanted);

			assert_int_equal(segments[i]->nb_segs, 1);
			assert_int_equal(frame_from_mbuf(segments[i], got), len);
			if (memcmp(got, wanted, len) != 0)
				fail_msg("segment %u of %u bytes, payload %u, pieces of %u", count,
					size, frame.payload, piece);
			assert_true(segments[i]->ol_flags == 0);
			rte_pktmbuf_free(segments[i]);
		}
	}
	assert_int_equal(count, expected);
	assert_int_equal(segmenter_take(&segmenter, segments, 1), 0);
	rte_pktmbuf_free(pkt);
}

static void test_sizes(void **state)
{
	const uint32_t payloads[] = {1, 99, 100, 101, 199, 200, 201, 1000, 6301};

	(void)state;
	for (unsigned int i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		assert_cut((struct frame){.payload = payloads[i]}, 100, 0, 64);
		assert_cut((struct frame){.payload = payloads[i], .ipv6 = true}, 100, 0, 1);
		assert_cut((struct frame){.payload = payloads[i]}, 101, 211, 3);
	}
}

static void test_random(void **state)
{
	uint64_t random = 20;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		struct frame frame = {
			.tags = frames_random(&random, 4),
			.ipv6 = frames_random(&random, 2),
			.ip_options = 8 * frames_random(&random, 4),
			.options = 4 * frames_random(&random, 11),
			/* wraps within the packet, both of them */
			.seq = 0xffffffff - frames_random(&random, 3000),
			.id = 0xffff - frames_random(&random, 20),
			.fragment = frames_random(&random, 2) ? 0x4000 : 0,
			.tos = frames_random(&random, 256),
			.label = frames_random(&random, 1 << 20),
			.ttl = 1 + frames_random(&random, 255),
			.source = frames_random(&random, 65536),
			.destination = frames_random(&random, 65536),
			.ack = frames_random(&random, 1u << 31),
			.reserved = frames_random(&random, 16),
			.flags = frames_random(&random, 256),
			.window = frames_random(&random, 65536),
			.urgent = frames_random(&random, 65536),
			.stamp = frames_random(&random, 1u << 31),
			.payload = 1 + frames_random(&random, 65000),
		};
		uint16_t size = (frame.payload + SEGMENTS_MAX - 1) / SEGMENTS_MAX +
			frames_random(&random, 8000);
		uint32_t piece = 200 + frames_random(&random, 4000);

		assert_cut(frame, size, piece, 1 + frames_random(&random, SEGMENTS_MAX));
	}
}

/* What a NIC finishes: the sum of the pseudo header of the segment, and marks. */
static void test_checksums_by_nic(void **state)
{
	const struct frame frame = {.payload = 2500, .flags = FRAME_ACK | FRAME_PSH};
	struct rte_mbuf *segments[3], *pkt;
	struct segmenter segmenter;
	struct headers headers;

	(void)state;
	pkt = make_large(frame, 1000, 0, &headers);
	assert_true(segmenter_start(&segmenter, pkt, &headers, pool, true));
	assert_int_equal(segmenter_take(&segmenter, segments, 3), 3);
	for (unsigned int i = 0; i < 3; i++) {
		struct frame segment = segment_of(&frame, 1000, i);
		uint32_t len;

		segment.partial = true;
		len = frame_write(&segment, wanted);
		assert_int_equal(frame_from_mbuf(segments[i], got), len);
		assert_memory_equal(got, wanted, len);
		assert_true(
			segments[i]->ol_flags == (RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_TCP_CKSUM));
		assert_int_equal(segments[i]->l2_len, 14);
		assert_int_equal(segments[i]->l3_len, 20);
		assert_int_equal(segments[i]->l4_len, 20);
		assert_int_equal(segments[i]->tso_segsz, 0);
		rte_pktmbuf_free(segments[i]);
	}
	rte_pktmbuf_free(pkt);
}

static void assert_refused(struct frame frame, uint16_t size, uint32_t piece)
{
	struct segmenter segmenter;
	struct headers headers;
	struct rte_mbuf *pkt = make_large(frame, size, piece, &headers);

	assert_false(segmenter_start(&segmenter, pkt, &headers, pool, false));
	rte_pktmbuf_free(pkt);
}

static void test_refused(void **state)
{
	(void)state;
	assert_refused((struct frame){.payload = 2000, .udp = true}, 500, 0);
	assert_refused((struct frame){.payload = 2000}, 0, 0);
	assert_refused((struct frame){.payload = 0}, 500, 0);
	assert_refused((struct frame){.payload = 2000, .fragment = 0x2000}, 500, 0);
	/* one byte more than a buffer has room for */
	assert_refused((struct frame){.payload = 20000}, FRAMES_ROOM - 54 + 1, 4000);
	assert_cut((struct frame){.payload = 20000}, FRAMES_ROOM - 54, 4000, 8);
}

/* With no buffers left nothing is made, and it goes on where it stopped when there are some. */
static void test_empty_pool(void **state)
{
	struct rte_mempool *small = frames_pool(15, 2048);
	struct rte_mbuf *segments[15], *pkt;
	const struct frame frame = {.payload = 2000};
	struct segmenter segmenter;
	struct headers headers;

	(void)state;
	pkt = make_large(frame, 100, 0, &headers);
	assert_true(segmenter_start(&segmenter, pkt, &headers, small, false));
	assert_int_equal(segmenter_take(&segmenter, segments, 16), 0);
	assert_int_equal(segmenter_take(&segmenter, segments, 15), 15);
	assert_int_equal(segmenter_take(&segmenter, segments, 1), 0);
	assert_int_equal(segmenter_left(&segmenter), 5);
	rte_pktmbuf_free_bulk(segments, 15);
	assert_int_equal(segmenter_take(&segmenter, segments, 15), 5);
	for (unsigned int i = 0; i < 5; i++) {
		struct frame segment = segment_of(&frame, 100, 15 + i);
		uint32_t len = frame_write(&segment, wanted);

		assert_int_equal(frame_from_mbuf(segments[i], got), len);
		assert_memory_equal(got, wanted, len);
	}
	rte_pktmbuf_free_bulk(segments, 5);
	rte_pktmbuf_free(pkt);
	rte_mempool_free(small);
}

static void test_nothing_leaks(void **state)
{
	(void)state;
	assert_true(rte_mempool_full(pool));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_checksums_by_nic),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_empty_pool),
		cmocka_unit_test(test_nothing_leaks),
	};

	frames_start_eal();
	pool = frames_pool(1023, FRAMES_ROOM);
	return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
