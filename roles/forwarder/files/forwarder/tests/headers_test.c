/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "headers.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct packet {
	uint8_t bytes[1024];
	uint32_t len;
};

static void add(struct packet *packet, uint8_t value, unsigned int count)
{
	memset(packet->bytes + packet->len, value, count);
	packet->len += count;
}

static void add16(struct packet *packet, uint16_t value)
{
	headers_put16(packet->bytes + packet->len, value);
	packet->len += 2;
}

static void add_ether(
	struct packet *packet, const uint16_t *tags, unsigned int nb_tags, uint16_t type)
{
	add(packet, 2, 12);
	for (unsigned int i = 0; i < nb_tags; i++) {
		add16(packet, tags[i]);
		add16(packet, 100 + i);
	}
	add16(packet, type);
}

/* total: of the IP packet, fragment: the field with flags and offset */
static void add_ipv4(
	struct packet *packet, uint8_t l3_len, uint16_t total, uint16_t fragment, uint8_t l4)
{
	add(packet, 0x40 | l3_len / 4, 1);
	add(packet, 0, 1);
	add16(packet, total);
	add16(packet, 0x1234);
	add16(packet, fragment);
	add(packet, 64, 1);
	add(packet, l4, 1);
	add(packet, 0, 10 + l3_len - 20);
}

static void add_ipv6(struct packet *packet, uint8_t next)
{
	add(packet, 0x60, 1);
	add(packet, 0, 5);
	add(packet, next, 1);
	add(packet, 64, 1);
	add(packet, 0x20, 32);
}

static void add_extension(struct packet *packet, uint8_t next, uint8_t units)
{
	add(packet, next, 1);
	add(packet, units - 1, 1);
	add(packet, 0, units * 8 - 2);
}

static void add_tcp(struct packet *packet, uint8_t len)
{
	add(packet, 1, 12);
	add(packet, len / 4 << 4, 1);
	add(packet, 1, len < 13 ? 0 : len - 13);
}

/* From a buffer of exactly that size, so that a memory checker sees any byte read beyond. */
static bool find(const struct packet *packet, uint32_t len, struct headers *headers)
{
	uint8_t *exact = malloc(len ? len : 1);
	bool found;

	assert_non_null(exact);
	memcpy(exact, packet->bytes, len);
	found = headers_find(exact, len, headers);
	free(exact);
	return found;
}

/* Found when all of it is there, and as soon as one byte is missing not. */
static void assert_needs_all(const struct packet *packet)
{
	struct headers headers;

	assert_true(find(packet, packet->len, &headers));
	for (uint32_t len = 0; len < packet->len; len++)
		if (find(packet, len, &headers))
			fail_msg("found in %u of %u bytes", len, packet->len);
}

static void assert_lengths(const struct packet *packet, uint16_t l2, uint16_t l3, uint16_t l4)
{
	struct headers headers;

	assert_true(find(packet, packet->len, &headers));
	assert_int_equal(headers.l2_len, l2);
	assert_int_equal(headers.l3_len, l3);
	assert_int_equal(headers.l4_len, l4);
}

static void test_tags(void **state)
{
	const uint16_t tags[] = {0x88a8, 0x9100, 0x8100, 0x8100, 0x8100};

	(void)state;
	for (unsigned int nb_tags = 0; nb_tags <= 4; nb_tags++) {
		struct packet packet = {0};

		add_ether(&packet, tags, nb_tags, 0x0800);
		add_ipv4(&packet, 20, 40, 0, IPPROTO_TCP);
		add_tcp(&packet, 20);
		assert_lengths(&packet, 14 + 4 * nb_tags, 20, 20);
		assert_needs_all(&packet);
	}
}

static void test_too_many_tags(void **state)
{
	const uint16_t tags[] = {0x8100, 0x8100, 0x8100, 0x8100, 0x8100};
	struct packet packet = {0};
	struct headers headers;

	(void)state;
	add_ether(&packet, tags, 5, 0x0800);
	add_ipv4(&packet, 20, 40, 0, IPPROTO_TCP);
	add_tcp(&packet, 20);
	assert_false(find(&packet, packet.len, &headers));
}

