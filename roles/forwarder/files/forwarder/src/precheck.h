/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_PRECHECK_H
#define FWD_PRECHECK_H

#include "options.h"
#include "problems.h"
#include "vdev_spec.h"

/* What can be seen to fail before EAL is started, which would attach to the netdevs already.
 * sysfs_net is SYSFS_NET but for the tests.
 */
void precheck_vhost_path(const char *path, bool kernel_backend, struct problems *problems);
void precheck_netdev(const char *sysfs_net, const char *netdev, struct problems *problems);

/* Everything that the chosen way will need. */
void precheck_kernel_side(const struct options *options, const struct vdev_spec *vdevs,
	unsigned int nb_vdevs, struct problems *problems);

#endif
