/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "worker.h"

#include <errno.h>
#include <string.h>

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

void workers_free(struct workers *workers)
{
	for (unsigned int i = 0; workers->list != NULL && i < workers->count; i++) {
		interrupts_close(&workers->list[i].interrupts);
		rte_free(workers->list[i].queues);
	}
	rte_free(workers->list);
	*workers = (struct workers){0};
}
