/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "netdev.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link_watch.h"
#include "log.h"

#define NETDEV_MAC_SET 3 /* NET_ADDR_SET */

bool netdev_has_own_mac(const char *sysfs_net, const char *name)
{
	char path[256];
	FILE *file;
	int type;

	snprintf(path, sizeof(path), "%s/%s/addr_assign_type", sysfs_net, name);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	if (fscanf(file, "%d", &type) != 1)
		type = -1;
	fclose(file);
	return type == NETDEV_MAC_SET;
}

void netdev_adopt(struct pair_spec *spec)
{
	struct link_state state;

	if (spec->netdev[0] == '\0' || link_ask(spec->netdev, 0, &state) < 0)
		return;
	spec->netdev_was_there = true;
	if (state.mtu >= MTU_MIN && state.mtu <= MTU_MAX && state.mtu != spec->mtu) {
		log_info("netdev '%s' has MTU %u, which is taken instead of %u", spec->netdev,
			state.mtu, spec->mtu);
		spec->mtu = state.mtu;
	}
	if (netdev_has_own_mac(SYSFS_NET, spec->netdev)) {
		spec->has_mac = true;
		memcpy(spec->mac, state.mac, MAC_LEN);
	}
}

void netdev_set_mtu(const char *name, unsigned int mtu)
{
	struct ifreq request = {.ifr_mtu = mtu};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, SIOCSIFMTU, &request) < 0)
		log_warning("netdev '%s' can not be given MTU %u: %s", name, mtu, strerror(errno));
	if (fd >= 0)
		close(fd);
}
