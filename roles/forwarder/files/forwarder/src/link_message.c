/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "link_message.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

/* Younger than the headers of some distributions we build on. */
#define LINK_ATTRIBUTE_ALLMULTI 61

static unsigned int link_get_uint(const struct rtattr *attribute)
{
	uint32_t value = 0;

	if (RTA_PAYLOAD(attribute) >= sizeof(value))
		memcpy(&value, RTA_DATA(attribute), sizeof(value));
	return value;
}

static bool link_get_bool(const struct rtattr *attribute)
{
	return RTA_PAYLOAD(attribute) >= 1 && *(const uint8_t *)RTA_DATA(attribute) != 0;
}

/* Cut to the room there is. */
static void link_get_text(const struct rtattr *attribute, char *text, size_t size)
{
	size_t len = strnlen(RTA_DATA(attribute), RTA_PAYLOAD(attribute));

	if (len >= size)
		len = size - 1;
	memcpy(text, RTA_DATA(attribute), len);
	text[len] = '\0';
}

static void link_parse_tun(const struct rtattr *data, struct netdev_state *state)
{
	int rest = RTA_PAYLOAD(data);

	for (const struct rtattr *at = RTA_DATA(data); RTA_OK(at, rest); at = RTA_NEXT(at, rest)) {
		switch (at->rta_type & NLA_TYPE_MASK) {
		case IFLA_TUN_OWNER:
			state->has_owner = true;
			state->owner = link_get_uint(at);
			break;
		case IFLA_TUN_GROUP:
			state->has_group = true;
			state->group = link_get_uint(at);
			break;
		case IFLA_TUN_TYPE:
			state->is_tap = RTA_PAYLOAD(at) >= 1 &&
				*(const uint8_t *)RTA_DATA(at) == 2; /* IFF_TAP */
			break;
		case IFLA_TUN_MULTI_QUEUE:
			state->is_multi_queue = link_get_bool(at);
			break;
		case IFLA_TUN_NUM_QUEUES:
		case IFLA_TUN_NUM_DISABLED_QUEUES:
			state->queues += link_get_uint(at);
			break;
		default:
			break;
		}
	}
}

static void link_parse_info(const struct rtattr *info, struct netdev_state *state)
{
	const struct rtattr *data = NULL;
	int rest = RTA_PAYLOAD(info);
	char kind[16] = "";

	for (const struct rtattr *at = RTA_DATA(info); RTA_OK(at, rest); at = RTA_NEXT(at, rest)) {
		if ((at->rta_type & NLA_TYPE_MASK) == IFLA_INFO_KIND)
			link_get_text(at, kind, sizeof(kind));
		else if ((at->rta_type & NLA_TYPE_MASK) == IFLA_INFO_DATA)
			data = at;
	}
	if (data != NULL && !strcmp(kind, "tun"))
		link_parse_tun(data, state);
}

static void link_parse_attribute(const struct rtattr *attribute, struct netdev_state *state)
{
	switch (attribute->rta_type & NLA_TYPE_MASK) {
	case IFLA_ADDRESS:
		state->has_mac = RTA_PAYLOAD(attribute) == MAC_LEN;
		if (state->has_mac)
			memcpy(state->mac, RTA_DATA(attribute), MAC_LEN);
		break;
	case IFLA_CARRIER:
		state->carrier = link_get_bool(attribute);
		break;
	case IFLA_IFNAME:
		link_get_text(attribute, state->name, sizeof(state->name));
		break;
	case IFLA_LINKINFO:
		link_parse_info(attribute, state);
		break;
	case IFLA_MTU:
		state->mtu = link_get_uint(attribute);
		break;
	case IFLA_PROMISCUITY:
		state->promiscuous |= link_get_uint(attribute) > 0;
		break;
	case LINK_ATTRIBUTE_ALLMULTI:
		state->allmulticast |= link_get_uint(attribute) > 0;
		break;
	default:
		break;
	}
}

int link_message_parse(const void *message, size_t len, struct netdev_state *state)
{
	const struct nlmsghdr *header = message;
	const struct ifinfomsg *link;
	int rest;

	if (len < NLMSG_LENGTH(sizeof(*link)) || header->nlmsg_len > len ||
		header->nlmsg_len < NLMSG_LENGTH(sizeof(*link)) ||
		(header->nlmsg_type != RTM_NEWLINK && header->nlmsg_type != RTM_DELLINK))
		return -EINVAL;
	link = NLMSG_DATA(header);
	*state = (struct netdev_state){
		.ifindex = link->ifi_index,
		.up = (link->ifi_flags & IFF_UP) != 0,
		.promiscuous = (link->ifi_flags & IFF_PROMISC) != 0,
		.allmulticast = (link->ifi_flags & IFF_ALLMULTI) != 0,
	};
	rest = IFLA_PAYLOAD(header);
	for (const struct rtattr *at = IFLA_RTA(link); RTA_OK(at, rest); at = RTA_NEXT(at, rest))
		link_parse_attribute(at, state);
	return 0;
}
