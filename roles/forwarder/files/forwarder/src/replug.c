/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "replug.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_bus.h>
#include <rte_dev.h>

#include "log.h"
#include "pair_ports.h"

#define REPLUG_PCI_DEVICES "/sys/bus/pci/devices"
#define REPLUG_VFIO	   "vfio-pci"

static void replug_remove(struct pair *pair, struct port *port)
{
	struct rte_device *device = port->info.device;
	int ret;

	if (port == &pair->nic)
		pair_stop_nic(pair);
	else
		pair_stop_kernel(pair);
	port_close(port);
	/* the kernel waits for this before it gives the device to anybody else */
	ret = rte_dev_remove(device);
	if (ret < 0)
		log_warning("port '%s' is not removed cleanly: %s", port->name, rte_strerror(-ret));
}

void replug_remove_nic(struct pair *pair)
{
	replug_remove(pair, &pair->nic);
}

void replug_remove_kernel(struct pair *pair)
{
	replug_remove(pair, &pair->kernel);
}

/* EAL has its own name of the device that a port belongs to; ports have the same. */
static int replug_add(struct pair *pair, struct port *port, const char *bus, const char *arguments,
	bool complain)
{
	struct port fresh;
	int ret;

	ret = rte_eal_hotplug_add(bus, port->name, arguments);
	if (ret == 0)
		ret = port_find(&fresh, port->name, port->side);
	if (ret < 0) {
		if (complain)
			log_error("port '%s' can not be added again: %s (tried each second)",
				port->name, rte_strerror(-ret));
		return ret;
	}
	fresh.rx_offloads = port->rx_offloads;
	fresh.tx_offloads = port->tx_offloads;
	*port = fresh;
	pair_point_queues(pair);
	ret = port == &pair->nic ? pair_configure_nic(pair, pair->mtu)
				 : pair_configure_kernel(pair, pair->mtu);
	if (ret == 0)
		ret = rte_eth_dev_default_mac_addr_set(port->id, &pair->mac);
	/* one that keeps its own address receives everything, like at the start */
	if (ret == -ENOTSUP)
		ret = 0;
	return ret;
}

/* A PCI function that is back has no driver for us before vfio-pci has it. */
static bool replug_is_pci_ready(const char *name)
{
	char path[256], target[256];
	const char *driver;
	ssize_t len;

	snprintf(path, sizeof(path), REPLUG_PCI_DEVICES "/%s", name);
	if (access(path, F_OK) < 0)
		return false;
	snprintf(path, sizeof(path), REPLUG_PCI_DEVICES "/%s/driver", name);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return false;
	target[len] = '\0';
	driver = strrchr(target, '/');
	return driver != NULL && !strcmp(driver + 1, REPLUG_VFIO);
}

int replug_add_nic(struct pair *pair, bool complain)
{
	if (!replug_is_pci_ready(pair->nic.name))
		return -ENODEV;
	return replug_add(pair, &pair->nic, "pci", "", complain);
}

int replug_add_kernel(struct pair *pair, bool complain)
{
	return replug_add(pair, &pair->kernel, "vdev", pair->spec.vdev_args, complain);
}