static void test_ipv4_options(void **state)
{
	(void)state;
	for (unsigned int l3_len = 20; l3_len <= 60; l3_len += 4) {
		struct packet packet = {0};
		struct headers headers;

		add_ether(&packet, NULL, 0, 0x0800);
		add_ipv4(&packet, l3_len, l3_len + 8, 0x4000, IPPROTO_UDP);
		add(&packet, 0, 8);
		assert_lengths(&packet, 14, l3_len, 8);
		assert_needs_all(&packet);
		find(&packet, packet.len, &headers);
		assert_int_equal(headers.l4, IPPROTO_UDP);
		assert_true(headers.ipv4);
		assert_false(headers.fragment);
		assert_int_equal(headers.simple, l3_len == 20);
	}
}

static void test_tcp_options(void **state)
{
	(void)state;
	for (unsigned int l4_len = 0; l4_len <= 60; l4_len += 4) {
		struct packet packet = {0};
		struct headers headers;

		add_ether(&packet, NULL, 0, 0x0800);
		add_ipv4(&packet, 20, 80, 0, IPPROTO_TCP);
		add_tcp(&packet, l4_len);
		if (l4_len < 20) {
			add(&packet, 0, 60);
			assert_false(find(&packet, packet.len, &headers));
			continue;
		}
		assert_lengths(&packet, 14, 20, l4_len);
		assert_needs_all(&packet);
	}
}

static void test_bad_ipv4(void **state)
{
	const struct {
		uint8_t first;
		uint16_t total;
	} cases[] = {
		{0x44, 40}, {0x40, 40}, {0x55, 40}, {0x65, 40}, {0x45, 19}, {0x45, 0}, {0x4f, 59}};

	(void)state;
	for (unsigned int i = 0; i < COUNT(cases); i++) {
		struct packet packet = {0};
		struct headers headers;

		add_ether(&packet, NULL, 0, 0x0800);
		add_ipv4(&packet, 20, cases[i].total, 0, IPPROTO_TCP);
		add(&packet, 0x50, 80);
		packet.bytes[14] = cases[i].first;
		if (find(&packet, packet.len, &headers))
			fail_msg("IPv4 %02x, length %u", cases[i].first, cases[i].total);
	}
}

static void test_ipv4_fragments(void **state)
{
	const struct {
		uint16_t field;
		bool fragment;
	} cases[] = {{0x0000, false}, {0x4000, false}, {0x8000, false}, {0x2000, true},
		{0x2001, true}, {0x0001, true}, {0x1fff, true}};

	(void)state;
	for (unsigned int i = 0; i < COUNT(cases); i++) {
		struct packet packet = {0};
		struct headers headers;

		add_ether(&packet, NULL, 0, 0x0800);
		add_ipv4(&packet, 20, 28, cases[i].field, IPPROTO_TCP);
		/* of a fragment it may be payload, and short */
		if (cases[i].fragment)
			add(&packet, 0, 8);
		else
			add_tcp(&packet, 20);
		assert_lengths(&packet, 14, 20, cases[i].fragment ? 0 : 20);
		find(&packet, packet.len, &headers);
		assert_int_equal(headers.fragment, cases[i].fragment);
	}
}

static void test_ipv6(void **state)
{
	struct packet packet = {0};
	struct headers headers;

	(void)state;
	add_ether(&packet, NULL, 0, 0x86dd);
	add_ipv6(&packet, IPPROTO_TCP);
	add_tcp(&packet, 32);
	assert_lengths(&packet, 14, 40, 32);
	assert_needs_all(&packet);
	find(&packet, packet.len, &headers);
	assert_true(headers.simple);
	assert_false(headers.ipv4);
	packet.bytes[14] = 0x40;
	assert_false(find(&packet, packet.len, &headers));
}

