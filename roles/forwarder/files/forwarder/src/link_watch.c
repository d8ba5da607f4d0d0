/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "link_watch.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINK_MESSAGE_MAX 32768 /* the most that the kernel sends at once */

struct link_request {
	struct nlmsghdr header;
	struct ifinfomsg link;
	struct rtattr name_header;
	char name[NETDEV_NAME_MAX + 1];
};

static int link_open(unsigned int groups)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int ret = -errno;

		close(fd);
		return ret;
	}
	return fd;
}

static int link_send_request(int fd, const char *name, int index)
{
	struct link_request request = {
		.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(request.link)),
			.nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST},
		.link = {.ifi_index = index},
		.name_header = {.rta_len = sizeof(struct rtattr) + sizeof(request.name),
			.rta_type = IFLA_IFNAME},
	};

	if (name != NULL) {
		request.header.nlmsg_len = sizeof(request);
		snprintf(request.name, sizeof(request.name), "%s", name);
	}
	return send(fd, &request, request.header.nlmsg_len, 0) < 0 ? -errno : 0;
}

int link_ask(const char *name, int index, struct link_state *state)
{
	union {
		struct nlmsghdr header;
		char room[LINK_MESSAGE_MAX];
	} answer;
	ssize_t len;
	int fd, ret;

	fd = link_open(0);
	if (fd < 0)
		return fd;
	ret = link_send_request(fd, name, index);
	if (ret < 0)
		goto out;
	/* the kernel has answered by the time send() returns */
	len = recv(fd, &answer, sizeof(answer), MSG_DONTWAIT);
	if (len < 0)
		ret = -errno;
	else if (!NLMSG_OK(&answer.header, (size_t)len))
		ret = -EBADMSG;
	else if (answer.header.nlmsg_type == NLMSG_ERROR)
		ret = -ENODEV;
	else
		ret = link_state_parse(&answer.header, state) ? 0 : -EBADMSG;
out:
	close(fd);
	return ret;
}

int link_watch_open(void)
{
	return link_open(RTMGRP_LINK);
}

bool link_watch_drain(int fd)
{
	char room[LINK_MESSAGE_MAX];
	ssize_t len;

	/* what changed is asked for afterwards: nothing is lost when messages are */
	do {
		len = recv(fd, room, sizeof(room), MSG_DONTWAIT);
	} while (len > 0 || (len < 0 && (errno == ENOBUFS || errno == EINTR)));
	return len < 0 && errno == EAGAIN;
}
