/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_TOKEN_BUCKET_H
#define FWD_TOKEN_BUCKET_H

#include <stdint.h>

/* Lets `rate` packets a second through, and `burst` at once after a pause.
 *
 * No time is stored. The tokens made since time 0 are floor(now * rate): computed afresh each
 * time, so nothing is ever rounded twice and nothing drifts. The state is the one number of
 * tokens that are gone, spent or overflowed; a compare-and-swap of it is all that several lcores
 * need to share a bucket. They have to share it: the limit is that of a port, and how its packets
 * spread over its queues is the sender's choice, so that no split of the rate would be right.
 *
 * In any time t at most burst + t * rate + 1 packets pass. A rate of up to 10^9 lasts for 584
 * years.
 */
struct token_bucket {
	uint32_t rate;
	uint32_t burst;
	uint64_t gone;
};

void token_bucket_init(struct token_bucket *bucket, uint32_t rate, uint32_t burst);
/* Takes up to `wanted` tokens at the time now_ns of any clock that does not go back; returns how
 * many there were. That two lcores read the clock in one order and come here in the other is
 * harmless.
 */
uint32_t token_bucket_take(struct token_bucket *bucket, uint32_t wanted, uint64_t now_ns);

#endif
