/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_IDLE_H
#define FWD_IDLE_H

#include <stdbool.h>
#include <stdint.h>

enum idle_mode {
	IDLE_ADAPTIVE, /* sleeps when nothing comes */
	IDLE_POLL,     /* never sleeps */
};

/* Without a packet before the first sleep: as long as the shortest sleep really takes, which under
 * emulation is many times longer than elsewhere, within these limits.
 */
#define IDLE_SPIN_MIN_US   20
#define IDLE_SPIN_MAX_US   200
#define IDLE_SLEEP_MIN_NS  5000
#define IDLE_SLEEP_MAX_NS  1000000 /* where only sleeping can save power */
#define IDLE_WAIT_US	   1000	   /* without a packet before waiting for an interrupt, at least */
#define IDLE_WAIT_SLEEP_NS 100000  /* the longest sleep before that */
/* The longest wait for an interrupt, and so the longest delay of a packet whose interrupt does not
 * come: longer once all queues of the lcore have shown that theirs do.
 */
#define IDLE_WAIT_MS	    40
#define IDLE_WAIT_PROVEN_MS 100

enum idle_kind {
	IDLE_SPIN,
	IDLE_SLEEP,
	IDLE_WAIT, /* for an interrupt */
};

struct idle_step {
	enum idle_kind kind;
	unsigned int sleep_ns;
};

/* How long nothing must have come, in microseconds, ... */
struct idle_policy {
	unsigned int spin_us; /* ... before a sleep */
	unsigned int wait_us; /* ... before an interrupt is waited for; 0 where there are none */
};

/* What to do after so long without a packet: sleeps last a quarter of the time that nothing came,
 * so that they never add much to it.
 */
struct idle_step idle_decide(uint64_t idle_us, const struct idle_policy *policy);

/* To be called by a thread before it sleeps for the first time; returns spin_us for it. */
unsigned int idle_prepare_thread(void);
void idle_sleep(unsigned int ns);

#endif
