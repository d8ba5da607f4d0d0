/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <string.h>

#include "mirror.h"
#include "netdev.h"

/* ------------------------------------------------ the ports */

static const struct mirror_facts working = {
	.netdev = MIRROR_NETDEV_OURS,
	.netdev_up = true,
	.kernel_there = true,
	.kernel_started = true,
	.nic_there = true,
	.nic_started = true,
	.forwarding = true,
	.may_try = true,
};

/* What each action does to the ports, if it works. */
static void take(struct mirror_facts *facts, enum mirror_action action)
{
	switch (action) {
	case MIRROR_PAUSE:
		facts->forwarding = false;
		break;
	case MIRROR_RESUME:
		/* the one thing that must never go wrong: lcores on ports that are not running */
		assert_true(facts->nic_there && facts->nic_started);
		assert_true(facts->kernel_there && facts->kernel_started);
		facts->forwarding = true;
		break;
	case MIRROR_REMOVE_NIC:
		assert_false(facts->forwarding);
		facts->nic_there = facts->nic_started = facts->nic_leaving = false;
		facts->nic_reset = false;
		break;
	case MIRROR_ADD_NIC:
		assert_false(facts->nic_there);
		facts->nic_there = true;
		facts->nic_back = false;
		break;
	case MIRROR_RESET_NIC:
		assert_false(facts->forwarding);
		facts->nic_started = facts->nic_reset = false;
		break;
	case MIRROR_STOP_NIC:
		assert_false(facts->forwarding);
		facts->nic_started = false;
		break;
	case MIRROR_START_NIC:
		assert_true(facts->nic_there);
		facts->nic_started = true;
		break;
	case MIRROR_REMOVE_KERNEL:
		assert_false(facts->forwarding);
		facts->kernel_there = facts->kernel_started = false;
		break;
	case MIRROR_ADD_KERNEL:
		facts->kernel_there = true;
		facts->netdev = MIRROR_NETDEV_OURS;
		break;
	case MIRROR_START_KERNEL:
		assert_true(facts->kernel_there);
		facts->kernel_started = true;
		break;
	case MIRROR_REST:
		break;
	}
}

/* Until there is nothing more to do, which must come. */
static void walk(struct mirror_facts *facts)
{
	for (unsigned int i = 0; i < 12; i++) {
		enum mirror_action action = mirror_next(facts);

		if (action == MIRROR_REST)
			return;
		take(facts, action);
	}
	fail_msg("no end of it");
}

static void test_rests_while_all_is_well(void **state)
{
	struct mirror_facts facts = working;

	(void)state;
	assert_int_equal(mirror_next(&facts), MIRROR_REST);
	facts.netdev = MIRROR_NETDEV_UNKNOWN;
	facts.netdev_up = false; /* nobody knows */
	assert_int_equal(mirror_next(&facts), MIRROR_REST);
	facts.netdev = MIRROR_NETDEV_ELSEWHERE;
	assert_int_equal(mirror_next(&facts), MIRROR_REST);
	assert_int_equal(mirror_state_of(&facts), MIRROR_FORWARDING);
}

static void test_netdev_down_and_up(void **state)
{
	struct mirror_facts facts = working;

	(void)state;
	facts.netdev_up = false;
	assert_int_equal(mirror_next(&facts), MIRROR_PAUSE);
	walk(&facts);
	assert_false(facts.nic_started);
	assert_true(facts.kernel_started);
	assert_int_equal(mirror_state_of(&facts), MIRROR_DOWN);
	facts.netdev_up = true;
	walk(&facts);
	assert_memory_equal(&facts, &working, sizeof(facts));
}

static void test_netdev_removed_and_made_again(void **state)
{
	struct mirror_facts facts = working;

	(void)state;
	facts.netdev = MIRROR_NETDEV_GONE;
	walk(&facts);
	assert_false(facts.kernel_there);
	assert_false(facts.nic_started);
	assert_int_equal(mirror_state_of(&facts), MIRROR_NO_NETDEV);
	facts.netdev = MIRROR_NETDEV_FREE;
	walk(&facts);
	assert_memory_equal(&facts, &working, sizeof(facts));
}

static void test_nic_removed_and_back(void **state)
{
	struct mirror_facts facts = working;

	(void)state;
	facts.nic_leaving = facts.nic_reset = true;
	facts.may_try = false; /* whatever failed before: giving back does not wait */
	walk(&facts);
	assert_false(facts.nic_there);
	assert_true(facts.kernel_started);
	assert_int_equal(mirror_state_of(&facts), MIRROR_NO_NIC);
	facts.nic_back = true;
	walk(&facts);
	assert_false(facts.nic_there);
	facts.may_try = true;
	walk(&facts);
	assert_memory_equal(&facts, &working, sizeof(facts));
}

static void test_nic_reset(void **state)
{
	struct mirror_facts facts = working;

	(void)state;
	facts.nic_reset = true;
	assert_int_equal(mirror_next(&facts), MIRROR_PAUSE);
	take(&facts, MIRROR_PAUSE);
	assert_int_equal(mirror_next(&facts), MIRROR_RESET_NIC);
	walk(&facts);
	assert_memory_equal(&facts, &working, sizeof(facts));
}

