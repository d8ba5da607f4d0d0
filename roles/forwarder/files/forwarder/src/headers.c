/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "headers.h"

#include <netinet/in.h>

#define HEADERS_ETHER_LEN  14
#define HEADERS_TAG_LEN	   4
#define HEADERS_TAGS_MAX   4
#define HEADERS_IPV4_LEN   20
#define HEADERS_TCP_LEN	   20
#define HEADERS_UDP_LEN	   8
#define HEADERS_EXT_MAX	   8 /* more extension headers than any sane packet has */
#define HEADERS_EXT_UNIT   8
#define HEADERS_FRAGMENT   0x3fff /* more fragments, or an offset */
#define HEADERS_TYPE_IPV4  0x0800
#define HEADERS_TYPE_IPV6  0x86dd
#define HEADERS_TYPE_CTAG  0x8100
#define HEADERS_TYPE_STAG  0x88a8
#define HEADERS_TYPE_OLDER 0x9100

static bool headers_is_tag(uint16_t type)
{
	return type == HEADERS_TYPE_CTAG || type == HEADERS_TYPE_STAG || type == HEADERS_TYPE_OLDER;
}

static bool headers_find_ipv4(const uint8_t *ip, uint32_t len, struct headers *headers)
{
	uint16_t total;

	if (len < HEADERS_IPV4_LEN || ip[0] >> 4 != 4)
		return false;
	headers->l3_len = (ip[0] & 0xf) * 4;
	total = headers_get16(ip + 2);
	if (headers->l3_len < HEADERS_IPV4_LEN || headers->l3_len > len || total < headers->l3_len)
		return false;
	headers->l4 = ip[9];
	headers->fragment = (headers_get16(ip + 6) & HEADERS_FRAGMENT) != 0;
	headers->simple = headers->l3_len == HEADERS_IPV4_LEN;
	return true;
}

static bool headers_find_ipv6(const uint8_t *ip, uint32_t len, struct headers *headers)
{
	uint32_t at = HEADERS_IPV6_LEN;

	if (len < HEADERS_IPV6_LEN || ip[0] >> 4 != 6)
		return false;
	headers->simple = true;
	headers->l4 = ip[6];
	for (unsigned int i = 0; i <= HEADERS_EXT_MAX && !headers->fragment; i++) {
		switch (headers->l4) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			if (at + HEADERS_EXT_UNIT > len)
				return false;
			headers->l4 = ip[at];
			at += (ip[at + 1] + 1) * HEADERS_EXT_UNIT;
			break;
		case IPPROTO_FRAGMENT:
			if (at + HEADERS_EXT_UNIT > len)
				return false;
			headers->fragment = true;
			headers->l4 = ip[at];
			at += HEADERS_EXT_UNIT;
			break;
		default:
			headers->l3_len = at;
			return at <= len;
		}
		headers->simple = false;
	}
	/* after the fragment header may come the middle of anything, whatever it is said to be */
	headers->l3_len = at;
	return headers->fragment;
}

static bool headers_find_l4(const uint8_t *l4, uint32_t len, struct headers *headers)
{
	/* what follows is the middle of something */
	if (headers->fragment)
		return true;
	if (headers->l4 == IPPROTO_UDP) {
		headers->l4_len = HEADERS_UDP_LEN;
	} else if (headers->l4 == IPPROTO_TCP) {
		if (len < HEADERS_TCP_LEN)
			return false;
		headers->l4_len = (l4[12] >> 4) * 4;
		if (headers->l4_len < HEADERS_TCP_LEN)
			return false;
	}
	return headers->l4_len <= len;
}

bool headers_find(const uint8_t *frame, uint32_t len, struct headers *headers)
{
	uint32_t at = HEADERS_ETHER_LEN;
	bool found;
	uint16_t type;

	*headers = (struct headers){0};
	if (len < at)
		return false;
	type = headers_get16(frame + at - 2);
	for (unsigned int tags = 0; headers_is_tag(type); tags++) {
		at += HEADERS_TAG_LEN;
		if (tags == HEADERS_TAGS_MAX || len < at)
			return false;
		type = headers_get16(frame + at - 2);
	}
	headers->l2_len = at;
	headers->ipv4 = type == HEADERS_TYPE_IPV4;
	if (headers->ipv4)
		found = headers_find_ipv4(frame + at, len - at, headers);
	else
		found = type == HEADERS_TYPE_IPV6 &&
			headers_find_ipv6(frame + at, len - at, headers);
	if (!found)
		return false;
	at += headers->l3_len;
	return headers_find_l4(frame + at, len - at, headers);
}
