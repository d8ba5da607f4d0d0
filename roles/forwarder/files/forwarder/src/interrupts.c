/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "interrupts.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_ethdev.h>
#include <rte_interrupts.h>

#define INTERRUPTS_EVENTS 16

static void interrupts_take_wake(int fd, void *arg __rte_unused)
{
	uint64_t count;

	/* none there is fine: somebody was quicker */
	if (read(fd, &count, sizeof(count)) < 0)
		return;
}

void interrupts_open(struct interrupts *interrupts)
{
	*interrupts = (struct interrupts){
		.epoll_fd = epoll_create1(EPOLL_CLOEXEC),
		.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.wake.epdata = {.event = EPOLLIN, .cb_fun = interrupts_take_wake},
	};
	if (interrupts->epoll_fd >= 0 && interrupts->wake_fd >= 0)
		rte_epoll_ctl(interrupts->epoll_fd, EPOLL_CTL_ADD, interrupts->wake_fd,
			&interrupts->wake);
}

void interrupts_close(struct interrupts *interrupts)
{
	if (interrupts->epoll_fd >= 0)
		close(interrupts->epoll_fd);
	if (interrupts->wake_fd >= 0)
		close(interrupts->wake_fd);
	interrupts->epoll_fd = interrupts->wake_fd = -1;
}

void interrupts_wake(const struct interrupts *interrupts)
{
	uint64_t one = 1;

	/* a full counter wakes, too */
	if (interrupts->wake_fd >= 0 && write(interrupts->wake_fd, &one, sizeof(one)) < 0)
		return;
}

bool interrupts_add(
	struct interrupts *interrupts, uint16_t port, uint16_t queue, struct intr_record *record)
{
	*record = (struct intr_record){0};
	return interrupts->epoll_fd >= 0 &&
		rte_eth_dev_rx_intr_ctl_q(
			port, queue, interrupts->epoll_fd, RTE_INTR_EVENT_ADD, record) == 0;
}

void interrupts_remove(struct interrupts *interrupts, uint16_t port, uint16_t queue)
{
	if (interrupts->epoll_fd >= 0)
		rte_eth_dev_rx_intr_ctl_q(
			port, queue, interrupts->epoll_fd, RTE_INTR_EVENT_DEL, NULL);
}

void interrupts_enable(uint16_t port, uint16_t queue)
{
	rte_eth_dev_rx_intr_enable(port, queue);
}

void interrupts_disable(uint16_t port, uint16_t queue)
{
	rte_eth_dev_rx_intr_disable(port, queue);
}

bool interrupts_wait(struct interrupts *interrupts, int timeout_ms)
{
	struct rte_epoll_event events[INTERRUPTS_EVENTS];
	int nb_events;

	nb_events = rte_epoll_wait(interrupts->epoll_fd, events, INTERRUPTS_EVENTS, timeout_ms);
	for (int i = 0; i < nb_events; i++) {
		struct intr_record *record = events[i].epdata.data;

		if (record != NULL) /* else it is the wake */
			record->fired = true;
	}
	return nb_events > 0;
}
