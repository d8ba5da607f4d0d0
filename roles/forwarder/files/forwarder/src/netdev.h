/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_NETDEV_H
#define FWD_NETDEV_H

#include <stdbool.h>

#include "pair_spec.h"

#define SYSFS_NET "/sys/class/net"

/* True if somebody has set the MAC address of the netdev: the kernel makes a random one up for a
 * new tap (kernel: Documentation/ABI/testing/sysfs-class-net, addr_assign_type). sysfs_net is
 * SYSFS_NET but for the tests.
 */
bool netdev_has_own_mac(const char *sysfs_net, const char *name);
/* The netdev is the control plane: of one that is there before the forwarder the MTU is taken, and
 * the MAC address if it was set, whatever the arguments say.
 */
void netdev_adopt(struct pair_spec *spec);
/* Gives a netdev that was made with the arguments their MTU. */
void netdev_set_mtu(const char *name, unsigned int mtu);

#endif
