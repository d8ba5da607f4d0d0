/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "plug.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_devargs.h>

#define PLUG_SYSFS_PCI "/sys/bus/pci/devices"

static bool plug_is_pci(const struct mirror_plug *plug)
{
	return !strcmp(plug->bus, "pci");
}

/* Empty if it is bound to none, or not there. */
static void plug_read_driver(const char *device, char *driver, size_t size)
{
	char path[256], target[256];
	const char *name;
	ssize_t len;

	snprintf(path, sizeof(path), PLUG_SYSFS_PCI "/%s/driver", device);
	len = readlink(path, target, sizeof(target) - 1);
	target[len < 0 ? 0 : len] = '\0';
	name = strrchr(target, '/');
	snprintf(driver, size, "%s", name == NULL ? "" : name + 1);
}

int plug_remember(const struct port *port, struct mirror_plug *plug)
{
	const struct rte_device *device = port->info.device;
	const struct rte_devargs *devargs = rte_dev_devargs(device);

	snprintf(plug->bus, sizeof(plug->bus), "%s", rte_bus_name(rte_dev_bus(device)));
	snprintf(plug->device, sizeof(plug->device), "%s", rte_dev_name(device));
	if (plug_is_pci(plug))
		plug_read_driver(plug->device, plug->driver, sizeof(plug->driver));
	plug->args = strdup(devargs != NULL && devargs->args != NULL ? devargs->args : "");
	return plug->args == NULL ? -ENOMEM : 0;
}

void plug_forget(struct mirror_plug *plug)
{
	free(plug->args);
	plug->args = NULL;
}

int plug_remove(struct port *port, const struct mirror_plug *plug)
{
	port_close(port);
	return rte_eal_hotplug_remove(plug->bus, plug->device);
}

bool plug_is_back(const struct mirror_plug *plug)
{
	char driver[sizeof(plug->driver)];

	if (plug->args == NULL)
		return false;
	if (!plug_is_pci(plug))
		return true;
	plug_read_driver(plug->device, driver, sizeof(driver));
	return driver[0] != '\0' && !strcmp(driver, plug->driver);
}

int plug_add(struct port *port, const struct mirror_plug *plug)
{
	char name[sizeof(port->name)];
	int ret;

	if (plug->args == NULL)
		return -ENODEV;
	strcpy(name, port->name);
	ret = rte_eal_hotplug_add(plug->bus, plug->device, plug->args);
	if (ret < 0)
		return ret;
	ret = port_find(port, name, port->side);
	/* a device without the port is of no use, and in the way of the next try */
	if (ret < 0)
		rte_eal_hotplug_remove(plug->bus, plug->device);
	return ret;
}
