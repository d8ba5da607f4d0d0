/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "address_dump.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESS_DUMP_SEQUENCE 1

static int address_dump_add(
	struct local_addresses *addresses, unsigned char family, const struct rtattr *attribute)
{
	size_t len = RTA_PAYLOAD(attribute);

	if (family == AF_INET && len == IPV4_LEN)
		return local_addresses_add_ipv4(addresses, RTA_DATA(attribute));
	if (family == AF_INET6 && len == IPV6_LEN)
		return local_addresses_add_ipv6(addresses, RTA_DATA(attribute));
	return 0;
}

/* The attributes of one address. */
static int address_dump_read_one(const struct nlmsghdr *header, struct local_addresses *addresses)
{
	const struct rtattr *attribute, *address = NULL, *local = NULL, *broadcast = NULL;
	const struct ifaddrmsg *message = NLMSG_DATA(header);
	int rest, ret;

	if (header->nlmsg_len < NLMSG_LENGTH(sizeof(*message)))
		return -EBADMSG;
	rest = IFA_PAYLOAD(header);
	for (attribute = IFA_RTA(message); RTA_OK(attribute, rest);
		attribute = RTA_NEXT(attribute, rest)) {
		if (attribute->rta_type == IFA_ADDRESS)
			address = attribute;
		else if (attribute->rta_type == IFA_LOCAL)
			local = attribute;
		else if (attribute->rta_type == IFA_BROADCAST)
			broadcast = attribute;
	}
	/* with both, the address is that of the far end of a point-to-point link */
	if (local == NULL)
		local = address;
	ret = local == NULL ? 0 : address_dump_add(addresses, message->ifa_family, local);
	if (ret == 0 && broadcast != NULL)
		ret = address_dump_add(addresses, message->ifa_family, broadcast);
	return ret;
}

static int address_dump_error(const struct nlmsghdr *header)
{
	const struct nlmsgerr *error = NLMSG_DATA(header);

	if (header->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) || error->error >= 0)
		return -EBADMSG;
	return error->error;
}

int address_dump_read(const void *answer, size_t len, unsigned int sequence,
	struct local_addresses *addresses, bool *done)
{
	const struct nlmsghdr *header;
	ssize_t rest = len; /* signed: less than nothing is left of a message cut in its padding */
	int ret = 0;

	*done = false;
	for (header = answer; ret == 0 && !*done && NLMSG_OK(header, rest);
		header = NLMSG_NEXT(header, rest)) {
		if (header->nlmsg_seq != sequence)
			continue;
		if (header->nlmsg_flags & NLM_F_DUMP_INTR)
			ret = -EAGAIN;
		else if (header->nlmsg_type == NLMSG_DONE)
			*done = true;
		else if (header->nlmsg_type == NLMSG_ERROR)
			ret = address_dump_error(header);
		else if (header->nlmsg_type == RTM_NEWADDR)
			ret = address_dump_read_one(header, addresses);
	}
	return ret;
}

static int address_dump_ask(int fd)
{
	const struct {
		struct nlmsghdr header;
		struct ifaddrmsg message;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			.nlmsg_type = RTM_GETADDR,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			.nlmsg_seq = ADDRESS_DUMP_SEQUENCE},
		.message = {.ifa_family = AF_UNSPEC},
	};

	return send(fd, &request, sizeof(request), 0) < 0 ? -errno : 0;
}

int address_dump(struct local_addresses *addresses)
{
	union {
		struct nlmsghdr header;
		char room[32768]; /* the most that the kernel sends at once */
	} answer;
	bool done = false;
	int fd, ret;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	ret = address_dump_ask(fd);
	while (ret == 0 && !done) {
		/* the kernel has the next part ready before the last one is handed over */
		ssize_t len = recv(fd, &answer, sizeof(answer), MSG_DONTWAIT);

		ret = len < 0
			? -errno
			: address_dump_read(&answer, len, ADDRESS_DUMP_SEQUENCE, addresses, &done);
	}
	close(fd);
	if (ret == 0)
		local_addresses_sort(addresses);
	return ret;
}