/* Every combination of facts: an end is reached, and no lcore ever meets a port that does not run
 * (take() looks). What take() assumes of facts is that only what is there is started.
 */
static void test_every_combination(void **state)
{
	(void)state;
	for (unsigned int netdev = MIRROR_NETDEV_UNKNOWN; netdev <= MIRROR_NETDEV_FREE; netdev++) {
		for (unsigned int bits = 0; bits < 1U << 10; bits++) {
			struct mirror_facts facts = {
				.netdev = netdev,
				.netdev_up = bits & 0x1,
				.kernel_there = bits & 0x2,
				.kernel_started = bits & 0x4,
				.nic_there = bits & 0x8,
				.nic_started = bits & 0x10,
				.nic_back = bits & 0x20,
				.nic_leaving = bits & 0x40,
				.nic_reset = bits & 0x80,
				.forwarding = bits & 0x100,
				.may_try = bits & 0x200,
			};
			bool both;

			facts.kernel_started &= facts.kernel_there;
			facts.nic_started &= facts.nic_there;
			both = facts.kernel_started && facts.nic_started;
			facts.forwarding &= both;
			facts.nic_back &= !facts.nic_there;
			walk(&facts);
			if (facts.forwarding)
				assert_int_equal(mirror_state_of(&facts), MIRROR_FORWARDING);
			if (netdev == MIRROR_NETDEV_OURS && !facts.netdev_up)
				assert_false(facts.forwarding || facts.nic_started);
		}
	}
}

/* ------------------------------------------------ what the NIC receives */

static void test_filter(void **state)
{
	struct netdev_state netdev = {0};
	struct multicast multicast = {.complete = true};
	struct mirror_inabilities inabilities = {0};
	struct mirror_filter filter;

	(void)state;
	filter = mirror_filter(&netdev, &multicast, &inabilities);
	assert_true(filter.groups && !filter.allmulticast && !filter.promiscuous);
	/* no list in the NIC: nothing to receive is still nothing */
	inabilities.groups = true;
	filter = mirror_filter(&netdev, &multicast, &inabilities);
	assert_true(!filter.groups && !filter.allmulticast && !filter.promiscuous);
	multicast.count = 1;
	filter = mirror_filter(&netdev, &multicast, &inabilities);
	assert_true(!filter.groups && filter.allmulticast && !filter.promiscuous);
	inabilities.allmulticast = true;
	filter = mirror_filter(&netdev, &multicast, &inabilities);
	assert_true(filter.allmulticast && filter.promiscuous);
	/* a list that is not all of it is none */
	inabilities = (struct mirror_inabilities){0};
	multicast.complete = false;
	filter = mirror_filter(&netdev, &multicast, &inabilities);
	assert_true(!filter.groups && filter.allmulticast && !filter.promiscuous);
	multicast.complete = true;
	netdev.allmulticast = true;
	filter = mirror_filter(&netdev, &multicast, &inabilities);
	assert_true(filter.allmulticast && !filter.promiscuous);
	netdev.promiscuous = true;
	assert_true(mirror_filter(&netdev, &multicast, &inabilities).promiscuous);
	netdev = (struct netdev_state){0};
	inabilities.mac = true;
	assert_true(mirror_filter(&netdev, &multicast, &inabilities).promiscuous);
}

/* ------------------------------------------------ the start */

static void test_read_start(void **state)
{
	struct pair_spec spec = {.mtu = 1500}, before;
	struct netdev_state lo;

	(void)state;
	before = spec;
	mirror_read_start(&spec); /* no netdev known */
	assert_memory_equal(&spec, &before, sizeof(spec));
	strcpy(spec.netdev, "no-such-netdev");
	before = spec;
	mirror_read_start(&spec);
	assert_memory_equal(&spec, &before, sizeof(spec));
	/* any netdev will do: the one there always is has an MTU that no NIC takes, and no MAC
	 * address that somebody chose
	 */
	strcpy(spec.netdev, "lo");
	assert_int_equal(netdev_query(0, "lo", &lo), 0);
	mirror_read_start(&spec);
	assert_true(spec.netdev_was_there);
	assert_int_equal(spec.mtu, lo.mtu > 1500 && lo.mtu <= MTU_MAX ? lo.mtu : 1500);
	assert_false(spec.has_mac);
}

static void test_view(void **state)
{
	struct mirror mirror = {0};
	struct mirror_view in = {.mtu = 9000, .state = MIRROR_NO_NIC}, out;

	(void)state;
	mirror_show(&mirror, &in);
	mirror_look(&mirror, &out);
	assert_int_equal(out.mtu, 9000);
	assert_string_equal(mirror_state_name(out.state), "no NIC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rests_while_all_is_well),
		cmocka_unit_test(test_netdev_down_and_up),
		cmocka_unit_test(test_netdev_removed_and_made_again),
		cmocka_unit_test(test_nic_removed_and_back),
		cmocka_unit_test(test_nic_reset),
		cmocka_unit_test(test_every_combination),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_read_start),
		cmocka_unit_test(test_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
