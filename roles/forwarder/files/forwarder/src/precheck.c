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

/* A multi-queue tap takes one more process as one more queue, without a word, and then spreads the
 * flows over both. Any other refuses it, so for that the carrier will do, though it is off while
 * the link of the other's NIC is down.
 */
static bool precheck_in_use(const struct netdev_state *state)
{
	return state->is_multi_queue ? state->queues > 0 : state->carrier;
}

void precheck_netdev_state(const char *netdev, const struct netdev_state *state,
	const struct credentials *credentials, struct problems *problems)
{
	if (state == NULL) {
		if (!credentials->net_admin)
			problems_add(problems,
				"netdev '%s' is not there, and this user may not make it (make it "
				"first, with this user as its owner)",
				netdev);
		return;
	}
	if (!state->is_tap)
		problems_add(problems, "netdev '%s' exists and is not a tap (choose another name)",
			netdev);
	else if (precheck_in_use(state))
		problems_add(problems,
			"netdev '%s' is in use by another process (stop that one first)", netdev);
	else if (!credentials_allow(credentials, state))
		problems_add(problems,
			"netdev '%s' belongs to another user or group (make it with this user as "
			"its owner)",
			netdev);
}

void precheck_netdev(const char *netdev, struct problems *problems)
{
	struct credentials credentials;
	struct netdev_state state;
	int ret = netdev_query(0, netdev, &state);

	if (ret < 0 && ret != -ENODEV) {
		problems_add(problems, "netdev '%s' can not be looked at over netlink: %s", netdev,
			strerror(-ret));
		return;
	}
	credentials_read(&credentials);
	precheck_netdev_state(netdev, ret < 0 ? NULL : &state, &credentials, problems);
}

void precheck_attached(const char *netdev, unsigned int queues, struct problems *problems)
{
	struct netdev_state state;

	if (netdev_query(0, netdev, &state) == 0 && state.is_multi_queue && state.queues > queues)
		problems_add(problems,
			"another process has attached to netdev '%s' at the same moment (start one "
			"only)",
			netdev);
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
			precheck_netdev(vdevs[i].iface, problems);
	}
	if (!options->create)
		return;
	precheck_vhost_path(options->vhost_path, true, problems);
	/* how many NICs there are is known only later: create.c checks the others */
	if (options_netdev_name(options->create_pattern, 0, netdev) == 0)
		precheck_netdev(netdev, problems);
}
