/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "vdev_spec.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_collect(void **state)
{
	char *const argv[] = {"program", "-l", "0-1", "--vdev",
		"virtio_user0,path=/dev/vhost-net,queues=2,queue_size=1024,iface=exc0,"
		"mac=02:00:00:00:00:01",
		"--vdev=net_null0,size=64", "--vdev=net_virtio_user1,path=/dev/vhost-net"};
	struct problems problems = {0};
	struct vdev_spec specs[4];

	(void)state;
	assert_int_equal(vdev_specs_collect(COUNT(argv), argv, specs, 4, &problems), 2);
	assert_int_equal(problems.count, 0);
	assert_string_equal(specs[0].name, "virtio_user0");
	assert_string_equal(specs[0].path, "/dev/vhost-net");
	assert_string_equal(specs[0].iface, "exc0");
	assert_int_equal(specs[0].queues, 2);
	assert_int_equal(specs[0].queue_size, 1024);
	assert_true(specs[0].has_mac);
	assert_string_equal(specs[1].name, "net_virtio_user1");
	assert_int_equal(specs[1].queues, 1);
	assert_int_equal(specs[1].queue_size, 256);
	assert_string_equal(specs[1].iface, "");
}

static void test_problems(void **state)
{
	char *const argv[] = {"--vdev=virtio_user0,iface=longer-than-fifteen,queues=x,"
			      "queue_size=1000,mac=nonsense,queues=2"};
	struct problems problems = {0};
	struct vdev_spec specs[4];

	(void)state;
	vdev_specs_collect(COUNT(argv), argv, specs, 4, &problems);
	assert_int_equal(problems.count, 6);
	assert_non_null(strstr(problems.text, "--vdev=virtio_user0: iface 'longer-than-fifteen'"));
	assert_non_null(strstr(problems.text, "queues 'x'"));
	assert_non_null(strstr(problems.text, "queue_size '1000' is not a power of two"));
	assert_non_null(strstr(problems.text, "mac 'nonsense'"));
	assert_non_null(strstr(problems.text, "queues is given twice"));
	assert_non_null(strstr(problems.text, "path= is missing"));
}

static void test_too_many(void **state)
{
	char *const argv[] = {"--vdev=virtio_user0,path=/a", "--vdev=virtio_user1,path=/a"};
	struct problems problems = {0};
	struct vdev_spec specs[1];

	(void)state;
	assert_int_equal(vdev_specs_collect(COUNT(argv), argv, specs, 1, &problems), 1);
	assert_string_equal(problems.text, "more than 1 virtio_user devices");
}

static void test_match(void **state)
{
	const struct vdev_spec vdev = {
		.name = "virtio_user0", .iface = "exc0", .queues = 2, .queue_size = 1024};
	struct pair_spec pair = {
		.nic = "a", .kernel = "virtio_user0", .queues = 2, .queue_size = 1024};
	struct problems problems = {0};

	(void)state;
	vdev_specs_match(&vdev, 1, &pair, 1, &problems);
	assert_int_equal(problems.count, 0);
	assert_string_equal(pair.netdev, "exc0");
}

static void test_mismatch(void **state)
{
	const struct vdev_spec vdevs[] = {
		{.name = "virtio_user0",
			.iface = "exc0",
			.queues = 2,
			.queue_size = 256,
			.has_mac = true,
			.mac = {2, 0, 0, 0, 0, 1}},
		{.name = "virtio_user1", .iface = "exc0"},
	};
	struct pair_spec pairs[] = {
		{.nic = "a",
			.kernel = "virtio_user0",
			.netdev = "exc1",
			.queues = 1,
			.queue_size = 1024,
			.has_mac = true,
			.mac = {2, 0, 0, 0, 0, 2}},
		{.nic = "b", .kernel = "virtio_user2"},
		{.nic = "c", .kernel = "net_tap0"},
	};
	struct problems problems = {0};

	(void)state;
	vdev_specs_match(vdevs, 2, pairs, 3, &problems);
	assert_int_equal(problems.count, 7);
	assert_non_null(strstr(problems.text, "queues=2 in --vdev but queues=1 in --pair"));
	assert_non_null(strstr(problems.text, "queue_size=256 in --vdev but queue_size=1024"));
	assert_non_null(strstr(problems.text, "one mac in --vdev and another in --pair"));
	assert_non_null(strstr(problems.text, "iface=exc0 in --vdev but netdev=exc1 in --pair"));
	assert_non_null(strstr(problems.text, "'virtio_user2' of --pair has no --vdev"));
	assert_non_null(strstr(problems.text, "--vdev=virtio_user1 belongs to no --pair"));
	assert_non_null(strstr(problems.text, "iface 'exc0' is used by two --vdev"));
}

static void test_any_order(void **state)
{
	char *argv[] = {"program", "--vdev",
		"virtio_user0,path=/dev/vhost-net,in_order=1,iface=exc0",
		"--vdev=virtio_user1,path=/dev/vhost-net,iface=exc1",
		"--vdev=virtio_user2,path=/run/vhost-user.sock", "--vdev=net_null0"};
	struct problems problems = {0};
	struct vdev_spec specs[4];
	unsigned int nb_specs = vdev_specs_collect(COUNT(argv), argv, specs, 4, &problems);

	(void)state;
	assert_int_equal(vdev_use_any_order(COUNT(argv), argv, specs, nb_specs), 0);
	assert_string_equal(argv[2], "virtio_user0,path=/dev/vhost-net,in_order=0,iface=exc0");
	assert_string_equal(
		argv[3], "--vdev=virtio_user1,path=/dev/vhost-net,iface=exc1,in_order=0");
	assert_string_equal(argv[4], "--vdev=virtio_user2,path=/run/vhost-user.sock");
	assert_string_equal(argv[5], "--vdev=net_null0");
	free(argv[2]);
	free(argv[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_collect),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_mismatch),
		cmocka_unit_test(test_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
