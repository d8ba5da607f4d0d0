/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_NETDEV_H
#define FWD_NETDEV_H

#include <stdbool.h>

#include "netdev_state.h"

#define SYSFS_NET "/sys/class/net"

/* Whether somebody has chosen its MAC address; a tap starts with a random one. sysfs_net is
 * SYSFS_NET but for the tests.
 */
bool netdev_has_chosen_mac(const char *sysfs_net, const char *name);

/* Asks the kernel (netlink) about the netdev of that ifindex or, if it is 0, of that name; -ENODEV
 * if there is none in this network namespace.
 */
int netdev_query(int ifindex, const char *name, struct netdev_state *state);

/* Of one that this process has made. */
void netdev_set_mtu(const char *name, unsigned int mtu);

#endif
