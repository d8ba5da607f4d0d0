/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "idle.h"

#include <sys/prctl.h>
#include <time.h>

#define IDLE_PART   4
#define IDLE_TRIALS 8

struct idle_step idle_decide(uint64_t idle_us, const struct idle_policy *policy)
{
	bool waits = policy->wait_us > 0;
	unsigned int longest = waits ? IDLE_WAIT_SLEEP_NS : IDLE_SLEEP_MAX_NS;
	uint64_t ns = idle_us * 1000 / IDLE_PART;

	if (idle_us < policy->spin_us)
		return (struct idle_step){IDLE_SPIN, 0};
	if (waits && idle_us >= policy->wait_us)
		return (struct idle_step){IDLE_WAIT, 0};
	if (ns > longest)
		ns = longest;
	if (ns < IDLE_SLEEP_MIN_NS)
		ns = IDLE_SLEEP_MIN_NS;
	return (struct idle_step){IDLE_SLEEP, ns};
}

static uint64_t idle_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

unsigned int idle_prepare_thread(void)
{
	unsigned int shortest = IDLE_SPIN_MAX_US;

	/* the default slack of 50 us would make every short sleep a long one */
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	for (int i = 0; i < IDLE_TRIALS; i++) {
		uint64_t begin = idle_now_us(), took;

		idle_sleep(IDLE_SLEEP_MIN_NS);
		took = idle_now_us() - begin;
		if (took < shortest)
			shortest = took;
	}
	return shortest < IDLE_SPIN_MIN_US ? IDLE_SPIN_MIN_US : shortest;
}

void idle_sleep(unsigned int ns)
{
	struct timespec time = {.tv_nsec = ns};

	/* woken early by a signal is fine: there is nothing to do but look again */
	nanosleep(&time, NULL);
}
