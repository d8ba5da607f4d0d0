/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "link_watch.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link_message.h"

int link_watch_open(struct link_watch *watch)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
	int ret;

	watch->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (watch->fd < 0)
		return -errno;
	if (bind(watch->fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	ret = -errno;
	link_watch_close(watch);
	return ret;
}

static void link_watch_walk(
	const struct nlmsghdr *header, size_t len, link_watch_news news, void *arg)
{
	struct netdev_state state;

	for (; NLMSG_OK(header, len); header = NLMSG_NEXT(header, len))
		if (link_message_parse(header, len, &state) == 0)
			news(arg, state.ifindex, state.name);
}

void link_watch_read(const struct link_watch *watch, link_watch_news news, void *arg)
{
	union {
		struct nlmsghdr header;
		char room[32768]; /* the most that the kernel sends at once */
	} answer;

	for (;;) {
		ssize_t len = recv(watch->fd, &answer, sizeof(answer), 0);

		if (len > 0)
			link_watch_walk(&answer.header, len, news, arg);
		else if (len < 0 && errno == ENOBUFS)
			news(arg, 0, "");
		else if (len == 0 || errno != EINTR)
			break;
	}
}

void link_watch_close(struct link_watch *watch)
{
	if (watch->fd >= 0)
		close(watch->fd);
	watch->fd = -1;
}
