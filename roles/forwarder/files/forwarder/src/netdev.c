/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "netdev.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link_message.h"
#include "log.h"

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

bool netdev_has_chosen_mac(const char *sysfs_net, const char *name)
{
	char value[32];

	/* NET_ADDR_SET */
	return netdev_read(sysfs_net, name, "addr_assign_type", value, sizeof(value)) == 0 &&
		!strcmp(value, "3");
}

struct netdev_request {
	struct nlmsghdr header;
	struct ifinfomsg link;
	struct rtattr mask_header;
	uint32_t mask;
	struct rtattr name_header;
	char name[NETDEV_NAME_MAX + 1];
};

static void netdev_fill_request(int ifindex, const char *name, struct netdev_request *request)
{
	*request = (struct netdev_request){
		.header = {.nlmsg_len = sizeof(*request),
			.nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST},
		.link = {.ifi_index = ifindex},
		.mask_header = {.rta_len = RTA_LENGTH(sizeof(request->mask)),
			.rta_type = IFLA_EXT_MASK},
		.mask = RTEXT_FILTER_SKIP_STATS,
		.name_header = {.rta_len = RTA_LENGTH(sizeof(request->name)),
			.rta_type = IFLA_IFNAME},
	};
	if (ifindex == 0)
		snprintf(request->name, sizeof(request->name), "%s", name);
	else
		request->header.nlmsg_len = offsetof(struct netdev_request, name_header);
}

/* Returns the length of the answer. */
static ssize_t netdev_ask(const struct netdev_request *request, void *answer, size_t size)
{
	ssize_t len;
	int fd;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	/* the kernel has answered by the time send() returns */
	len = send(fd, request, request->header.nlmsg_len, 0);
	if (len >= 0)
		len = recv(fd, answer, size, MSG_DONTWAIT);
	if (len < 0)
		len = -errno;
	close(fd);
	return len;
}

int netdev_query(int ifindex, const char *name, struct netdev_state *state)
{
	union {
		struct nlmsghdr header;
		char room[32768]; /* the most that the kernel sends at once */
	} answer;
	struct netdev_request request;
	ssize_t len;

	netdev_fill_request(ifindex, name, &request);
	len = netdev_ask(&request, &answer, sizeof(answer));
	if (len < 0)
		return len;
	if (len >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)) &&
		/* so long an answer has a header: NOLINTNEXTLINE(clang-analyzer-core.*) */
		answer.header.nlmsg_type == NLMSG_ERROR)
		return ((struct nlmsgerr *)NLMSG_DATA(&answer.header))->error;
	return link_message_parse(&answer, len, state);
}

void netdev_set_mtu(const char *name, unsigned int mtu)
{
	struct ifreq request = {.ifr_mtu = mtu};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, SIOCSIFMTU, &request) < 0)
		log_warning("netdev '%s' can not be given MTU %u: %s", name, mtu, strerror(errno));
	if (fd >= 0)
		close(fd);
}
