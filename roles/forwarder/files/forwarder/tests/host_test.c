/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "affinity.h"
#include "credentials.h"
#include "netdev.h"
#include "precheck.h"
#include "vfio_intr.h"

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
	write_attribute("chosen", "addr_assign_type", "3\n");
	write_attribute("random", "addr_assign_type", "1\n");
	return 0;
}

static int remove_sysfs(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static void test_chosen_mac(void **state)
{
	(void)state;
	assert_true(netdev_has_chosen_mac(root, "chosen"));
	assert_false(netdev_has_chosen_mac(root, "random"));
	assert_false(netdev_has_chosen_mac(root, "none"));
}

static void test_netdev_query(void **state)
{
	struct netdev_state by_name, by_index;

	(void)state;
	assert_int_equal(netdev_query(0, "lo", &by_name), 0);
	assert_string_equal(by_name.name, "lo");
	assert_true(by_name.mtu > 0);
	assert_false(by_name.is_tap);
	assert_int_equal(netdev_query(by_name.ifindex, "", &by_index), 0);
	assert_string_equal(by_index.name, "lo");
	assert_int_equal(netdev_query(0, "no-such-netdev", &by_name), -ENODEV);
	assert_int_equal(netdev_query(INT_MAX, "", &by_name), -ENODEV);
}

static void check_netdev(const struct netdev_state *netdev, const struct credentials *credentials,
	const char *expected)
{
	struct problems problems = {0};

	precheck_netdev_state("exc0", netdev, credentials, &problems);
	if (expected == NULL)
		assert_int_equal(problems.count, 0);
	else
		assert_non_null(strstr(problems.text, expected));
}

static void test_precheck_netdev(void **state)
{
	const struct credentials root_user = {.net_admin = true}, user = {.uid = 990, .nb_gids = 1};
	struct netdev_state tap = {.is_tap = true, .is_multi_queue = true};

	(void)state;
	check_netdev(NULL, &root_user, NULL);
	check_netdev(NULL, &user, "is not there, and this user may not make it");
	check_netdev(&tap, &user, NULL);
	tap.carrier = true; /* left on by nobody: what counts are the queues */
	check_netdev(&tap, &user, NULL);
	tap.carrier = false;
	tap.queues = 1;
	check_netdev(&tap, &user, "in use by another process");
	check_netdev(&tap, &root_user, "in use by another process");
	tap.is_multi_queue = false;
	tap.queues = 0;
	tap.carrier = true;
	check_netdev(&tap, &user, "in use by another process");
	tap = (struct netdev_state){.is_tap = true, .has_owner = true, .owner = 991};
	check_netdev(&tap, &user, "belongs to another user or group");
	check_netdev(&tap, &root_user, NULL);
	tap.is_tap = false;
	check_netdev(&tap, &root_user, "exists and is not a tap");
}

static void test_credentials(void **state)
{
	struct credentials user = {.uid = 990, .nb_gids = 2, .gids = {990, 20}};
	struct netdev_state tap = {.has_owner = true, .owner = 990};

	(void)state;
	assert_true(credentials_allow(&user, &tap));
	tap.has_group = true;
	tap.group = 20;
	assert_true(credentials_allow(&user, &tap));
	tap.group = 21; /* the right owner does not make up for it */
	assert_false(credentials_allow(&user, &tap));
	tap = (struct netdev_state){.has_group = true, .group = 990};
	assert_true(credentials_allow(&user, &tap));
	tap.has_owner = true;
	assert_false(credentials_allow(&user, &tap));
	user.net_admin = true;
	assert_true(credentials_allow(&user, &tap));
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

static void test_vfio_intr(void **state)
{
	char *eal[] = {"forwarder", "-l", "1", "--vfio-intr=legacy"};
	struct options options = {.idle = IDLE_ADAPTIVE, .nb_pairs = 1};

	(void)state;
	write_attribute("0000:01:00.0", "vendor", "0x8086\n");
	write_attribute("0000:01:00.0", "device", "0x10d3\n");
	write_attribute("0000:02:00.0", "vendor", "0x1af4\n");
	write_attribute("0000:02:00.0", "device", "0x10d3\n");
	strcpy(options.pairs[0].nic, "0000:01:00.0");
	assert_string_equal(vfio_intr_option(&options, 3, eal, root), "--vfio-intr=msi");
	assert_null(vfio_intr_option(&options, 4, eal, root));
	options.idle = IDLE_POLL;
	assert_null(vfio_intr_option(&options, 3, eal, root));
	options.idle = IDLE_ADAPTIVE;
	options.nb_pairs = 2;
	strcpy(options.pairs[1].nic, "0000:02:00.0");
	assert_null(vfio_intr_option(&options, 3, eal, root));
	strcpy(options.pairs[1].nic, "net_null0");
	assert_null(vfio_intr_option(&options, 3, eal, root));
	options.nb_pairs = 0;
	assert_null(vfio_intr_option(&options, 3, eal, root));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chosen_mac),
		cmocka_unit_test(test_netdev_query),
		cmocka_unit_test(test_credentials),
		cmocka_unit_test(test_precheck_netdev),
		cmocka_unit_test(test_precheck_vhost_path),
		cmocka_unit_test(test_affinity),
		cmocka_unit_test(test_vhost_names),
		cmocka_unit_test(test_vfio_intr),
		cmocka_unit_test(test_move_vhost_threads),
	};

	return cmocka_run_group_tests(tests, make_sysfs, remove_sysfs);
}
