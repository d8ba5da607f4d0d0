/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <pthread.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "affinity.h"
#include "link_watch.h"
#include "multicast.h"
#include "netdev.h"
#include "precheck.h"

/* A made-up /sys/class/net. */
static char root[] = "/tmp/fwd-host-test-XXXXXX";

static void write_attribute(const char *netdev, const char *attribute, const char *value)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, netdev);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/%s", root, netdev, attribute);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(value, file);
	fclose(file);
}

static int make_sysfs(void **state)
{
	(void)state;
	if (mkdtemp(root) == NULL)
		return -1;
	write_attribute("random", "addr_assign_type", "1\n");
	write_attribute("set", "addr_assign_type", "3\n");
	write_attribute("odd", "addr_assign_type", "\n");
	return 0;
}

static int remove_sysfs(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static void test_netdev(void **state)
{
	struct link_state link;

	(void)state;
	assert_true(netdev_has_own_mac(root, "set"));
	assert_false(netdev_has_own_mac(root, "random"));
	assert_false(netdev_has_own_mac(root, "odd"));
	assert_false(netdev_has_own_mac(root, "none"));
	assert_int_equal(link_ask("lo", 0, &link), 0);
	assert_string_equal(link.name, "lo");
	assert_int_equal(link.index, 1);
	assert_false(link.is_tap);
	assert_int_equal(link_ask(NULL, 1, &link), 0);
	assert_string_equal(link.name, "lo");
	assert_int_equal(link_ask("no-such-netdev", 0, &link), -ENODEV);
	assert_int_equal(link_ask(NULL, INT32_MAX, &link), -ENODEV);
}

static void test_precheck_link(void **state)
{
	const struct precheck_user user = {.uid = 7, .nb_groups = 1, .groups = {8}};
	const struct link_state good[] = {
		{.name = "free", .is_tap = true},
		{.name = "mine", .is_tap = true, .has_owner = true, .owner = 7},
		{.name = "ours", .is_tap = true, .has_group = true, .group = 8},
	};
	const struct link_state bad[] = {
		{.name = "eth0"},
		{.name = "busy", .is_tap = true, .queues = 1},
		{.name = "root", .is_tap = true, .has_owner = true, .owner = 0},
	};
	struct problems problems = {0};

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		precheck_link(&good[i], &user, &problems);
	assert_int_equal(problems.count, 0);
	for (unsigned int i = 0; i < 3; i++)
		precheck_link(&bad[i], &user, &problems);
	assert_string_equal(problems.text,
		"netdev 'eth0' exists and is not a tap (choose another name); "
		"netdev 'busy' is in use by another process (stop that one first); "
		"netdev 'root' belongs to user 0, not to this one (make it with `user 7`)");
	assert_true(precheck_may_attach(&bad[2], &(struct precheck_user){.is_admin = true}));
}

static void test_multicast(void **state)
{
	static char text[] = "2    eth0            1     0     01005e000001\n"
			     "12   exc0            1     0     333300000001\n"
			     "12   exc0            2     0     01005e0000fb\n"
			     "12   exc0            1     0     nonsense\n"
			     "garbage\n";
	static const uint8_t expected[2][MAC_LEN] = {
		{0x33, 0x33, 0, 0, 0, 1}, {0x01, 0x00, 0x5e, 0, 0, 0xfb}};
	struct multicast multicast, none = {0};
	FILE *file = fmemopen(text, strlen(text), "r");

	(void)state;
	multicast_parse(file, 12, &multicast);
	fclose(file);
	assert_int_equal(multicast.count, 2);
	assert_memory_equal(multicast.macs, expected, sizeof(expected));
	assert_false(multicast_equal(&multicast, &none));
	assert_true(multicast_equal(&multicast, &multicast));
}

static void test_precheck_vhost_path(void **state)
{
	struct problems problems = {0};

	(void)state;
	precheck_vhost_path("/nowhere/vhost-net", true, &problems);
	assert_string_equal(problems.text,
		"/nowhere/vhost-net: No such file or directory (load the module vhost_net)");
	problems = (struct problems){0};
	/* something else than a device is a vhost-user socket, unless iface= was given too */
	precheck_vhost_path(root, false, &problems);
	assert_int_equal(problems.count, 0);
	precheck_vhost_path(root, true, &problems);
	assert_int_equal(problems.count, 1);
	assert_non_null(strstr(problems.text, "is not the vhost-net device"));
}

static void test_affinity(void **state)
{
	cpu_set_t all, polling, rest;

	(void)state;
	CPU_ZERO(&all);
	CPU_ZERO(&polling);
	CPU_SET(0, &all);
	CPU_SET(1, &all);
	CPU_SET(1, &polling);
	CPU_SET(7, &polling); /* not ours */
	affinity_without(&all, &polling, &rest);
	assert_int_equal(CPU_COUNT(&rest), 1);
	assert_true(CPU_ISSET(0, &rest));
	CPU_SET(0, &polling);
	affinity_without(&all, &polling, &rest);
	assert_true(CPU_EQUAL(&rest, &all));
}

static void test_vhost_names(void **state)
{
	(void)state;
	assert_true(affinity_is_vhost_thread("vhost-12345"));
	assert_false(affinity_is_vhost_thread("vhost-"));
	assert_false(affinity_is_vhost_thread("vhost-events"));
	assert_false(affinity_is_vhost_thread("vhost"));
	assert_false(affinity_is_vhost_thread("v"));
	assert_false(affinity_is_vhost_thread("fwd-control"));
}

static void *wait_forever(void *arg)
{
	(void)arg;
	pause();
	return NULL;
}

/* A thread with the name that the kernel would give stands in for a vhost worker. */
static void test_move_vhost_threads(void **state)
{
	cpu_set_t own, found;
	pthread_t thread;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	assert_int_equal(affinity_move_vhost_threads(&own), 0);
	assert_int_equal(pthread_create(&thread, NULL, wait_forever, NULL), 0);
	assert_int_equal(pthread_setname_np(thread, "vhost-1"), 0);
	for (int cpu = CPU_SETSIZE - 1; CPU_COUNT(&own) > 1; cpu--)
		CPU_CLR(cpu, &own);
	assert_int_equal(affinity_move_vhost_threads(&own), 1);
	assert_int_equal(pthread_getaffinity_np(thread, sizeof(found), &found), 0);
	assert_true(CPU_EQUAL(&own, &found));
	pthread_cancel(thread);
	pthread_join(thread, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_netdev),
		cmocka_unit_test(test_precheck_link),
		cmocka_unit_test(test_multicast),
		cmocka_unit_test(test_precheck_vhost_path),
		cmocka_unit_test(test_affinity),
		cmocka_unit_test(test_vhost_names),
		cmocka_unit_test(test_move_vhost_threads),
	};

	return cmocka_run_group_tests(tests, make_sysfs, remove_sysfs);
}
