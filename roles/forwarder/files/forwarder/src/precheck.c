/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "precheck.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netdev.h"

#define PRECHECK_TUN_PATH "/dev/net/tun"

static int precheck_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

void precheck_vhost_path(const char *path, bool kernel_backend, struct problems *problems)
{
	struct stat st;
	int ret;

	if (stat(path, &st) < 0) {
		/* the driver would take it for a vhost-user socket and fail with another reason */
		problems_add(problems, "%s: %s (load the module vhost_net)", path, strerror(errno));
		return;
	}
	if (!S_ISCHR(st.st_mode)) {
		if (kernel_backend)
			problems_add(problems, "%s is not the vhost-net device", path);
		return;
	}
	ret = precheck_open(path);
	if (ret < 0)
		problems_add(problems, "%s: %s (give this user read and write access)", path,
			strerror(-ret));
	ret = precheck_open(PRECHECK_TUN_PATH);
	if (ret < 0)
		problems_add(problems, "%s: %s (load the module tun)", PRECHECK_TUN_PATH,
			strerror(-ret));
}

void precheck_netdev(const char *sysfs_net, const char *netdev, struct problems *problems)
{
	if (!netdev_exists(sysfs_net, netdev))
		return; /* will be made */
	if (!netdev_is_tap(sysfs_net, netdev)) {
		problems_add(problems, "netdev '%s' exists and is not a tap (choose another name)",
			netdev);
		return;
	}
	/* A multi-queue tap takes one more process as one more queue and then spreads the flows
	 * over both; its carrier is on only while somebody is attached.
	 */
	if (netdev_has_carrier(sysfs_net, netdev) || netdev_has_carrier_by_netlink(netdev))
		problems_add(problems,
			"netdev '%s' is in use by another process (stop that one first)", netdev);
}

void precheck_kernel_side(const struct options *options, const struct vdev_spec *vdevs,
	unsigned int nb_vdevs, struct problems *problems)
{
	char netdev[NETDEV_NAME_MAX + 1];

	for (unsigned int i = 0; i < nb_vdevs; i++) {
		bool seen = false;

		for (unsigned int j = 0; j < i; j++)
			seen |= !strcmp(vdevs[j].path, vdevs[i].path);
		if (!seen)
			precheck_vhost_path(vdevs[i].path, vdevs[i].iface[0] != '\0', problems);
		if (vdevs[i].iface[0] != '\0')
			precheck_netdev(SYSFS_NET, vdevs[i].iface, problems);
	}
	if (!options->create)
		return;
	precheck_vhost_path(options->vhost_path, true, problems);
	/* how many NICs there are is known only later: create.c checks the others */
	if (options_netdev_name(options->create_pattern, 0, netdev) == 0)
		precheck_netdev(SYSFS_NET, netdev, problems);
}
