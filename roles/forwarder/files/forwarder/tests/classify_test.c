/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "classify.h"

/* A frame put together piece by piece. */
struct frame {
	uint8_t bytes[512];
	uint32_t len;
};

static const uint8_t home4[IPV4_LEN] = {192, 0, 2, 1}, away4[IPV4_LEN] = {198, 51, 100, 9};
static const uint8_t home6[IPV6_LEN] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
static const uint8_t away6[IPV6_LEN] = {0x20, 0x01, 0x0d, 0xb8, [15] = 9};
static struct local_addresses *home;

static void add(struct frame *frame, const void *bytes, uint32_t len)
{
	assert_true(frame->len + len <= sizeof(frame->bytes));
	memcpy(frame->bytes + frame->len, bytes, len);
	frame->len += len;
}

static void add_u16(struct frame *frame, uint16_t value)
{
	const uint8_t bytes[] = {value >> 8, value};

	add(frame, bytes, sizeof(bytes));
}

/* Ends with the type. */
static struct frame ether(uint16_t type)
{
	static const uint8_t addresses[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
	struct frame frame = {.len = 0};

	add(&frame, addresses, sizeof(addresses));
	add_u16(&frame, type);
	return frame;
}

static void add_tag(struct frame *frame, uint16_t type)
{
	add_u16(frame, 100);
	add_u16(frame, type);
}

/* The header alone; its options are whatever bytes there were. */
static void add_ipv4(struct frame *frame, uint8_t protocol, const uint8_t to[IPV4_LEN],
	uint8_t options, uint16_t fragment, uint16_t payload)
{
	uint8_t header[60] = {[0] = 0x45 + options / 4, [8] = 64, [9] = protocol};

	header[2] = (20 + options + payload) >> 8;
	header[3] = 20 + options + payload;
	header[6] = fragment >> 8;
	header[7] = fragment;
	memcpy(header + 16, to, IPV4_LEN);
	add(frame, header, 20 + options);
}

static void add_ipv6(struct frame *frame, uint8_t next, const uint8_t to[IPV6_LEN], uint8_t hops,
	uint16_t payload)
{
	uint8_t header[40] = {0x60, [6] = next, [7] = hops};

	header[4] = payload >> 8;
	header[5] = payload;
	memcpy(header + 24, to, IPV6_LEN);
	add(frame, header, sizeof(header));
}

static void add_ports(struct frame *frame, uint16_t source, uint16_t destination)
{
	add_u16(frame, source);
	add_u16(frame, destination);
	add_u16(frame, 8);
	add_u16(frame, 0);
}

/* Only as many bytes as there are, so that AddressSanitizer sees every one read too many. */
static enum limit_class classify_bytes(const uint8_t *bytes, uint32_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	enum limit_class class;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	class = classify(copy, len, home);
	free(copy);
	return class;
}

static enum limit_class of(const struct frame *frame)
{
	return classify_bytes(frame->bytes, frame->len);
}

static enum limit_class of_ipv4(
	uint8_t protocol, const uint8_t to[IPV4_LEN], uint16_t source, uint16_t destination)
{
	struct frame frame = ether(0x0800);

	add_ipv4(&frame, protocol, to, 0, 0, 8);
	add_ports(&frame, source, destination);
	return of(&frame);
}

static enum limit_class of_ipv6(
	uint8_t protocol, const uint8_t to[IPV6_LEN], uint16_t source, uint16_t destination)
{
	struct frame frame = ether(0x86dd);

	add_ipv6(&frame, protocol, to, 64, 8);
	add_ports(&frame, source, destination);
	return of(&frame);
}

static enum limit_class of_icmpv6(uint8_t type, uint8_t hops)
{
	struct frame frame = ether(0x86dd);

