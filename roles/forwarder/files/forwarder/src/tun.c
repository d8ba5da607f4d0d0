/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "tun.h"

#include <dirent.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TUN_PATH "/dev/net/tun"

static bool tun_is_descriptor(const char *fd)
{
	char path[64], target[64];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/self/fd/%.20s", fd);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return false;
	target[len] = '\0';
	return !strcmp(target, TUN_PATH);
}

int tun_find(const char *netdev)
{
	struct dirent *entry;
	int found = -ENODEV;
	DIR *dir;

	dir = opendir("/proc/self/fd");
	if (dir == NULL)
		return -errno;
	while (found < 0 && (entry = readdir(dir)) != NULL) {
		struct ifreq request = {0};

		if (entry->d_name[0] != '.' && tun_is_descriptor(entry->d_name) &&
			ioctl(atoi(entry->d_name), TUNGETIFF, &request) == 0 &&
			!strcmp(request.ifr_name, netdev))
			found = atoi(entry->d_name);
	}
	closedir(dir);
	return found;
}

bool tun_is_attached(int fd)
{
	struct ifreq request = {0};

	return ioctl(fd, TUNGETIFF, &request) == 0;
}

int tun_set_carrier(int fd, bool on)
{
	int value = on;

	return ioctl(fd, TUNSETCARRIER, &value) < 0 ? -errno : 0;
}
