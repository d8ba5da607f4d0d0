/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
/* rte_dev_event_callback_register() is marked so, unchanged since DPDK 18.05 */
#define ALLOW_EXPERIMENTAL_API
#include "nic_events.h"

#include <string.h>

#include <rte_dev.h>
#include <rte_ethdev.h>

#include "log.h"

static struct pair *nic_events_pairs;
static unsigned int nic_events_nb_pairs;

static int nic_events_on_port(uint16_t port, enum rte_eth_event_type type,
	void *arg __rte_unused, void *result __rte_unused)
{
	for (unsigned int i = 0; i < nic_events_nb_pairs; i++) {
		struct pair *pair = &nic_events_pairs[i];

		if (pair->nic.id != port || !pair->nic.configured)
			continue;
		__atomic_store_n(type == RTE_ETH_EVENT_INTR_RMV ? &pair->mirror.nic_gone
								: &pair->mirror.nic_wants_reset,
			true, __ATOMIC_RELEASE);
	}
	return 0;
}

/* VFIO asks for a function back by this before the kernel can remove it. */
static void nic_events_on_device(
	const char *name, enum rte_dev_event_type type, void *arg __rte_unused)
{
	for (unsigned int i = 0; i < nic_events_nb_pairs; i++)
		if (type == RTE_DEV_EVENT_REMOVE && name != NULL &&
			!strcmp(nic_events_pairs[i].nic.name, name))
			__atomic_store_n(
				&nic_events_pairs[i].mirror.nic_gone, true, __ATOMIC_RELEASE);
}

int nic_events_start(struct pair *pairs, unsigned int nb_pairs)
{
	int ret;

	nic_events_pairs = pairs;
	nic_events_nb_pairs = nb_pairs;
	ret = rte_eth_dev_callback_register(
		RTE_ETH_ALL, RTE_ETH_EVENT_INTR_RESET, nic_events_on_port, NULL);
	if (ret == 0)
		ret = rte_eth_dev_callback_register(
			RTE_ETH_ALL, RTE_ETH_EVENT_INTR_RMV, nic_events_on_port, NULL);
	if (ret == 0)
		ret = rte_dev_event_callback_register(NULL, nic_events_on_device, NULL);
	if (ret < 0)
		log_error("events of NICs can not be watched: %s", strerror(-ret));
	return ret;
}

void nic_events_stop(void)
{
	rte_eth_dev_callback_unregister(
		RTE_ETH_ALL, RTE_ETH_EVENT_INTR_RESET, nic_events_on_port, NULL);
	rte_eth_dev_callback_unregister(
		RTE_ETH_ALL, RTE_ETH_EVENT_INTR_RMV, nic_events_on_port, NULL);
	rte_dev_event_callback_unregister(NULL, nic_events_on_device, NULL);
}
