/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "netdev.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* One attribute as a string without its line end. */
static int netdev_read(
	const char *sysfs_net, const char *name, const char *attribute, char *value, size_t size)
{
	char path[256];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s/%s", sysfs_net, name, attribute);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, value, size - 1);
	/* the carrier of a netdev that is down gives EINVAL here */
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return len;
	if (len > 0 && value[len - 1] == '\n')
		len--;
	value[len] = '\0';
	return 0;
}

bool netdev_exists(const char *sysfs_net, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", sysfs_net, name);
	return access(path, F_OK) == 0;
}

bool netdev_is_tap(const char *sysfs_net, const char *name)
{
	char value[32];

	return netdev_read(sysfs_net, name, "tun_flags", value, sizeof(value)) == 0;
}

bool netdev_has_carrier(const char *sysfs_net, const char *name)
{
	char value[32];

	return netdev_read(sysfs_net, name, "carrier", value, sizeof(value)) == 0 &&
		value[0] == '1';
}

int netdev_read_mac(const char *sysfs_net, const char *name, uint8_t mac[MAC_LEN])
{
	char value[128]; /* other kinds of netdev have longer addresses */
	int ret;

	ret = netdev_read(sysfs_net, name, "address", value, sizeof(value));
	return ret < 0 ? ret : parse_mac(value, mac);
}
