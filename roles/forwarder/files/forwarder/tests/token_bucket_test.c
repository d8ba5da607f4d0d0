/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <pthread.h>
#include <stdlib.h>

#include "limit_spec.h"
#include "token_bucket.h"

#define SECOND 1000000000ULL
#define YEAR   (365 * 86400 * SECOND)

static void test_burst(void **state)
{
	struct token_bucket bucket;

	(void)state;
	token_bucket_init(&bucket, 1000, 50);
	assert_int_equal(token_bucket_take(&bucket, 30, 5 * SECOND), 30);
	assert_int_equal(token_bucket_take(&bucket, 30, 5 * SECOND), 20);
	assert_int_equal(token_bucket_take(&bucket, 30, 5 * SECOND), 0);
	/* a pause fills it, but not beyond the burst */
	assert_int_equal(token_bucket_take(&bucket, 100, 65 * SECOND), 50);
	assert_int_equal(token_bucket_take(&bucket, 0, 66 * SECOND), 0);
}

/* Asked at odd times for a long while, a rate that does not divide a second comes out exactly. */
static void test_no_drift(void **state)
{
	const uint64_t start = 7 * YEAR + 123456789, length = 3000 * SECOND;
	struct token_bucket bucket;
	uint64_t passed = 0;

	(void)state;
	token_bucket_init(&bucket, 7, 3);
	for (uint64_t now = start; now <= start + length; now += 999983)
		passed += token_bucket_take(&bucket, 32, now);
	assert_in_range(passed, 7 * 3000 + 3 - 1, 7 * 3000 + 3 + 1);
}

/* Every token is made at its own nanosecond. */
static void test_exact_refill(void **state)
{
	struct token_bucket bucket;

	(void)state;
	token_bucket_init(&bucket, 3, 1);
	assert_int_equal(token_bucket_take(&bucket, 1, 10 * SECOND), 1);
	assert_int_equal(token_bucket_take(&bucket, 1, 10 * SECOND + 333333333), 0);
	assert_int_equal(token_bucket_take(&bucket, 1, 10 * SECOND + 333333334), 1);
	assert_int_equal(token_bucket_take(&bucket, 1, 10 * SECOND + 666666666), 0);
	assert_int_equal(token_bucket_take(&bucket, 1, 10 * SECOND + 666666667), 1);
	assert_int_equal(token_bucket_take(&bucket, 1, 11 * SECOND - 1), 0);
	assert_int_equal(token_bucket_take(&bucket, 1, 11 * SECOND), 1);
}

static void test_years(void **state)
{
	struct token_bucket bucket;

	(void)state;
	token_bucket_init(&bucket, LIMIT_RATE_MAX, 10);
	assert_int_equal(token_bucket_take(&bucket, 20, 500 * YEAR), 10);
	assert_int_equal(token_bucket_take(&bucket, 20, 500 * YEAR), 0);
	assert_int_equal(token_bucket_take(&bucket, 20, 500 * YEAR + 4), 4);
	assert_int_equal(token_bucket_take(&bucket, 20, 501 * YEAR), 10);
}

/* An lcore that read the clock a little earlier than another gets nothing for it, and breaks
 * nothing.
 */
static void test_clock_of_another_lcore(void **state)
{
	struct token_bucket bucket;

	(void)state;
	token_bucket_init(&bucket, 1000000, 10);
	assert_int_equal(token_bucket_take(&bucket, 10, 5 * SECOND), 10);
	assert_int_equal(token_bucket_take(&bucket, 10, 5 * SECOND - 20000), 0);
	assert_int_equal(token_bucket_take(&bucket, 10, 5 * SECOND + 5000), 5);
}

/* Whatever is asked when, never more than burst + rate * time + 1 pass in any time. */
static void test_bound(void **state)
{
	(void)state;
	srandom(1);
	for (unsigned int round = 0; round < 200; round++) {
		uint32_t rate = 1 + random() % 100000, burst = 1 + random() % 500;
		uint64_t start = (uint64_t)random() * random() % YEAR, now = start, passed = 0;
		struct token_bucket bucket;

		token_bucket_init(&bucket, rate, burst);
		for (unsigned int i = 0; i < 1000; i++) {
			now += random() % 3000000;
			passed += token_bucket_take(&bucket, random() % 64, now);
			assert_true(passed <= burst + (now - start) * rate / SECOND + 1);
		}
	}
}

#define THREADS 4
#define ASKED	200000

static void *take_all(void *arg)
{
	uintptr_t passed = 0;

	for (unsigned int i = 0; i < ASKED; i++)
		passed += token_bucket_take(arg, 3, SECOND);
	return (void *)passed;
}

/* Several lcores share a bucket: not one token is spent twice or lost. */
static void test_threads(void **state)
{
	struct token_bucket bucket;
	pthread_t threads[THREADS];
	uintptr_t passed = 0;

	(void)state;
	token_bucket_init(&bucket, 1, 1234567);
	for (unsigned int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, take_all, &bucket), 0);
	for (unsigned int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(threads[i], &result);
		passed += (uintptr_t)result;
	}
	assert_int_equal(passed, 1234567);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst),
		cmocka_unit_test(test_no_drift),
		cmocka_unit_test(test_exact_refill),
		cmocka_unit_test(test_years),
		cmocka_unit_test(test_clock_of_another_lcore),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
