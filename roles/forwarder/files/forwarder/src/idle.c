/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "idle.h"

#include <sys/prctl.h>
#include <time.h>

unsigned int idle_sleep_ns(unsigned int empty_rounds)
{
	unsigned int steps;

	if (empty_rounds < IDLE_SPIN_ROUNDS)
		return 0;
	steps = empty_rounds - IDLE_SPIN_ROUNDS + 1;
	if (steps >= IDLE_MAX_NS / IDLE_STEP_NS)
		return IDLE_MAX_NS;
	return steps * IDLE_STEP_NS;
}

void idle_prepare_thread(void)
{
	/* the default slack of 50 us would make every short sleep a long one */
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
}

void idle_sleep(unsigned int ns)
{
	struct timespec time = {.tv_nsec = ns};

	/* woken early by a signal is fine: there is nothing to do but look again */
	nanosleep(&time, NULL);
}
