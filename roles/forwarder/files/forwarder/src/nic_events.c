/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
/* vfio's request to give a device back is to be had by no other function than this: */
#define ALLOW_EXPERIMENTAL_API

#include "nic_events.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_alarm.h>
#include <rte_dev.h>
#include <rte_ethdev.h>

#include "log.h"

#define EVENTS_ALARM_US 1

static pthread_mutex_t events_lock = PTHREAD_MUTEX_INITIALIZER;
static struct pair *events_pairs;
static unsigned int events_nb_pairs;
static int events_fd = -1;

static const enum rte_eth_event_type events_of_ports[] = {
	RTE_ETH_EVENT_INTR_RESET,
	RTE_ETH_EVENT_INTR_RMV,
};

static void events_raise(struct pair *pair, uint32_t event)
{
	uint64_t one = 1;

	__atomic_fetch_or(&pair->mirror.events, event, __ATOMIC_RELEASE);
	if (write(events_fd, &one, sizeof(one)) < 0)
		log_warning(
			"an event of port '%s' is seen late: %s", pair->nic.name, strerror(errno));
}

/* Events are handed on by an alarm, which comes on the same thread: then whoever told of it has
 * returned, and the device can be let go.
 */
static void events_raise_reset(void *pair)
{
	events_raise(pair, MIRROR_EVENT_RESET);
}

static void events_raise_remove(void *pair)
{
	events_raise(pair, MIRROR_EVENT_REMOVE);
}

static int events_from_port(uint16_t port, enum rte_eth_event_type type, void *arg __rte_unused,
	void *ret_param __rte_unused)
{
	pthread_mutex_lock(&events_lock);
	for (unsigned int i = 0; i < events_nb_pairs; i++)
		if (events_pairs[i].nic.id == port)
			rte_eal_alarm_set(EVENTS_ALARM_US,
				type == RTE_ETH_EVENT_INTR_RMV ? events_raise_remove
							       : events_raise_reset,
				&events_pairs[i]);
	pthread_mutex_unlock(&events_lock);
	return 0;
}

static void events_from_bus(
	const char *device, enum rte_dev_event_type type, void *arg __rte_unused)
{
	if (type != RTE_DEV_EVENT_REMOVE || device == NULL)
		return;
	pthread_mutex_lock(&events_lock);
	for (unsigned int i = 0; i < events_nb_pairs; i++)
		if (!strcmp(events_pairs[i].mirror.nic_plug.device, device))
			rte_eal_alarm_set(EVENTS_ALARM_US, events_raise_remove, &events_pairs[i]);
	pthread_mutex_unlock(&events_lock);
}

int nic_events_open(struct pair *pairs, unsigned int nb_pairs)
{
	int ret = 0;

	events_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (events_fd < 0)
		return -errno;
	pthread_mutex_lock(&events_lock);
	events_pairs = pairs;
	events_nb_pairs = nb_pairs;
	pthread_mutex_unlock(&events_lock);
	for (unsigned int i = 0; i < RTE_DIM(events_of_ports) && ret == 0; i++)
		ret = rte_eth_dev_callback_register(
			RTE_ETH_ALL, events_of_ports[i], events_from_port, NULL);
	if (ret == 0)
		ret = rte_dev_event_callback_register(NULL, events_from_bus, NULL);
	if (ret < 0)
		nic_events_close();
	return ret < 0 ? ret : events_fd;
}

void nic_events_acknowledge(void)
{
	uint64_t count;

	/* it does not matter how many there were: the pairs know which */
	if (read(events_fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		log_warning("events of the NICs: %s", strerror(errno));
}

uint32_t nic_events_take(struct pair *pair)
{
	return __atomic_exchange_n(&pair->mirror.events, 0, __ATOMIC_ACQ_REL);
}

void nic_events_close(void)
{
	pthread_mutex_lock(&events_lock);
	events_nb_pairs = 0;
	pthread_mutex_unlock(&events_lock);
	for (unsigned int i = 0; i < RTE_DIM(events_of_ports); i++)
		rte_eth_dev_callback_unregister(
			RTE_ETH_ALL, events_of_ports[i], events_from_port, NULL);
	rte_dev_event_callback_unregister(NULL, events_from_bus, NULL);
	rte_eal_alarm_cancel(events_raise_reset, (void *)-1);
	rte_eal_alarm_cancel(events_raise_remove, (void *)-1);
	if (events_fd >= 0)
		close(events_fd);
	events_fd = -1;
}
