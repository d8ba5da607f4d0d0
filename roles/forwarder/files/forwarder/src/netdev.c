/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "netdev.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
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

struct netdev_request {
	struct nlmsghdr header;
	struct ifinfomsg link;
	struct rtattr name_header;
	char name[NETDEV_NAME_MAX + 1];
};

/* Asks for all about one link; returns the length of the answer. */
static ssize_t netdev_ask_link(const char *name, void *answer, size_t size)
{
	struct netdev_request request = {
		.header = {.nlmsg_len = sizeof(request),
			.nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST},
		.name_header = {.rta_len = sizeof(struct rtattr) + sizeof(request.name),
			.rta_type = IFLA_IFNAME},
	};
	ssize_t len;
	int fd;

	snprintf(request.name, sizeof(request.name), "%s", name);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	/* the kernel has answered by the time send() returns */
	len = send(fd, &request, sizeof(request), 0);
	if (len >= 0)
		len = recv(fd, answer, size, MSG_DONTWAIT);
	if (len < 0)
		len = -errno;
	close(fd);
	return len;
}

bool netdev_has_carrier_by_netlink(const char *name)
{
	static union {
		struct nlmsghdr header;
		char room[32768]; /* the most that the kernel sends at once */
	} answer;
	struct rtattr *attribute;
	ssize_t len;
	int rest;

	len = netdev_ask_link(name, &answer, sizeof(answer));
	if (len < 0 || !NLMSG_OK(&answer.header, (size_t)len) ||
		answer.header.nlmsg_type != RTM_NEWLINK)
		return false;
	rest = IFLA_PAYLOAD(&answer.header);
	for (attribute = IFLA_RTA(NLMSG_DATA(&answer.header)); RTA_OK(attribute, rest);
		attribute = RTA_NEXT(attribute, rest))
		if (attribute->rta_type == IFLA_CARRIER)
			return *(unsigned char *)RTA_DATA(attribute) != 0;
	return false;
}

int netdev_read_mac(const char *sysfs_net, const char *name, uint8_t mac[MAC_LEN])
{
	char value[128]; /* other kinds of netdev have longer addresses */
	int ret;

	ret = netdev_read(sysfs_net, name, "address", value, sizeof(value));
	return ret < 0 ? ret : parse_mac(value, mac);
}
