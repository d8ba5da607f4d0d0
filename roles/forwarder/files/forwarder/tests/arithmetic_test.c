/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <errno.h>

#include "assign.h"
#include "counters.h"
#include "exit_code.h"
#include "heartbeat.h"
#include "idle.h"
#include "intr_record.h"
#include "parse.h"
#include "sizing.h"

static void test_data_room(void **state)
{
	(void)state;
	/* a whole frame with two tags always fits; no room beyond the next 1024 */
	for (unsigned int mtu = MTU_MIN; mtu <= MTU_MAX; mtu++) {
		unsigned int room = sizing_data_room(mtu, 128) - 128;

		assert_true(room >= mtu + 14 + 4 + 8 + 12);
		assert_int_equal(room % 1024, 0);
		assert_true(room >= 2048);
		assert_true(room == 2048 || room < mtu + 14 + 4 + 8 + 12 + 1024);
	}
	assert_int_equal(sizing_data_room(1500, 128), 2048 + 128);
	assert_int_equal(sizing_data_room(9000, 128), 9216 + 128);
	assert_int_equal(sizing_data_room(9698, 128), 10240 + 128);
	/* 64 KB in few enough buffers */
	assert_int_equal(sizing_large_room(1500, 128), 4096 + 128);
	assert_int_equal(sizing_large_room(9000, 128), 9216 + 128);
	assert_false(sizing_needs_chain(1500, 2048 + 128, 128));
	assert_false(sizing_needs_chain(2048 - 38, 2048 + 128, 128));
	assert_true(sizing_needs_chain(2048 - 37, 2048 + 128, 128));
}

static void test_mbufs(void **state)
{
	const struct ring_sizes rings = {.from = 1024, .to = 512};

	(void)state;
	assert_int_equal(sizing_mbufs(&rings, 1, 1, 0), 1536 + 256 + 384);
	assert_int_equal(sizing_mbufs(&rings, 4, 2, 256), 4 * (1536 + 256) + 2 * (256 + 384));
}

static void test_assign(void **state)
{
	unsigned int served[3] = {0}, before = 0;

	(void)state;
	/* two pairs with two queues, one with five, on three lcores: three each */
	for (unsigned int pair = 0; pair < 3; pair++) {
		unsigned int queues = pair < 2 ? 2 : 5;

		for (unsigned int q = 0; q < queues; q++)
			served[assign_lcore_index(before, q, 3)]++;
		before += queues;
	}
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(served[i], 3);
	/* the second pair goes on where the first ended */
	assert_int_equal(assign_lcore_index(0, 0, 2), 0);
	assert_int_equal(assign_lcore_index(1, 0, 2), 1);
	assert_int_equal(assign_lcore_count(5, 2), 2);
	assert_int_equal(assign_lcore_count(1, 2), 1);
}

static void test_idle(void **state)
{
	static const unsigned int waits[] = {0, IDLE_WAIT_US, 5000};

	(void)state;
	for (unsigned int i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		const struct idle_policy policy = {
			.spin_us = IDLE_SPIN_MIN_US, .wait_us = waits[i]};
		unsigned int longest = waits[i] > 0 ? IDLE_WAIT_SLEEP_NS : IDLE_SLEEP_MAX_NS;
		unsigned int last = 0;

		for (uint64_t us = 0; us < 10000; us++) {
			struct idle_step step = idle_decide(us, &policy);

			if (us < policy.spin_us) {
				assert_int_equal(step.kind, IDLE_SPIN);
				continue;
			}
			if (waits[i] > 0 && us >= waits[i]) {
				assert_int_equal(step.kind, IDLE_WAIT);
				continue;
			}
			assert_int_equal(step.kind, IDLE_SLEEP);
			/* never much longer than nothing came */
			assert_true(step.sleep_ns <= us * 1000 / 4 ||
				step.sleep_ns == IDLE_SLEEP_MIN_NS);
			assert_true(step.sleep_ns >= last && step.sleep_ns <= longest);
			last = step.sleep_ns;
		}
		assert_int_equal(last, longest);
	}
	/* after years, too */
	assert_int_equal(idle_decide(UINT64_MAX / 1000, &(struct idle_policy){0}).sleep_ns,
		IDLE_SLEEP_MAX_NS);
	assert_in_range(idle_prepare_thread(), IDLE_SPIN_MIN_US, IDLE_SPIN_MAX_US);
}

