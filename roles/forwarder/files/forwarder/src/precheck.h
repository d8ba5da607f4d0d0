/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_PRECHECK_H
#define FWD_PRECHECK_H

#include "link_state.h"
#include "options.h"
#include "problems.h"
#include "vdev_spec.h"

#define PRECHECK_GROUPS 65

/* Whom the kernel asks when this process attaches to a tap. */
struct precheck_user {
	uid_t uid;
	int nb_groups;
	gid_t groups[PRECHECK_GROUPS];
	bool is_admin; /* CAP_NET_ADMIN */
};

/* What can be seen to fail before EAL is started, which would attach to the netdevs already. */
void precheck_vhost_path(const char *path, bool kernel_backend, struct problems *problems);
bool precheck_may_attach(const struct link_state *state, const struct precheck_user *user);
void precheck_link(const struct link_state *state, const struct precheck_user *user,
	struct problems *problems);
void precheck_netdev(const char *netdev, struct problems *problems);

/* Everything that the chosen way will need. */
void precheck_kernel_side(const struct options *options, const struct vdev_spec *vdevs,
	unsigned int nb_vdevs, struct problems *problems);

#endif
