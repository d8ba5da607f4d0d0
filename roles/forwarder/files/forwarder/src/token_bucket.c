/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "token_bucket.h"

#include <stdbool.h>

#define TOKEN_BUCKET_SECOND 1000000000ULL /* in nanoseconds */

void token_bucket_init(struct token_bucket *bucket, uint32_t rate, uint32_t burst)
{
	/* nothing is gone: full, whatever the clock shows */
	*bucket = (struct token_bucket){.rate = rate, .burst = burst};
}

/* In two parts, because now_ns * rate would soon exceed 64 bits; the division is by a constant. */
static uint64_t token_bucket_made(const struct token_bucket *bucket, uint64_t now_ns)
{
	return now_ns / TOKEN_BUCKET_SECOND * bucket->rate +
		now_ns % TOKEN_BUCKET_SECOND * bucket->rate / TOKEN_BUCKET_SECOND;
}

uint32_t token_bucket_take(struct token_bucket *bucket, uint32_t wanted, uint64_t now_ns)
{
	uint64_t made = token_bucket_made(bucket, now_ns);
	uint64_t gone = __atomic_load_n(&bucket->gone, __ATOMIC_RELAXED);
	uint64_t spent, taken;

	/* only the number itself is shared: nothing else has to become visible with it */
	do {
		spent = gone > made ? gone : made; /* what a full bucket is given is lost */
		taken = made + bucket->burst > spent ? made + bucket->burst - spent : 0;
		if (taken > wanted)
			taken = wanted;
		if (taken == 0)
			break;
	} while (!__atomic_compare_exchange_n(
		&bucket->gone, &gone, spent + taken, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return taken;
}