	add_ipv6(&frame, 58, home6, hops, 8);
	add_ports(&frame, type << 8, 0);
	return of(&frame);
}

static void test_ethertypes(void **state)
{
	static const struct {
		uint16_t type;
		enum limit_class class;
	} cases[] = {
		{0x0806, LIMIT_NEIGHBOR},
		{0x8809, LIMIT_ROUTING},
		{0x88cc, LIMIT_ROUTING},
		{0x8870, LIMIT_ROUTING},
		{0x8847, LIMIT_REST},
		{0x88b5, LIMIT_REST},
		{0x0027, LIMIT_REST},
		{0xffff, LIMIT_REST},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame frame = ether(cases[i].type);

		assert_int_equal(of(&frame), cases[i].class);
	}
}

static void test_llc(void **state)
{
	static const struct {
		uint8_t bytes[8];
		enum limit_class class;
	} cases[] = {
		{{0xfe, 0xfe, 0x03, 0x83}, LIMIT_ROUTING},
		{{0x42, 0x42, 0x03}, LIMIT_ROUTING},
		{{0xaa, 0xaa, 0x03, 0x00, 0x00, 0x0c, 0x20, 0x00}, LIMIT_ROUTING},
		{{0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00, 0x08, 0x06}, LIMIT_REST},
		{{0xe0, 0xe0, 0x03}, LIMIT_REST},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame frame = ether(8);

		add(&frame, cases[i].bytes, sizeof(cases[i].bytes));
		assert_int_equal(of(&frame), cases[i].class);
	}
}

static void test_destinations(void **state)
{
	static const uint8_t all4[] = {255, 255, 255, 255}, group4[] = {239, 1, 1, 1};
	static const uint8_t group6[IPV6_LEN] = {0xff, 2, [15] = 1};

	(void)state;
	assert_int_equal(of_ipv4(6, home4, 40000, 22), LIMIT_LOCAL);
	assert_int_equal(of_ipv4(6, away4, 40000, 22), LIMIT_REST);
	assert_int_equal(of_ipv4(17, all4, 40000, 9), LIMIT_LOCAL);
	assert_int_equal(of_ipv4(17, group4, 40000, 9), LIMIT_LOCAL);
	assert_int_equal(of_ipv4(47, home4, 0, 0), LIMIT_LOCAL);
	assert_int_equal(of_ipv6(6, home6, 40000, 22), LIMIT_LOCAL);
	assert_int_equal(of_ipv6(6, away6, 40000, 22), LIMIT_REST);
	assert_int_equal(of_ipv6(17, group6, 40000, 9), LIMIT_LOCAL);
	/* clients that have no address yet, and relays */
	assert_int_equal(of_ipv4(17, away4, 67, 68), LIMIT_LOCAL);
	assert_int_equal(of_ipv6(17, away6, 547, 546), LIMIT_LOCAL);
}

static void test_icmp(void **state)
{
	(void)state;
	assert_int_equal(of_ipv4(1, home4, 0x0800, 0), LIMIT_ICMP);
	assert_int_equal(of_ipv4(1, away4, 0x0800, 0), LIMIT_ICMP);
	assert_int_equal(of_icmpv6(128, 64), LIMIT_ICMP);
	/* each protocol has its own IP version */
	assert_int_equal(of_ipv4(58, home4, 0x8700, 0), LIMIT_LOCAL);
	assert_int_equal(of_ipv6(1, home6, 0x0800, 0), LIMIT_LOCAL);
}

static void test_neighbor_discovery(void **state)
{
	(void)state;
	for (unsigned int type = 133; type <= 137; type++) {
		assert_int_equal(of_icmpv6(type, 255), LIMIT_NEIGHBOR);
		/* came through a router, so it is none */
		assert_int_equal(of_icmpv6(type, 254), LIMIT_ICMP);
	}
	assert_int_equal(of_icmpv6(132, 1), LIMIT_ROUTING);
	assert_int_equal(of_icmpv6(143, 1), LIMIT_ROUTING);
	assert_int_equal(of_icmpv6(138, 255), LIMIT_ICMP);
}

static void test_routing(void **state)
{
	static const uint8_t protocols[] = {2, 46, 88, 89, 103, 112, 124};
	static const uint16_t tcp[] = {179, 639, 646};
	static const uint16_t udp[] = {
		520, 521, 646, 698, 1985, 2029, 3222, 3784, 3785, 4784, 6696, 6784, 7784};

	(void)state;
	for (size_t i = 0; i < sizeof(protocols); i++) {
		assert_int_equal(of_ipv4(protocols[i], home4, 0, 0), LIMIT_ROUTING);
		assert_int_equal(of_ipv6(protocols[i], home6, 0, 0), LIMIT_ROUTING);
	}
	for (size_t i = 0; i < sizeof(tcp) / sizeof(tcp[0]); i++) {
		assert_int_equal(of_ipv4(6, home4, 40000, tcp[i]), LIMIT_ROUTING);
		assert_int_equal(of_ipv6(6, home6, tcp[i], 40000), LIMIT_ROUTING);
	}
	for (size_t i = 0; i < sizeof(udp) / sizeof(udp[0]); i++) {
		assert_int_equal(of_ipv4(17, home4, 50000, udp[i]), LIMIT_ROUTING);
		assert_int_equal(of_ipv6(17, home6, udp[i], udp[i]), LIMIT_ROUTING);
	}
	/* the same numbers of the other transport */
	assert_int_equal(of_ipv4(17, home4, 40000, 179), LIMIT_LOCAL);
	assert_int_equal(of_ipv4(6, home4, 40000, 520), LIMIT_LOCAL);
}

static void test_tags(void **state)
{
	static const uint16_t types[] = {0x8100, 0x88a8, 0x9100};

	(void)state;
	for (size_t outer = 0; outer < 3; outer++) {
		struct frame one = ether(types[outer]), two, three;

		add_tag(&one, 0x0806);
		assert_int_equal(of(&one), LIMIT_NEIGHBOR);
		two = ether(types[outer]);
		add_tag(&two, 0x8100);
		add_tag(&two, 0x0800);
		add_ipv4(&two, 6, home4, 0, 0, 8);
		add_ports(&two, 40000, 179);
		assert_int_equal(of(&two), LIMIT_ROUTING);
		three = ether(types[outer]);
		add_tag(&three, 0x8100);
		add_tag(&three, 0x8100);
		add_tag(&three, 0x0806);
		assert_int_equal(of(&three), LIMIT_REST);
	}
}

static void test_ipv4_options(void **state)
{
	struct frame frame = ether(0x0800);

	(void)state;
	add_ipv4(&frame, 6, home4, 40, 0, 8);
	add_ports(&frame, 179, 40000);
	assert_int_equal(of(&frame), LIMIT_ROUTING);
	/* longer than the packet */
	frame.bytes[14] = 0x4f;
	frame.len = 14 + 59;
	assert_int_equal(of(&frame), LIMIT_REST);
	/* shorter than a header */
	frame.bytes[14] = 0x44;
	assert_int_equal(of(&frame), LIMIT_REST);
	frame.bytes[14] = 0x65;
	assert_int_equal(of(&frame), LIMIT_REST);
}

static void test_ipv4_fragments(void **state)
{
	struct frame first = ether(0x0800), later = ether(0x0800), ospf = ether(0x0800);

	(void)state;
	add_ipv4(&first, 6, home4, 0, 0x2000, 8);
	add_ports(&first, 179, 40000);
	assert_int_equal(of(&first), LIMIT_ROUTING);
	add_ipv4(&later, 6, home4, 0, 0x2010, 8);
	add_ports(&later, 179, 40000); /* payload that looks like ports */
	assert_int_equal(of(&later), LIMIT_LOCAL);
	add_ipv4(&ospf, 89, home4, 0, 0x0010, 8);
	assert_int_equal(of(&ospf), LIMIT_ROUTING);
}

/* Ports in the padding are none. */
static void test_padding(void **state)
{
	struct frame frame4 = ether(0x0800), frame6 = ether(0x86dd);

	(void)state;
	add_ipv4(&frame4, 6, home4, 0, 0, 0);
	add_ports(&frame4, 179, 179);
	assert_int_equal(of(&frame4), LIMIT_LOCAL);
	add_ipv6(&frame6, 6, home6, 64, 0);
	add_ports(&frame6, 179, 179);
	assert_int_equal(of(&frame6), LIMIT_LOCAL);
}

/* A chain of `count` headers of one kind before the next. */
static void add_extensions(struct frame *frame, uint8_t kind, unsigned int count, uint8_t next)
{
	for (unsigned int i = 0; i < count; i++) {
		uint8_t header[8] = {i + 1 < count ? kind : next};

		add(frame, header, sizeof(header));
	}
}

static void test_ipv6_extensions(void **state)
{
	static const uint8_t kinds[] = {0, 43, 60};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds); i++) {
		struct frame few = ether(0x86dd), many = ether(0x86dd);

		add_ipv6(&few, kinds[i], home6, 64, 64 + 8);
		add_extensions(&few, kinds[i], 8, 17);
		add_ports(&few, 520, 520);
		assert_int_equal(of(&few), LIMIT_ROUTING);
		add_ipv6(&many, kinds[i], home6, 64, 72 + 8);
		add_extensions(&many, kinds[i], 9, 17);
		add_ports(&many, 520, 520);
		assert_int_equal(of(&many), LIMIT_LOCAL);
	}
}

