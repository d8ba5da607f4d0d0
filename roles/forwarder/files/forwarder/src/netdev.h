/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_NETDEV_H
#define FWD_NETDEV_H

#include <stdbool.h>
#include <stdint.h>

#include "parse.h"

#define SYSFS_NET "/sys/class/net"

/* What any user can read about a netdev; sysfs_net is SYSFS_NET but for the tests. */
bool netdev_exists(const char *sysfs_net, const char *name);
bool netdev_is_tap(const char *sysfs_net, const char *name);
/* A tap has carrier only while a process is attached. Of a netdev that is down sysfs does not
 * tell, but netlink does.
 */
bool netdev_has_carrier(const char *sysfs_net, const char *name);
bool netdev_has_carrier_by_netlink(const char *name);
int netdev_read_mac(const char *sysfs_net, const char *name, uint8_t mac[MAC_LEN]);

#endif
