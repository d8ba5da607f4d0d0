/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include <rte_mbuf.h>

#include "rate_limits.h"

#define SECOND	1000000000ULL
#define PACKETS 100

/* rte_pktmbuf_free() takes one reference of two away: a packet that was freed has one left. */
static struct rte_mbuf packets[PACKETS];
static struct rte_mbuf *burst[PACKETS];
static const uint8_t arp[14] = {[12] = 0x08, [13] = 0x06}, other[14] = {[12] = 0x88, [13] = 0xb5};

/* Every third one is ARP. */
static void make_packets(void)
{
	memset(packets, 0, sizeof(packets));
	for (unsigned int i = 0; i < PACKETS; i++) {
		packets[i].buf_addr = (void *)(uintptr_t)(i % 3 == 0 ? arp : other);
		packets[i].data_len = sizeof(arp);
		packets[i].pkt_len = sizeof(arp);
		packets[i].nb_segs = 1;
		rte_mbuf_refcnt_set(&packets[i], 2);
		burst[i] = &packets[i];
	}
}

static bool is_freed(const struct rte_mbuf *pkt)
{
	return rte_mbuf_refcnt_read(pkt) == 1;
}

static void test_spec(void **state)
{
	static const struct {
		const char *text;
		struct limit_spec spec;
	} good[] = {
		{"1", {1, 32}},
		{"500", {500, 50}},
		{"1000/200", {1000, 200}},
		{"10/1", {10, 1}},
		{"1000000000/1000000000", {1000000000, 1000000000}},
	};
	static const char *const junk[] = {"", "0", "-1", "1k", "/", "/5", "5/", "5/0", "5/5/5",
		"5 /5", "1000000001", "99999999999999999999999999999", "5/1000000001"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct problems problems = {0};
		struct limit_spec spec = {0};

		limit_spec_parse(good[i].text, "--pair 1", "limit_icmp", &spec, &problems);
		assert_int_equal(problems.count, 0);
		assert_int_equal(spec.rate, good[i].spec.rate);
		assert_int_equal(spec.burst, good[i].spec.burst);
	}
	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		struct limit_spec spec = {.rate = 77};
		struct problems problems = {0};

		limit_spec_parse(junk[i], "--pair 1", "limit_icmp", &spec, &problems);
		assert_int_equal(problems.count, 1);
		assert_int_equal(spec.rate, 77);
		assert_non_null(strstr(problems.text, "--pair 1: limit_icmp '"));
	}
}

static void test_no_limit(void **state)
{
	const struct limit_spec specs[LIMIT_CLASSES] = {{0}};
	struct limits *limits = (void *)specs;

	(void)state;
	assert_int_equal(limits_create(specs, &limits), 0);
	assert_null(limits);
	limits_free(limits);
}

static void test_filter(void **state)
{
	const struct limit_spec specs[LIMIT_CLASSES] = {[LIMIT_NEIGHBOR] = {10, 5}};
	struct limit_counts counts;
	struct limits *limits;
	unsigned int nb_arp = 0;
	uint16_t left;

	(void)state;
	make_packets();
	assert_int_equal(limits_create(specs, &limits), 0);
	left = limits_filter(limits, burst, PACKETS, 50 * SECOND);
	assert_int_equal(left, 66 + 5);
	for (uint16_t i = 0; i < left; i++) {
		assert_false(is_freed(burst[i]));
		assert_true(i == 0 || burst[i] > burst[i - 1]); /* in their order */
		nb_arp += burst[i]->buf_addr == arp;
	}
	assert_int_equal(nb_arp, 5);
	for (unsigned int i = 0; i < PACKETS; i++)
		assert_int_equal(is_freed(&packets[i]), i % 3 == 0 && i >= 15);
	limits_read(limits, LIMIT_NEIGHBOR, &counts);
	assert_int_equal(counts.passed, 5);
	assert_int_equal(counts.dropped, 29);
	/* what has no limit is not counted either */
	assert_true(limits_has(limits, LIMIT_NEIGHBOR));
	assert_false(limits_has(limits, LIMIT_REST));
	limits_read(limits, LIMIT_REST, &counts);
	assert_int_equal(counts.passed, 0);
	/* a second later there are as many as fit into the bucket */
	make_packets();
	assert_int_equal(limits_filter(limits, burst, PACKETS, 51 * SECOND), 66 + 5);
	assert_int_equal(limits_filter(limits, burst, 0, 51 * SECOND), 0);
	limits_free(limits);
}

static void test_all_dropped(void **state)
{
	const struct limit_spec specs[LIMIT_CLASSES] = {
		[LIMIT_NEIGHBOR] = {1, 1}, [LIMIT_REST] = {1, 1}};
	struct limits *limits;

	(void)state;
	make_packets();
	assert_int_equal(limits_create(specs, &limits), 0);
	assert_int_equal(limits_filter(limits, burst, PACKETS, SECOND), 2);
	make_packets();
	assert_int_equal(limits_filter(limits, burst, PACKETS, SECOND), 0);
	limits_free(limits);
}

static void test_addresses(void **state)
{
	struct limit_spec specs[LIMIT_CLASSES] = {[LIMIT_ICMP] = {1, 1}};
	struct limits *limits;

	(void)state;
	/* not needed, so not even asked for */
	assert_int_equal(limits_create(specs, &limits), 0);
	assert_int_equal(limits_refresh_addresses(limits, "no-such-netdev"), 0);
	limits_free(limits);
	specs[LIMIT_LOCAL].rate = 5;
	assert_int_equal(limits_create(specs, &limits), 0);
	assert_int_equal(limits_refresh_addresses(limits, "no-such-netdev"), -ENODEV);
	for (unsigned int i = 0; i < 10; i++)
		assert_int_equal(limits_refresh_addresses(limits, "lo"), 0);
	limits_free(limits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spec),
		cmocka_unit_test(test_no_limit),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_all_dropped),
		cmocka_unit_test(test_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
