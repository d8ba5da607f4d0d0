/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "carrier.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CARRIER_FDS "/proc/self/fd"
#define CARRIER_TUN "/dev/net/tun"

/* Not on kernels before 5.0, but in no header's way. */
#ifndef TUNSETCARRIER
#define TUNSETCARRIER _IOW('T', 226, int)
#endif

/* A descriptor whose tap is gone gives EBADFD. */
static bool carrier_fd_is_of(int fd, const char *netdev)
{
	struct ifreq request = {0};

	return ioctl(fd, TUNGETIFF, &request) == 0 &&
		!strncmp(request.ifr_name, netdev, sizeof(request.ifr_name));
}

/* The descriptor stays the driver's; -1 if there is none. */
static int carrier_find_fd(const char *netdev)
{
	struct dirent *entry;
	int found = -1;
	DIR *dir;

	dir = opendir(CARRIER_FDS);
	if (dir == NULL)
		return -1;
	while (found < 0 && (entry = readdir(dir)) != NULL) {
		char target[sizeof(CARRIER_TUN)];
		/* a stream that is open has a descriptor: NOLINTNEXTLINE(clang-analyzer-unix.*) */
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target));
		int fd = atoi(entry->d_name);

		if (len == sizeof(CARRIER_TUN) - 1 && !memcmp(target, CARRIER_TUN, len) &&
			carrier_fd_is_of(fd, netdev))
			found = fd;
	}
	closedir(dir);
	return found;
}

bool carrier_is_attached(const char *netdev)
{
	return carrier_find_fd(netdev) >= 0;
}

int carrier_set(const char *netdev, bool on)
{
	int fd = carrier_find_fd(netdev);
	int value = on;

	if (fd < 0)
		return -ENODEV;
	return ioctl(fd, TUNSETCARRIER, &value) == 0 ? 0 : -errno;
}
