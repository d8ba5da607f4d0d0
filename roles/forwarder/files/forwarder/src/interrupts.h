/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_INTERRUPTS_H
#define FWD_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_interrupts.h>

#include "intr_record.h"

/* Rx interrupts of the queues of one lcore: it waits for all of them at once. */
struct interrupts {
	int epoll_fd; /* negative: none can be used */
	int wake_fd;  /* ends a wait; negative: it ends by itself */
	struct rte_epoll_event wake;
};

/* Without one (-1) lcores sleep by the clock. */
void interrupts_open(struct interrupts *interrupts);
void interrupts_close(struct interrupts *interrupts);

/* Between the start and the stop of a port. False if this queue gives no interrupts. The record
 * begins anew, and is told of them.
 */
bool interrupts_add(
	struct interrupts *interrupts, uint16_t port, uint16_t queue, struct intr_record *record);
void interrupts_remove(struct interrupts *interrupts, uint16_t port, uint16_t queue);

/* By the lcore: afterwards the queues have to be looked at once more before it waits. */
void interrupts_enable(uint16_t port, uint16_t queue);
void interrupts_disable(uint16_t port, uint16_t queue);
/* False if nothing came in this time. */
bool interrupts_wait(struct interrupts *interrupts, int timeout_ms);
/* By any thread: the lcore stops waiting, or does not begin to, and looks around. */
void interrupts_wake(const struct interrupts *interrupts);

#endif
