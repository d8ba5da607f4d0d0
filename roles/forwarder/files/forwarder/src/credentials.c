/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "credentials.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool credentials_have_net_admin(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	return syscall(SYS_capget, &header, data) == 0 &&
		(data[0].effective & 1U << CAP_NET_ADMIN) != 0;
}

void credentials_read(struct credentials *credentials)
{
	int nb_gids;

	credentials->net_admin = credentials_have_net_admin();
	credentials->uid = geteuid();
	credentials->gids[0] = getegid();
	nb_gids = getgroups(CREDENTIALS_GROUPS_MAX, &credentials->gids[1]);
	credentials->nb_gids = 1 + (nb_gids > 0 ? nb_gids : 0);
}

bool credentials_allow(const struct credentials *credentials, const struct netdev_state *tap)
{
	bool in_group = !tap->has_group;

	for (unsigned int i = 0; i < credentials->nb_gids; i++)
		in_group |= credentials->gids[i] == tap->group;
	return credentials->net_admin ||
		((!tap->has_owner || tap->owner == credentials->uid) && in_group);
}
