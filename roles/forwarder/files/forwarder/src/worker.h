/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_WORKER_H
#define FWD_WORKER_H

#include <stdbool.h>

#include <rte_common.h>

#include "heartbeat.h"
#include "idle.h"
#include "interrupts.h"
#include "pair.h"
#include "queue.h"

/* How an lcore spent its time; written by it alone. */
struct worker_times {
	uint64_t idle_since;  /* TSC of the first round without a packet; 0: at work */
	uint64_t idle_cycles; /* all such times that have ended */
	uint64_t sleeps;
	uint64_t waits; /* for an interrupt */

	/* of the last sample, by the control thread */
	uint64_t sampled_at;
	uint64_t sampled_idle;
	unsigned int idle_ppm;
};

/* A polling lcore and its queues. */
struct worker {
	struct heartbeat heartbeat;
	bool running; /* or about to: before, nobody has to wait for it */
	unsigned int lcore;
	enum idle_mode idle;
	unsigned int nb_queues;
	struct queue **queues;
	struct worker_times times;
	struct interrupts interrupts;
	bool uses_interrupts;	/* all of its queues have them */
	unsigned int spin_us;	/* without a packet before a sleep */
	unsigned int wait_us;	/* without a packet before an interrupt is waited for */
	bool interrupts_proven; /* and they come */
} __attribute__((aligned(RTE_CACHE_LINE_SIZE)));

struct workers {
	unsigned int count;
	struct worker *list;
};

/* Spreads the queues of all pairs over all lcores; lcores without one do not become workers. */
int workers_make(
	struct workers *workers, struct pair *pairs, unsigned int nb_pairs, enum idle_mode idle);
/* Works until loop_stop(), on this lcore too if it is one of them. */
int workers_run(struct workers *workers);
/* Lcores that wait look whether they are to stop. */
void workers_wake(const struct workers *workers);
/* For the control thread, about each second: how much of the time since the last call there was
 * nothing to do.
 */
void workers_sample_idle(struct workers *workers);
void workers_free(struct workers *workers);

#endif
