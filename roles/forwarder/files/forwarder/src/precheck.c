/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "precheck.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "link_watch.h"

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

bool precheck_may_attach(const struct link_state *state, const struct precheck_user *user)
{
	if (user->is_admin || (!state->has_owner && !state->has_group))
		return true;
	if (state->has_owner && state->owner == user->uid)
		return true;
	for (int i = 0; state->has_group && i < user->nb_groups; i++)
		if (state->group == user->groups[i])
			return true;
	return false;
}

void precheck_link(const struct link_state *state, const struct precheck_user *user,
	struct problems *problems)
{
	if (!state->is_tap)
		problems_add(problems, "netdev '%s' exists and is not a tap (choose another name)",
			state->name);
	/* A multi-queue tap takes one more process as one more queue without a word, and then
	 * spreads the flows over both.
	 */
	else if (state->queues > 0)
		problems_add(problems,
			"netdev '%s' is in use by another process (stop that one first)",
			state->name);
	else if (!precheck_may_attach(state, user))
		problems_add(problems,
			"netdev '%s' belongs to user %d, not to this one (make it with `user %d`)",
			state->name, state->has_owner ? (int)state->owner : -1, (int)user->uid);
}

static bool precheck_has_net_admin(void)
{
	char line[128];
	unsigned long long effective = 0;
	FILE *file = fopen("/proc/self/status", "re");

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "CapEff: %llx", &effective) == 1)
			break;
	if (file != NULL)
		fclose(file);
	return (effective >> CAP_NET_ADMIN & 1) != 0;
}

static void precheck_read_user(struct precheck_user *user)
{
	user->uid = geteuid();
	user->is_admin = precheck_has_net_admin();
	user->nb_groups = getgroups(PRECHECK_GROUPS - 1, user->groups);
	if (user->nb_groups < 0)
		user->nb_groups = 0;
	user->groups[user->nb_groups++] = getegid();
}

void precheck_netdev(const char *netdev, struct problems *problems)
{
	struct precheck_user user;
	struct link_state state;
	int ret = link_ask(netdev, 0, &state);

	precheck_read_user(&user);
	if (ret == 0)
		precheck_link(&state, &user, problems);
	else if (ret == -ENODEV && !user.is_admin)
		problems_add(problems,
			"netdev '%s' does not exist, and this user may not make it (make a "
			"multi-queue tap of that name first)",
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
