/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_TUN_H
#define FWD_TUN_H

#include <stdbool.h>

/* The descriptor by which a driver of this process is attached to a tap; -ENODEV. It is the
 * driver's own, to be used but not to be closed.
 */
int tun_find(const char *netdev);
/* False once the netdev is deleted; one that only moved to another network namespace, where
 * netlink does not see it, is still attached.
 */
bool tun_is_attached(int fd);
/* Needs no capability here, unlike over netlink and sysfs. */
int tun_set_carrier(int fd, bool on);

#endif