/* MLD always has a router alert in a hop-by-hop header; AH counts its length in words. */
static void test_ipv6_usual_extensions(void **state)
{
	static const uint8_t ah[24] = {58, 4};
	struct frame mld = ether(0x86dd), authentic = ether(0x86dd);

	(void)state;
	add_ipv6(&mld, 0, home6, 1, 16);
	add_extensions(&mld, 0, 1, 58);
	add_ports(&mld, 143 << 8, 0);
	assert_int_equal(of(&mld), LIMIT_ROUTING);
	add_ipv6(&authentic, 51, home6, 255, sizeof(ah) + 8);
	add(&authentic, ah, sizeof(ah));
	add_ports(&authentic, 135 << 8, 0);
	assert_int_equal(of(&authentic), LIMIT_NEIGHBOR);
}

static void test_ipv6_fragments(void **state)
{
	static const uint8_t first[8] = {17, 0, 0, 1}, later[8] = {17, 0, 0, 8},
			     whole[8] = {58, 0, 0, 0};
	struct frame frame = ether(0x86dd);

	(void)state;
	add_ipv6(&frame, 44, home6, 64, 16);
	add(&frame, first, 8);
	add_ports(&frame, 520, 520);
	assert_int_equal(of(&frame), LIMIT_ROUTING);
	memcpy(frame.bytes + 54, later, 8);
	assert_int_equal(of(&frame), LIMIT_LOCAL);
	/* neighbour discovery with a fragment header is no such thing: RFC 6980 */
	memcpy(frame.bytes + 54, whole, 8);
	frame.bytes[62] = 135;
	frame.bytes[21] = 255;
	assert_int_equal(of(&frame), LIMIT_ICMP);
}

