/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "worker.h"

#include <errno.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

#include "assign.h"
#include "log.h"
#include "loop.h"

static int worker_add_queue(struct worker *worker, struct queue *queue)
{
	struct queue **queues;

	queues = rte_realloc(worker->queues, (worker->nb_queues + 1) * sizeof(*queues), 0);
	if (queues == NULL)
		return -ENOMEM;
	queue->worker = worker;
	queues[worker->nb_queues++] = queue;
	worker->queues = queues;
	return 0;
}

int workers_make(
	struct workers *workers, struct pair *pairs, unsigned int nb_pairs, enum idle_mode idle)
{
	unsigned int nb_lcores = rte_lcore_count();
	unsigned int nb_queues = 0, done = 0;
	unsigned int lcore, index = 0;
	int ret = -ENOMEM;

	for (unsigned int i = 0; i < nb_pairs; i++)
		nb_queues += pairs[i].spec.queues;
	workers->count = assign_lcore_count(nb_queues, nb_lcores);
	workers->list = rte_zmalloc(
		"workers", workers->count * sizeof(*workers->list), RTE_CACHE_LINE_SIZE);
	if (workers->list == NULL)
		goto out;
	RTE_LCORE_FOREACH(lcore) {
		if (index == workers->count)
			break;
		workers->list[index].lcore = lcore;
		workers->list[index].idle = idle;
		interrupts_open(&workers->list[index].interrupts);
		workers->list[index].uses_interrupts = idle == IDLE_ADAPTIVE;
		workers->list[index].wait_us = IDLE_WAIT_US;
		index++;
	}
	for (unsigned int i = 0; i < nb_pairs; i++) {
		for (unsigned int q = 0; q < pairs[i].spec.queues; q++) {
			index = assign_lcore_index(done, q, nb_lcores);
			ret = worker_add_queue(&workers->list[index], &pairs[i].queues[q]);
			if (ret < 0)
				goto out;
		}
		done += pairs[i].spec.queues;
	}
	if (nb_lcores > workers->count)
		log_info("%u of %u lcores have no queue to serve", nb_lcores - workers->count,
			nb_lcores);
	ret = 0;
out:
	if (ret < 0)
		log_error("no memory for the workers");
	return ret;
}

int workers_run(struct workers *workers)
{
	struct worker *own = NULL;
	int ret = 0;

	for (unsigned int i = 0; i < workers->count; i++)
		__atomic_store_n(&workers->list[i].running, true, __ATOMIC_SEQ_CST);
	for (unsigned int i = 0; i < workers->count && ret == 0; i++) {
		struct worker *worker = &workers->list[i];

		if (worker->lcore == rte_get_main_lcore())
			own = worker;
		else
			ret = rte_eal_remote_launch(loop_run, worker, worker->lcore);
	}
	if (ret < 0) {
		log_error("an lcore does not start: %s", rte_strerror(-ret));
		loop_stop();
	} else if (own != NULL) {
		loop_run(own);
	}
	rte_eal_mp_wait_lcore();
	return ret;
}

static void worker_sample_idle(struct worker_times *times)
{
	uint64_t since = __atomic_load_n(&times->idle_since, __ATOMIC_RELAXED);
	uint64_t idle = __atomic_load_n(&times->idle_cycles, __ATOMIC_RELAXED);
	uint64_t now = rte_rdtsc(), part;
	double share;

	if (since != 0 && now > since)
		idle += now - since;
	/* an idle time that ended between the two loads counts in the next sample */
	part = idle > times->sampled_idle ? idle - times->sampled_idle : 0;
	share = (double)part / (now - times->sampled_at);
	if (times->sampled_at != 0)
		__atomic_store_n(
			&times->idle_ppm, share < 1 ? share * 1000000 : 1000000, __ATOMIC_RELAXED);
	times->sampled_at = now;
	times->sampled_idle = idle;
}

void workers_sample_idle(struct workers *workers)
{
	for (unsigned int i = 0; i < workers->count; i++)
		worker_sample_idle(&workers->list[i].times);
}

void workers_wake(const struct workers *workers)
{
	for (unsigned int i = 0; i < workers->count; i++)
		interrupts_wake(&workers->list[i].interrupts);
}

void workers_free(struct workers *workers)
{
	for (unsigned int i = 0; workers->list != NULL && i < workers->count; i++) {
		interrupts_close(&workers->list[i].interrupts);
		rte_free(workers->list[i].queues);
	}
	rte_free(workers->list);
	*workers = (struct workers){0};
}
