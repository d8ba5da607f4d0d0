/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "link_state.h"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

static uint32_t link_state_u32(const struct rtattr *attribute)
{
	uint32_t value = 0;

	if (RTA_PAYLOAD(attribute) >= sizeof(value))
		memcpy(&value, RTA_DATA(attribute), sizeof(value));
	return value;
}

static void link_state_text(const struct rtattr *attribute, char *text, size_t size)
{
	size_t len = strnlen(RTA_DATA(attribute), RTA_PAYLOAD(attribute));

	if (len >= size)
		len = size - 1;
	memcpy(text, RTA_DATA(attribute), len);
	text[len] = '\0';
}

static void link_state_parse_tun(const struct rtattr *data, struct link_state *state)
{
	int rest = RTA_PAYLOAD(data);

	for (const struct rtattr *attribute = RTA_DATA(data); RTA_OK(attribute, rest);
		attribute = RTA_NEXT(attribute, rest))
		switch (attribute->rta_type & NLA_TYPE_MASK) {
		case IFLA_TUN_OWNER:
			state->has_owner = true;
			state->owner = link_state_u32(attribute);
			break;
		case IFLA_TUN_GROUP:
			state->has_group = true;
			state->group = link_state_u32(attribute);
			break;
		case IFLA_TUN_NUM_QUEUES:
		case IFLA_TUN_NUM_DISABLED_QUEUES:
			state->queues += link_state_u32(attribute);
			break;
		}
}

static void link_state_parse_info(const struct rtattr *info, struct link_state *state)
{
	const struct rtattr *data = NULL;
	int rest = RTA_PAYLOAD(info);
	char kind[16] = "";

	for (const struct rtattr *attribute = RTA_DATA(info); RTA_OK(attribute, rest);
		attribute = RTA_NEXT(attribute, rest))
		switch (attribute->rta_type & NLA_TYPE_MASK) {
		case IFLA_INFO_KIND:
			link_state_text(attribute, kind, sizeof(kind));
			break;
		case IFLA_INFO_DATA:
			data = attribute;
			break;
		}
	state->is_tap = !strcmp(kind, "tun"); /* both kinds call themselves so */
	if (state->is_tap && data != NULL)
		link_state_parse_tun(data, state);
}

bool link_state_parse(const struct nlmsghdr *message, struct link_state *state)
{
	const struct ifinfomsg *link = NLMSG_DATA(message);
	int rest;

	*state = (struct link_state){0};
	if ((message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK) ||
		message->nlmsg_len < NLMSG_LENGTH(sizeof(*link)))
		return false;
	state->index = link->ifi_index;
	state->up = (link->ifi_flags & IFF_UP) != 0;
	state->promiscuous = (link->ifi_flags & IFF_PROMISC) != 0;
	state->allmulticast = (link->ifi_flags & IFF_ALLMULTI) != 0;
	rest = IFLA_PAYLOAD(message);
	for (const struct rtattr *attribute = IFLA_RTA(link); RTA_OK(attribute, rest);
		attribute = RTA_NEXT(attribute, rest))
		switch (attribute->rta_type & NLA_TYPE_MASK) {
		case IFLA_IFNAME:
			link_state_text(attribute, state->name, sizeof(state->name));
			break;
		case IFLA_MTU:
			state->mtu = link_state_u32(attribute);
			break;
		case IFLA_ADDRESS:
			if (RTA_PAYLOAD(attribute) == MAC_LEN)
				memcpy(state->mac, RTA_DATA(attribute), MAC_LEN);
			break;
		/* the flags tell only what was set by hand; these count a tcpdump or a bridge too */
		case IFLA_PROMISCUITY:
			state->promiscuous |= link_state_u32(attribute) > 0;
			break;
		case IFLA_ALLMULTI:
			state->allmulticast |= link_state_u32(attribute) > 0;
			break;
		case IFLA_LINKINFO:
			link_state_parse_info(attribute, state);
			break;
		}
	return true;
}
