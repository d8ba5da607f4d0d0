/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "loop.h"

#include <stdbool.h>

#include <rte_branch_prediction.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_pause.h>

#include "log.h"
#include "sizing.h"
#include "worker.h"

/* Rounds after the stop in which queues are emptied: enough for the longest ring, and an end for
 * traffic that never does.
 */
#define LOOP_DRAIN_ROUNDS (QUEUE_SIZE_MAX / BURST_SIZE)

static bool loop_stopping;

void loop_stop(void)
{
	__atomic_store_n(&loop_stopping, true, __ATOMIC_RELEASE);
}

static enum queue_pause loop_pause_of(const struct queue *queue)
{
	return __atomic_load_n(&queue->pause, __ATOMIC_ACQUIRE);
}

/* What ended before this look at the queues. Known when it is compiled: it costs a busy lcore
 * nothing.
 */
enum loop_after {
	LOOP_AFTER_NO_WAIT,
	LOOP_AFTER_INTERRUPT,
	LOOP_AFTER_TIMEOUT,
};

static __rte_always_inline unsigned int loop_forward(
	struct direction *direction, enum loop_after after)
{
	unsigned int nb_pkts = direction_forward(direction);

	if (after != LOOP_AFTER_NO_WAIT)
		intr_record_note(&direction->interrupts, after == LOOP_AFTER_TIMEOUT, nb_pkts > 0);
	return nb_pkts;
}

static __rte_always_inline unsigned int loop_serve(
	const struct worker *worker, enum loop_after after)
{
	unsigned int nb_pkts = 0;

	for (unsigned int i = 0; i < worker->nb_queues; i++) {
		struct queue *queue = worker->queues[i];

		enum queue_pause pause = loop_pause_of(queue);

		if (unlikely(pause == QUEUE_PAUSED))
			continue;
		if (likely(pause == QUEUE_RUNS))
			nb_pkts += loop_forward(&queue->to_kernel, after);
		nb_pkts += loop_forward(&queue->to_nic, after);
	}
	return nb_pkts;
}

static void loop_set_interrupts(const struct worker *worker, bool on)
{
	for (unsigned int i = 0; i < worker->nb_queues; i++) {
		const struct queue *queue = worker->queues[i];

		enum queue_pause pause = loop_pause_of(queue);

		if (pause == QUEUE_PAUSED)
			continue;
		if (on) {
			if (pause == QUEUE_RUNS)
				interrupts_enable(queue->to_kernel.rx_port, queue->id);
			interrupts_enable(queue->to_nic.rx_port, queue->id);
		} else {
			interrupts_disable(queue->to_kernel.rx_port, queue->id);
			interrupts_disable(queue->to_nic.rx_port, queue->id);
		}
	}
}

/* Whether all queues that are served have proved, after the latest wait, that their interrupts
 * come. One whose do not ends the waiting.
 */
static void loop_judge(struct worker *worker)
{
	bool proven = true;

	for (unsigned int i = 0; i < worker->nb_queues; i++) {
		const struct queue *queue = worker->queues[i];
		const struct direction *const from[] = {&queue->to_kernel, &queue->to_nic};

		if (loop_pause_of(queue) == QUEUE_PAUSED)
			continue;
		for (unsigned int j = 0; j < RTE_DIM(from); j++) {
			char port[RTE_ETH_NAME_MAX_LEN] = "";

			proven &= from[j]->interrupts.proven;
			if (intr_record_is_good(&from[j]->interrupts) || !worker->uses_interrupts)
				continue;
			rte_eth_dev_get_name_by_port(from[j]->rx_port, port);
			log_warning("lcore %u sleeps by the clock: the Rx interrupts of port '%s' "
				    "do not come",
				worker->lcore, port);
			worker->uses_interrupts = false;
		}
	}
	worker->interrupts_proven = proven;
}

/* Returns the packets that there were before or after the wait. */
static unsigned int loop_wait(struct worker *worker)
{
	bool was_woken = false;
	unsigned int nb_pkts;

	loop_set_interrupts(worker, true);
	/* what came before gives no interrupt any more */
	nb_pkts = loop_serve(worker, LOOP_AFTER_NO_WAIT);
	if (nb_pkts == 0) {
		counters_add(&worker->times.waits, 1);
		was_woken = interrupts_wait(&worker->interrupts,
			worker->interrupts_proven ? IDLE_WAIT_PROVEN_MS : IDLE_WAIT_MS);
	}
	loop_set_interrupts(worker, false);
	if (nb_pkts > 0)
		return nb_pkts;
	nb_pkts = loop_serve(worker, was_woken ? LOOP_AFTER_INTERRUPT : LOOP_AFTER_TIMEOUT);
	loop_judge(worker);
	return nb_pkts;
}

/* A round without packets: returns how many there were in the end. */
static unsigned int loop_idle(struct worker *worker)
{
	struct worker_times *times = &worker->times;
	uint64_t now = rte_rdtsc();
	struct idle_step step;

	if (times->idle_since == 0) {
		__atomic_store_n(&times->idle_since, now, __ATOMIC_RELAXED);
		return 0;
	}
	if (worker->idle == IDLE_POLL) {
		rte_pause();
		return 0;
	}
	step = idle_decide((now - times->idle_since) * 1000000 / rte_get_tsc_hz(),
		&(struct idle_policy){
			.spin_us = worker->spin_us,
			.wait_us = worker->uses_interrupts ? worker->wait_us : 0,
		});
	switch (step.kind) {
	case IDLE_WAIT:
		return loop_wait(worker);
	case IDLE_SLEEP:
		counters_add(&times->sleeps, 1);
		idle_sleep(step.sleep_ns);
		break;
	case IDLE_SPIN:
		rte_pause();
		break;
	}
	return 0;
}

static void loop_end_idle(struct worker_times *times)
{
	counters_add(&times->idle_cycles, rte_rdtsc() - times->idle_since);
	__atomic_store_n(&times->idle_since, 0, __ATOMIC_RELAXED);
}

int loop_run(void *arg)
{
	struct worker *worker = arg;

	worker->spin_us = idle_prepare_thread();
	while (!__atomic_load_n(&loop_stopping, __ATOMIC_RELAXED)) {
		heartbeat_beat(&worker->heartbeat);
		if (loop_serve(worker, LOOP_AFTER_NO_WAIT) == 0 && loop_idle(worker) == 0)
			continue;
		if (unlikely(worker->times.idle_since != 0))
			loop_end_idle(&worker->times);
	}
	for (unsigned int i = 0; i < LOOP_DRAIN_ROUNDS; i++)
		if (loop_serve(worker, LOOP_AFTER_NO_WAIT) == 0)
			break;
	return 0;
}
