/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <netinet/in.h>
#include <string.h>

#include <rte_ip.h>

#include "checksum.h"
#include "frames.h"

static struct rte_mempool *pool;
static uint8_t wanted[FRAME_MAX], got[FRAME_MAX];

/* Finishing what holds the pseudo header's sum gives what a complete frame has. */
static void assert_finished(struct frame frame, uint32_t piece)
{
	struct headers headers;
	struct rte_mbuf *pkt;
	uint32_t len;

	frame.partial = false;
	len = frame_write(&frame, wanted);
	frame.partial = true;
	pkt = frame_make(pool, &frame, piece);
	assert_true(headers_find(rte_pktmbuf_mtod(pkt, const uint8_t *), pkt->data_len, &headers));
	checksum_finish(pkt, &headers);
	assert_int_equal(frame_from_mbuf(pkt, got), len);
	rte_pktmbuf_free(pkt);
	if (memcmp(got, wanted, len) != 0)
		fail_msg("IPv%d, %s, tags %u, IP options %u, payload %u, padding %u, pieces of %u",
			frame.ipv6 ? 6 : 4, frame.udp ? "UDP" : "TCP", frame.tags, frame.ip_options,
			frame.payload, frame.padding, piece);
}

static void test_finish(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < 16; kind++)
		for (uint32_t payload = 0; payload < 300; payload++)
			assert_finished((struct frame){.ipv6 = kind & 1,
						.udp = kind & 2,
						.tags = kind & 4 ? 2 : 0,
						.ip_options = kind & 8 ? 24 : 0,
						.seq = 7 * kind,
						.payload = payload},
				0);
}

static void test_finish_padded(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < 4; kind++)
		for (uint32_t padding = 1; padding < 20; padding++)
			assert_finished((struct frame){.ipv6 = kind & 1,
						.udp = kind & 2,
						.payload = padding % 5,
						.padding = padding},
				0);
}

/* Chains, with boundaries at odd places, and padding in a buffer of its own. */
static void test_finish_chains(void **state)
{
	(void)state;
	for (uint32_t piece = 90; piece < 200; piece++)
		for (unsigned int kind = 0; kind < 4; kind++) {
			struct frame frame = {.ipv6 = kind & 1,
				.udp = kind & 2,
				.seq = piece,
				.payload = 1500 + piece % 3};

			assert_finished(frame, piece);
			frame.padding = 100;
			assert_finished(frame, piece);
		}
	assert_finished((struct frame){.payload = 65000, .seq = 1}, 4097);
	assert_finished((struct frame){.payload = 65001, .seq = 2, .ipv6 = true}, 8191);
}

/* 0 in UDP says that there is no checksum, so one that is 0 is written as ffff; not so TCP. */
static void test_zero(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < 4; kind++) {
		struct frame frame = {.ipv6 = kind & 1, .udp = kind & 2, .payload = 4};
		uint32_t at = 14 + (frame.ipv6 ? 40 : 20) + (frame.udp ? 6 : 16);

		/* the destination port makes up for the rest */
		frame_write(&frame, wanted);
		frame.destination = headers_get16(wanted + at);
		frame_write(&frame, wanted);
		assert_int_equal(headers_get16(wanted + at), frame.udp ? 0xffff : 0);
		assert_finished(frame, 0);
	}
}

/* Against DPDK's, of any length at any alignment, and of the bytes that carry most. */
static void test_raw(void **state)
{
	static uint8_t data[3000];
	uint32_t random = 1;

	(void)state;
	for (unsigned int round = 0; round < 4000; round++) {
		uint32_t at = round % 16, len = round % 2900;

		for (unsigned int i = 0; i < sizeof(data); i++) {
			random = random * 1664525 + 1013904223;
			data[i] = round % 4 == 0 ? 0xff : round % 4 == 1 ? 0 : random >> 24;
		}
		assert_int_equal(checksum_raw(data + at, len), rte_raw_cksum(data + at, len));
	}
}

static void test_ipv4(void **state)
{
	struct frame frame = {0};

	(void)state;
	for (frame.ip_options = 0; frame.ip_options <= 40; frame.ip_options += 4) {
		uint8_t l3_len = 20 + frame.ip_options, *ip = got + 14;
		uint32_t len;

		frame.id += 7919;
		len = frame_write(&frame, wanted);
		memcpy(got, wanted, len);
		assert_true(checksum_ipv4_is_good(ip, l3_len));
		ip[10] ^= 0xff;
		assert_false(checksum_ipv4_is_good(ip, l3_len));
		checksum_fill_ipv4(ip, l3_len);
		assert_memory_equal(got, wanted, len);
		for (unsigned int bit = 0; bit < l3_len * 8u; bit++) {
			ip[bit / 8] ^= 1 << bit % 8;
			assert_false(checksum_ipv4_is_good(ip, l3_len));
			ip[bit / 8] ^= 1 << bit % 8;
		}
	}
}

/* 0 and ffff are the same number to a checksum. */
static uint16_t canonical(uint16_t sum)
{
	return sum == 0xffff ? 0 : sum;
}

static void test_pseudo(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (unsigned int i = 0; i < 2000; i++) {
		struct frame frame = {.ipv6 = i & 1,
			.udp = i & 2,
			.partial = true,
			.host = frames_random(&random, 256),
			.payload = frames_random(&random, 9000)};
		struct rte_mbuf *pkt = frame_make(pool, &frame, 0);
		uint32_t l4_len = (frame.udp ? 8 : 20) + frame.payload;
		uint32_t other = frames_random(&random, 100000);
		struct headers headers;
		uint16_t sum;

		assert_true(headers_find(
			rte_pktmbuf_mtod(pkt, const uint8_t *), pkt->data_len, &headers));
		sum = headers_get16(checksum_field(pkt, &headers));
		headers_put16(checksum_field(pkt, &headers), 0x1234);
		checksum_put_pseudo(pkt, &headers, l4_len);
		assert_int_equal(
			canonical(headers_get16(checksum_field(pkt, &headers))), canonical(sum));
		/* there and back */
		checksum_change_length(checksum_field(pkt, &headers), l4_len, other);
		sum = headers_get16(checksum_field(pkt, &headers));
		checksum_put_pseudo(pkt, &headers, other);
		assert_int_equal(
			canonical(headers_get16(checksum_field(pkt, &headers))), canonical(sum));
		rte_pktmbuf_free(pkt);
	}
}

static void test_every_sum(void **state)
{
	const uint32_t lengths[] = {0, 1, 20, 0x8000, 0xfffe, 0xffff, 0x10000, 0x1fffe, 0xffffffff};

	(void)state;
	for (uint32_t sum = 0; sum <= 0xffff; sum++)
		for (unsigned int i = 0; i < RTE_DIM(lengths) - 1; i++) {
			uint64_t exact = sum + (0xffffull * 0x10001 - lengths[i]) + lengths[i + 1];
			uint8_t field[2];

			headers_put16(field, sum);
			checksum_change_length(field, lengths[i], lengths[i + 1]);
			assert_int_equal(canonical(headers_get16(field)), exact % 0xffff);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_finish_padded),
		cmocka_unit_test(test_finish_chains),
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_ipv4),
		cmocka_unit_test(test_pseudo),
		cmocka_unit_test(test_every_sum),
	};

	frames_start_eal();
	pool = frames_pool(1023, FRAMES_ROOM);
	return cmocka_run_group_tests_name("checksum", tests, NULL, NULL);
}
