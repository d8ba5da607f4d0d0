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

#define IDLE_SPIN_US	   20	/* without a packet before the first sleep */
#define IDLE_SLEEP_MIN_NS  5000
#define IDLE_SLEEP_MAX_NS  1000000 /* where only sleeping can save power */
#define IDLE_WAIT_US	   1000	/* without a packet before waiting for an interrupt */
#define IDLE_WAIT_SLEEP_NS 100000 /* the longest sleep before that */
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

/* What to do after so long without a packet: sleeps last a quarter of the time that nothing came,
 * so that they never add much to it.
 */
struct idle_step idle_decide(uint64_t idle_us, bool has_interrupts);

/* To be called by a thread before it sleeps for the first time. */
void idle_prepare_thread(void);
void idle_sleep(unsigned int ns);

#endif
