/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_PAIR_H
#define FWD_PAIR_H

#include <stdbool.h>

#include <rte_ether.h>
#include <rte_mempool.h>

#include "mirror.h"
#include "offloads.h"
#include "pair_spec.h"
#include "port.h"
#include "queue.h"
#include "rate_limits.h"
#include "vdev_spec.h"

/* Rooms grow by kilobytes, up to that of the largest MTU. */
#define SMALL_POOLS_MAX 10

/* A NIC port, its kernel port and the queues between them. Its name is that of the kernel port. */
struct pair {
	struct pair_spec spec;
	struct port nic;
	struct port kernel;
	struct rte_ether_addr mac;
	unsigned int mtu; /* in force */
	bool wants_interrupts;
	unsigned int vlans_closed; /* that the NIC is still to be told of */
	struct mirror mirror;
	struct offloads offloads;
	struct limits *limits;	      /* NULL: none */
	struct rte_mempool *nic_pool; /* for what the NIC receives, and what is cut here */
	/* too small by now; what came from them may still be on its way */
	struct rte_mempool *small_pools[SMALL_POOLS_MAX];
	unsigned int nb_small_pools;
	struct rte_mempool *kernel_pool; /* for what the kernel sends */
	struct queue *queues;
};

/* The stages of the start: each for all pairs before the next for any. Errors are those of
 * exit_code_of(), and logged.
 */
int pairs_find(struct pair *pairs, const struct pair_spec *specs, unsigned int nb_pairs);
/* Also settles the offloads. */
int pairs_check(struct pair *pairs, unsigned int nb_pairs);
int pairs_configure(struct pair *pairs, unsigned int nb_pairs, bool interrupts);
int pairs_start(struct pair *pairs, unsigned int nb_pairs);

/* Tells the queues which ports they are between. */
void pair_point_queues(struct pair *pair);

/* Over all queues, since the start. */
void pair_sum(const struct pair *pair, struct counters *to_kernel, struct counters *to_nic);
void pairs_log_counters(const struct pair *pairs, unsigned int nb_pairs);

/* Takes back whatever the stages did; wants the lcores stopped. */
void pairs_close(struct pair *pairs, unsigned int nb_pairs);

#endif
