/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "idle.h"

#include <sys/prctl.h>
#include <time.h>

#define IDLE_PART 4

struct idle_step idle_decide(uint64_t idle_us, bool has_interrupts)
{
	unsigned int longest = has_interrupts ? IDLE_WAIT_SLEEP_NS : IDLE_SLEEP_MAX_NS;
	uint64_t ns = idle_us * 1000 / IDLE_PART;

	if (idle_us < IDLE_SPIN_US)
		return (struct idle_step){IDLE_SPIN, 0};
	if (has_interrupts && idle_us >= IDLE_WAIT_US)
		return (struct idle_step){IDLE_WAIT, 0};
	if (ns > longest)
		ns = longest;
	if (ns < IDLE_SLEEP_MIN_NS)
		ns = IDLE_SLEEP_MIN_NS;
	return (struct idle_step){IDLE_SLEEP, ns};
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
