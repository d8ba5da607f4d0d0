/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <string.h>

#include "pair_spec.h"

static void test_full(void **state)
{
	static const uint8_t mac[MAC_LEN] = {0x02, 0, 0, 0, 0, 0x10};
	struct problems problems = {0};
	struct pair_spec spec;

	(void)state;
	pair_spec_parse("nic=0000:00:10.0,kernel=virtio_user0,queues=4,queue_size=512,mtu=9000,"
			"mac=02:00:00:00:00:10,netdev=exc0",
		"--pair 1", &spec, &problems);
	assert_int_equal(problems.count, 0);
	assert_string_equal(spec.nic, "0000:00:10.0");
	assert_string_equal(spec.kernel, "virtio_user0");
	assert_string_equal(spec.netdev, "exc0");
	assert_int_equal(spec.queues, 4);
	assert_int_equal(spec.queue_size, 512);
	assert_int_equal(spec.mtu, 9000);
	assert_true(spec.has_mac);
	assert_memory_equal(spec.mac, mac, MAC_LEN);
}

static void test_defaults(void **state)
{
	struct problems problems = {0};
	struct pair_spec spec;

	(void)state;
	pair_spec_parse("nic=a,kernel=b", "--pair 1", &spec, &problems);
	assert_int_equal(problems.count, 0);
	assert_string_equal(spec.netdev, "");
	assert_int_equal(spec.queues, 1);
	assert_int_equal(spec.queue_size, 1024);
	assert_int_equal(spec.mtu, 1500);
	assert_false(spec.has_mac);
}

static void test_limits(void **state)
{
	struct problems problems = {0};
	struct pair_spec spec;

	(void)state;
	pair_spec_parse("nic=a,kernel=b,limit_neighbor=1000/200,limit_icmp=500,limit_routing=1,"
			"limit_local=20000,limit_rest=7/3",
		"--pair 1", &spec, &problems);
	assert_int_equal(problems.count, 0);
	assert_int_equal(spec.limits[LIMIT_NEIGHBOR].rate, 1000);
	assert_int_equal(spec.limits[LIMIT_NEIGHBOR].burst, 200);
	assert_int_equal(spec.limits[LIMIT_ICMP].burst, 50);
	assert_int_equal(spec.limits[LIMIT_ROUTING].burst, 32);
	assert_int_equal(spec.limits[LIMIT_LOCAL].rate, 20000);
	assert_int_equal(spec.limits[LIMIT_REST].rate, 7);
	pair_spec_parse("nic=a,kernel=b,limit_rest=0", "--pair 1", &spec, &problems);
	assert_int_equal(problems.count, 1);
	assert_int_equal(spec.limits[LIMIT_REST].rate, 0);
}

/* Everything that is wrong is said at once. */
static void test_problems(void **state)
{
	struct problems problems = {0};
	struct pair_spec spec;

	(void)state;
	pair_spec_parse("nic=,queues=0,queues=2,queue_size=1000,mtu=70000,mac=x,foo=1,bar,"
			"netdev=a-name-too-long-for-it",
		"--pair 3", &spec, &problems);
	assert_int_equal(problems.count, 10);
	assert_non_null(strstr(problems.text, "--pair 3: nic must be the name of a port"));
	assert_non_null(strstr(problems.text, "queues '0' is not a number from 1 to 128"));
	assert_non_null(strstr(problems.text, "queues is given twice"));
	assert_non_null(strstr(problems.text, "queue_size '1000' is not a power of two"));
	assert_non_null(strstr(problems.text, "mtu '70000' is not a number from 68 to 9698"));
	assert_non_null(strstr(problems.text, "mac 'x' is not a unicast address"));
	assert_non_null(strstr(problems.text, "unknown key 'foo'"));
	assert_non_null(strstr(problems.text, "'bar' is not key=value"));
	assert_non_null(strstr(problems.text, "netdev 'a-name-too-long-for-it' is not"));
	assert_non_null(strstr(problems.text, "kernel= is missing"));
	assert_null(strchr(problems.text, '\n'));
}

static void test_empty(void **state)
{
	struct problems problems = {0};
	struct pair_spec spec;

	(void)state;
	pair_spec_parse("", "--pair 1", &spec, &problems);
	assert_int_equal(problems.count, 3);
	assert_string_equal(problems.text,
		"--pair 1: '' is not key=value; --pair 1: nic= is missing; "
		"--pair 1: kernel= is missing");
}

static void test_unique(void **state)
{
	const struct pair_spec specs[] = {
		{.nic = "a", .kernel = "x", .netdev = "exc0"},
		{.nic = "b", .kernel = "x", .netdev = "exc0"},
		{.nic = "c", .kernel = "a"},
		{.nic = "d", .kernel = "d"},
	};
	struct problems problems = {0};

	(void)state;
	pair_specs_check_unique(specs, 4, &problems);
	assert_int_equal(problems.count, 4);
	assert_string_equal(problems.text,
		"port 'x' is used twice; netdev 'exc0' is used twice; port 'a' is used twice; "
		"port 'd' is paired with itself");
}

/* A text longer than its buffer is cut, not written past its end. */
static void test_many_problems(void **state)
{
	struct problems problems = {0};

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		problems_add(&problems, "problem %u", i);
	assert_int_equal(problems.count, 1000);
	assert_int_equal(strlen(problems.text), sizeof(problems.text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_unique),
		cmocka_unit_test(test_many_problems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
