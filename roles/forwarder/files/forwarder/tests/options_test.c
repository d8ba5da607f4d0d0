/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "options.h"

/* Parses the arguments of this call into options and problems. */
#define PARSE(...)                                                                                 \
	do {                                                                                       \
		char *argv[] = {"program", __VA_ARGS__, NULL};                                     \
                                                                                                   \
		problems = (struct problems){0};                                                   \
		options_parse(sizeof(argv) / sizeof(argv[0]) - 1, argv, &options, &problems);      \
	} while (0)

static struct options options;
static struct problems problems;

static void test_pairs(void **state)
{
	(void)state;
	PARSE("--pair", "nic=a,kernel=b", "--pair=nic=c,kernel=d,queues=2", "--idle=poll");
	assert_int_equal(problems.count, 0);
	assert_int_equal(options.nb_pairs, 2);
	assert_string_equal(options.pairs[1].nic, "c");
	assert_int_equal(options.pairs[1].queues, 2);
	assert_int_equal(options.idle, IDLE_POLL);
	assert_false(options.create);
}

static void test_create(void **state)
{
	(void)state;
	PARSE("--create");
	assert_int_equal(problems.count, 0);
	assert_true(options.create);
	assert_string_equal(options.create_pattern, "virtio_user%u");
	assert_string_equal(options.vhost_path, "/dev/vhost-net");
	assert_int_equal(options.queues, 1);
	assert_int_equal(options.queue_size, 1024);
	assert_int_equal(options.mtu, 1500);
	assert_int_equal(options.idle, IDLE_ADAPTIVE);

	PARSE("--create=exc%u", "--queues=2", "--queue-size=512", "--mtu=9000", "--vhost-path=/v");
	assert_int_equal(problems.count, 0);
	assert_string_equal(options.create_pattern, "exc%u");
	assert_string_equal(options.vhost_path, "/v");
	assert_int_equal(options.queues, 2);
	assert_int_equal(options.queue_size, 512);
	assert_int_equal(options.mtu, 9000);
}

static void test_ways(void **state)
{
	(void)state;
	PARSE("--idle=poll");
	assert_string_equal(problems.text, "one of --pair and --create is needed");
	PARSE("--create", "--pair=nic=a,kernel=b");
	assert_string_equal(problems.text, "--create and --pair exclude each other");
	PARSE("--pair=nic=a,kernel=b", "--mtu=1500");
	assert_string_equal(
		problems.text, "--mtu goes with --create only (pairs have it in --pair)");
	PARSE("--pair=nic=a,kernel=b", "--pair=nic=a,kernel=c");
	assert_string_equal(problems.text, "port 'a' is used twice");
}

static void test_problems(void **state)
{
	(void)state;
	PARSE("--create=exc", "--bogus", "-x", "--mtu=1", "--queues=no", "--queue-size=1000",
		"--idle=maybe", "stray", "--vhost-path=");
	assert_int_equal(problems.count, 9);
	assert_non_null(strstr(problems.text, "unknown option '--bogus'"));
	assert_non_null(strstr(problems.text, "unknown option '-x'"));
	assert_non_null(strstr(problems.text, "--mtu '1' is not a number from 68 to 9698"));
	assert_non_null(strstr(problems.text, "--queues 'no' is not a number"));
	assert_non_null(strstr(problems.text, "--queue-size '1000' is not a power of two"));
	assert_non_null(strstr(problems.text, "--idle 'maybe'"));
	assert_non_null(strstr(problems.text, "unexpected argument 'stray'"));
	assert_non_null(strstr(problems.text, "--vhost-path ''"));
	assert_non_null(strstr(problems.text, "--create 'exc' is not an interface name"));

	PARSE("--create", "--mtu");
	assert_string_equal(problems.text, "'--mtu' needs a value");
	PARSE("--create", "--help=x");
	assert_string_equal(problems.text, "'--help=x': this option takes no value");
	PARSE("--create", "-lx");
	assert_int_equal(problems.count, 2);
	assert_non_null(strstr(problems.text, "unknown option '-l'"));
	PARSE("--create", "--mtu=1500", "--mtu=-5");
	assert_int_equal(problems.count, 1);
}

static void test_help_and_version(void **state)
{
	(void)state;
	PARSE("--help");
	assert_int_equal(problems.count, 0);
	assert_true(options.help);
	PARSE("--version");
	assert_int_equal(problems.count, 0);
	assert_true(options.version);
}

static void test_too_many_pairs(void **state)
{
	char *argv[PAIRS_MAX + 2] = {"program"};

	(void)state;
	for (unsigned int i = 0; i <= PAIRS_MAX; i++)
		argv[i + 1] = "--pair=nic=a,kernel=b";
	problems = (struct problems){0};
	options_parse(PAIRS_MAX + 2, argv, &options, &problems);
	assert_int_equal(options.nb_pairs, PAIRS_MAX);
	assert_non_null(strstr(problems.text, "more than 64 pairs"));
}

static void test_netdev_name(void **state)
{
	char name[NETDEV_NAME_MAX + 1];

	(void)state;
	assert_int_equal(options_netdev_name("virtio_user%u", 12, name), 0);
	assert_string_equal(name, "virtio_user12");
	assert_int_equal(options_netdev_name("a%ub", 3, name), 0);
	assert_string_equal(name, "a3b");
	assert_int_equal(options_netdev_name("exc", 0, name), -EINVAL);
	assert_int_equal(options_netdev_name("%u%u", 0, name), -EINVAL);
	assert_int_equal(options_netdev_name("%s%u", 0, name), -EINVAL);
	assert_int_equal(options_netdev_name("a,b=%u", 0, name), -EINVAL);
	assert_int_equal(options_netdev_name("fourteen-chars%u", 9, name), 0);
	assert_int_equal(options_netdev_name("fourteen-chars%u", 10, name), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_help_and_version),
		cmocka_unit_test(test_too_many_pairs),
		cmocka_unit_test(test_netdev_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