static void test_ipv6_extensions(void **state)
{
	const uint8_t kinds[] = {IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_DSTOPTS};

	(void)state;
	for (unsigned int count = 1; count <= 9; count++) {
		struct packet packet = {0};
		struct headers headers;
		uint16_t l3_len = 40;

		add_ether(&packet, NULL, 0, 0x86dd);
		add_ipv6(&packet, kinds[0]);
		for (unsigned int i = 0; i < count; i++) {
			uint8_t units = 1 + i % 3;

			add_extension(&packet,
				i + 1 < count ? kinds[(i + 1) % COUNT(kinds)] : IPPROTO_TCP, units);
			l3_len += 8 * units;
		}
		add_tcp(&packet, 20);
		if (count > 8) {
			assert_false(find(&packet, packet.len, &headers));
			continue;
		}
		assert_lengths(&packet, 14, l3_len, 20);
		assert_needs_all(&packet);
		find(&packet, packet.len, &headers);
		assert_int_equal(headers.l4, IPPROTO_TCP);
		assert_false(headers.simple);
		assert_false(headers.fragment);
	}
}

static void test_ipv6_extension_beyond_the_frame(void **state)
{
	struct packet packet = {0};
	struct headers headers;

	(void)state;
	add_ether(&packet, NULL, 0, 0x86dd);
	add_ipv6(&packet, IPPROTO_DSTOPTS);
	add_extension(&packet, IPPROTO_UDP, 1);
	packet.bytes[14 + 40 + 1] = 255; /* 2048 bytes */
	add(&packet, 0, 100);
	assert_false(find(&packet, packet.len, &headers));
}

/* What follows the header of a later fragment is no header, even if it is said to be one. */
static void test_ipv6_fragments(void **state)
{
	const uint8_t next[] = {IPPROTO_TCP, IPPROTO_DSTOPTS, IPPROTO_FRAGMENT};

	(void)state;
	for (unsigned int i = 0; i < COUNT(next); i++) {
		struct packet packet = {0};
		struct headers headers;

		add_ether(&packet, NULL, 0, 0x86dd);
		add_ipv6(&packet, IPPROTO_HOPOPTS);
		add_extension(&packet, IPPROTO_FRAGMENT, 1);
		add_extension(&packet, next[i], 1);
		add(&packet, 0xff, 8);
		assert_lengths(&packet, 14, 56, 0);
		find(&packet, packet.len, &headers);
		assert_true(headers.fragment);
		assert_false(headers.simple);
	}
}

static void test_other_types(void **state)
{
	const uint16_t types[] = {0x0806, 0x8847, 0x0026, 0x88cc};

	(void)state;
	for (unsigned int i = 0; i < COUNT(types); i++) {
		struct packet packet = {0};
		struct headers headers;

		add_ether(&packet, NULL, 0, types[i]);
		add_ipv4(&packet, 20, 40, 0, IPPROTO_TCP);
		add_tcp(&packet, 20);
		assert_false(find(&packet, packet.len, &headers));
	}
}

static void test_other_protocols(void **state)
{
	struct packet packet = {0};
	struct headers headers;

	(void)state;
	add_ether(&packet, NULL, 0, 0x0800);
	add_ipv4(&packet, 20, 20, 0, IPPROTO_SCTP);
	assert_lengths(&packet, 14, 20, 0);
	find(&packet, packet.len, &headers);
	assert_int_equal(headers.l4, IPPROTO_SCTP);
}

static void test_numbers(void **state)
{
	uint8_t bytes[4];

	(void)state;
	headers_put32(bytes, 0xfedcba98);
	assert_int_equal(bytes[0], 0xfe);
	assert_int_equal(bytes[3], 0x98);
	assert_int_equal(headers_get32(bytes), 0xfedcba98);
	assert_int_equal(headers_get16(bytes + 1), 0xdcba);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_too_many_tags),
		cmocka_unit_test(test_ipv4_options),
		cmocka_unit_test(test_tcp_options),
		cmocka_unit_test(test_bad_ipv4),
		cmocka_unit_test(test_ipv4_fragments),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_ipv6_extensions),
		cmocka_unit_test(test_ipv6_extension_beyond_the_frame),
		cmocka_unit_test(test_ipv6_fragments),
		cmocka_unit_test(test_other_types),
		cmocka_unit_test(test_other_protocols),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests_name("headers", tests, NULL, NULL);
}