static void intr_record_note_times(
	struct intr_record *record, unsigned int times, bool fired, bool timed_out)
{
	for (unsigned int i = 0; i < times; i++) {
		record->fired = fired;
		intr_record_note(record, timed_out, true);
		assert_false(record->fired);
	}
}

static void test_intr_record(void **state)
{
	struct intr_record record = {0};

	(void)state;
	/* interrupts without packets, and waits that another queue ended, prove nothing */
	record.fired = true;
	intr_record_note(&record, false, false);
	intr_record_note_times(&record, 100, false, false);
	assert_false(record.proven);
	assert_true(intr_record_is_good(&record));
	intr_record_note_times(&record, 1, true, false);
	assert_true(record.proven);

	/* those that never come */
	intr_record_note_times(&record, 2, false, true);
	assert_false(record.proven);
	assert_true(intr_record_is_good(&record));
	intr_record_note_times(&record, 1, false, true);
	assert_false(intr_record_is_good(&record));
	intr_record_note_times(&record, 1000, true, false);
	intr_record_note_times(&record, 1000, false, true);
	assert_false(intr_record_is_good(&record));
	assert_false(record.proven);

	/* those that stop coming after years */
	record = (struct intr_record){0};
	intr_record_note_times(&record, 100000, true, false);
	intr_record_note_times(&record, 3, false, true);
	assert_false(intr_record_is_good(&record));

	/* an accident now and then, such as a packet in the moment that the wait runs out */
	record = (struct intr_record){0};
	for (unsigned int i = 0; i < 1000; i++) {
		intr_record_note_times(&record, 4, true, false);
		intr_record_note_times(&record, 1, false, true);
		assert_true(intr_record_is_good(&record));
	}

	/* too many accidents */
	record = (struct intr_record){0};
	for (unsigned int i = 0; i < 10; i++) {
		intr_record_note_times(&record, 2, true, false);
		intr_record_note_times(&record, 1, false, true);
	}
	assert_false(intr_record_is_good(&record));
}

static void test_heartbeat(void **state)
{
	struct heartbeat heartbeat = {0};

	(void)state;
	assert_false(heartbeat_moved(&heartbeat));
	heartbeat_beat(&heartbeat);
	assert_true(heartbeat_moved(&heartbeat));
	assert_false(heartbeat_moved(&heartbeat));
	heartbeat_beat(&heartbeat);
	heartbeat_beat(&heartbeat);
	assert_true(heartbeat_moved(&heartbeat));
	assert_false(heartbeat_moved(&heartbeat));
}

static void test_counters(void **state)
{
	struct counters a = {.packets = 1, .bytes = 60, .dropped_full = 2, .dropped_limited = 3};
	struct counters sum = {0};

	(void)state;
	counters_add(&a.packets, 4);
	counters_sum(&sum, &a);
	counters_sum(&sum, &a);
	assert_int_equal(sum.packets, 10);
	assert_int_equal(sum.bytes, 120);
	assert_int_equal(counters_dropped(&a), 5);
	assert_int_equal(counters_dropped(&sum), 10);
}

static void test_exit_codes(void **state)
{
	(void)state;
	assert_int_equal(exit_code_of(0), 0);
	assert_int_equal(exit_code_of(-EIO), 1);
	assert_int_equal(exit_code_of(-EINVAL), 2);
	assert_int_equal(exit_code_of(-ENODEV), 3);
	assert_int_equal(exit_code_of(-ENOTSUP), 4);
	assert_int_equal(exit_code_of(-ENOMEM), 5);
	assert_int_equal(exit_code_of(-ENOTCONN), 6);
	assert_int_equal(exit_code_of_eal(EINVAL), 2);
	assert_int_equal(exit_code_of_eal(ENODEV), 3);
	assert_int_equal(exit_code_of_eal(ENOMEM), 5);
	assert_int_equal(exit_code_of_eal(EACCES), 5);
	assert_int_equal(exit_code_of_eal(EFAULT), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data_room),
		cmocka_unit_test(test_mbufs),
		cmocka_unit_test(test_assign),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_intr_record),
		cmocka_unit_test(test_heartbeat),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_exit_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