/* At every length: no byte read too many, and the class of what is there. */
static void test_truncated(void **state)
{
	struct frame frame = ether(0x88a8);

	(void)state;
	add_tag(&frame, 0x8100);
	add_tag(&frame, 0x86dd);
	add_ipv6(&frame, 0, home6, 64, 8 + 8 + 8);
	add_extensions(&frame, 0, 1, 44);
	add_extensions(&frame, 44, 1, 17);
	add_ports(&frame, 520, 520);
	for (uint32_t len = 0; len <= frame.len; len++) {
		enum limit_class class = classify_bytes(frame.bytes, len);

		if (len < 22 + 40)
			assert_int_equal(class, LIMIT_REST);
		else if (len < 22 + 40 + 16 + 4)
			assert_int_equal(class, LIMIT_LOCAL);
		else
			assert_int_equal(class, LIMIT_ROUTING);
	}
}

static int make_home(void **state)
{
	(void)state;
	home = local_addresses_new();
	if (home == NULL || local_addresses_add_ipv4(home, home4) < 0 ||
		local_addresses_add_ipv6(home, home6) < 0)
		return -1;
	local_addresses_sort(home);
	return 0;
}

static int free_home(void **state)
{
	(void)state;
	local_addresses_free(home);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ethertypes),
		cmocka_unit_test(test_llc),
		cmocka_unit_test(test_destinations),
		cmocka_unit_test(test_icmp),
		cmocka_unit_test(test_neighbor_discovery),
		cmocka_unit_test(test_routing),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_ipv4_options),
		cmocka_unit_test(test_ipv4_fragments),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_ipv6_extensions),
		cmocka_unit_test(test_ipv6_usual_extensions),
		cmocka_unit_test(test_ipv6_fragments),
		cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests(tests, make_home, free_home);
}
