/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_PRECHECK_H
#define FWD_PRECHECK_H

#include "credentials.h"
#include "netdev_state.h"
#include "options.h"
#include "problems.h"
#include "vdev_spec.h"

/* What can be seen to fail before EAL is started, which would attach to the netdevs already. */
void precheck_vhost_path(const char *path, bool kernel_backend, struct problems *problems);
void precheck_netdev(const char *netdev, struct problems *problems);
/* The same for what is known of it; state is NULL if it is not there. */
void precheck_netdev_state(const char *netdev, const struct netdev_state *state,
	const struct credentials *credentials, struct problems *problems);

/* Once we are attached with so many queues: nobody else may be. */
void precheck_attached(const char *netdev, unsigned int queues, struct problems *problems);

/* Everything that the chosen way will need. */
void precheck_kernel_side(const struct options *options, const struct vdev_spec *vdevs,
	unsigned int nb_vdevs, struct problems *problems);

#endif
