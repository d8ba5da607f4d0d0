/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "affinity.h"
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
	write_attribute("free", "tun_flags", "0x5102\n");
	write_attribute("free", "carrier", "0\n");
	write_attribute("free", "address", "02:00:00:00:00:01\n");
	write_attribute("busy", "tun_flags", "0x5102\n");
	write_attribute("busy", "carrier", "1\n");
	write_attribute("down", "tun_flags", "0x5102\n");
	write_attribute("down", "carrier", "");
	write_attribute("eth0", "carrier", "1\n");
	write_attribute(
		"ib0", "address", "80:00:00:48:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:10:3b\n");
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
	static const uint8_t expected[MAC_LEN] = {2, 0, 0, 0, 0, 1};
	uint8_t mac[MAC_LEN];

	(void)state;
	assert_true(netdev_exists(root, "free"));
	assert_false(netdev_exists(root, "none"));
	assert_true(netdev_is_tap(root, "free"));
	assert_false(netdev_is_tap(root, "eth0"));
	assert_false(netdev_has_carrier(root, "free"));
	assert_false(netdev_has_carrier(root, "down"));
	assert_true(netdev_has_carrier(root, "busy"));
	assert_true(netdev_has_carrier_by_netlink("lo"));
	assert_false(netdev_has_carrier_by_netlink("no-such-netdev"));
	assert_int_equal(netdev_read_mac(root, "free", mac), 0);
	assert_memory_equal(mac, expected, MAC_LEN);
	assert_true(netdev_read_mac(root, "ib0", mac) < 0);
	assert_true(netdev_read_mac(root, "none", mac) < 0);
}

static void test_precheck_netdev(void **state)
{
	struct problems problems = {0};

	(void)state;
	precheck_netdev(root, "free", &problems);
	precheck_netdev(root, "down", &problems);
	precheck_netdev(root, "none", &problems);
	assert_int_equal(problems.count, 0);
	precheck_netdev(root, "busy", &problems);
	precheck_netdev(root, "eth0", &problems);
	assert_string_equal(problems.text,
		"netdev 'busy' is in use by another process (stop that one first); "
		"netdev 'eth0' exists and is not a tap (choose another name)");
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
		cmocka_unit_test(test_precheck_netdev),
		cmocka_unit_test(test_precheck_vhost_path),
		cmocka_unit_test(test_affinity),
		cmocka_unit_test(test_vhost_names),
		cmocka_unit_test(test_move_vhost_threads),
	};

	return cmocka_run_group_tests(tests, make_sysfs, remove_sysfs);
}
