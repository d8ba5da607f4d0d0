/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_CREDENTIALS_H
#define FWD_CREDENTIALS_H

#include <stdbool.h>

#include "netdev_state.h"

#define CREDENTIALS_GROUPS_MAX 256

/* Of this process, as far as the kernel looks at them when a tap is opened. */
struct credentials {
	bool net_admin;
	uid_t uid;
	unsigned int nb_gids;
	gid_t gids[CREDENTIALS_GROUPS_MAX + 1];
};

void credentials_read(struct credentials *credentials);
/* Owner and group must both fit where they are set. */
bool credentials_allow(const struct credentials *credentials, const struct netdev_state *tap);

#endif
