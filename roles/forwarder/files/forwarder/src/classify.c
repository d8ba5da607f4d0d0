/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "classify.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#define VLAN_TAGS_MAX	  2
#define VLAN_TAG_LEN	  4
#define ETHERTYPE_ISIS	  0x8870 /* IS-IS in frames too long for a length */
#define IPV6_HEADER_LEN	  40
#define IPV6_HEADERS_MAX  8 /* more extension headers than any sane packet has */
#define IPV6_FRAGMENT_LEN 8
#define ND_HOP_LIMIT	  255
#define PROTO_EIGRP	  88
#define PROTO_OSPF	  89
#define PROTO_VRRP	  112
#define PROTO_ISIS	  124

/* The bytes that may be read, and how far the headers before have taken them away. */
struct view {
	const uint8_t *data;
	uint32_t len;
};

/* An IP packet whose headers up to the transport's are read. */
struct ip_packet {
	const struct local_addresses *addresses;
	const uint8_t *destination;
	bool is_ipv6;
	bool has_fragment_header; /* of IPv6 */
	bool is_later_fragment;	  /* not the first: no transport header follows */
	uint8_t hop_limit;	  /* of IPv6 */
	uint8_t protocol;
	struct view payload;
};

static uint16_t read_u16(const uint8_t *bytes)
{
	return bytes[0] << 8 | bytes[1];
}

static bool view_skip(struct view *view, uint32_t n)
{
	if (view->len < n)
		return false;
	view->data += n;
	view->len -= n;
	return true;
}

/* What follows the IP packet is padding, which says nothing. */
static void view_cut(struct view *view, uint32_t len)
{
	if (view->len > len)
		view->len = len;
}

static bool is_routing_protocol(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_IGMP:
	case IPPROTO_RSVP:
	case PROTO_EIGRP:
	case PROTO_OSPF:
	case IPPROTO_PIM:
	case PROTO_VRRP:
	case PROTO_ISIS:
		return true;
	default:
		return false;
	}
}

static bool is_routing_tcp_port(uint16_t port)
{
	switch (port) {
	case 179: /* BGP */
	case 639: /* MSDP */
	case 646: /* LDP */
		return true;
	default:
		return false;
	}
}

static bool is_routing_udp_port(uint16_t port)
{
	switch (port) {
	case 520:  /* RIP */
	case 521:  /* RIPng */
	case 646:  /* LDP */
	case 698:  /* OLSR */
	case 1985: /* HSRP */
	case 2029: /* HSRP for IPv6 */
	case 3222: /* GLBP */
	case 3784: /* BFD */
	case 3785: /* BFD echo */
	case 4784: /* BFD over several hops */
	case 6696: /* Babel */
	case 6784: /* BFD on members of a link aggregation */
	case 7784: /* seamless BFD */
		return true;
	default:
		return false;
	}
}

static bool is_dhcp_port(uint16_t port)
{
	return port == 67 || port == 68 || port == 546 || port == 547;
}

static bool ip_is_local(const struct ip_packet *ip)
{
	static const uint8_t broadcast[IPV4_LEN] = {255, 255, 255, 255};

	if (ip->is_ipv6)
		return ip->destination[0] == 0xff ||
			local_addresses_have_ipv6(ip->addresses, ip->destination);
	return (ip->destination[0] & 0xf0) == 0xe0 ||
		!memcmp(ip->destination, broadcast, IPV4_LEN) ||
		local_addresses_have_ipv4(ip->addresses, ip->destination);
}

static enum limit_class classify_icmpv6(const struct ip_packet *ip)
{
	if (ip->is_later_fragment || ip->payload.len < 1)
		return LIMIT_ICMP;
	switch (ip->payload.data[0]) {
	case 130: /* multicast listeners: what IGMP is for IPv4 */
	case 131:
	case 132:
	case 143:
	case 151: /* multicast routers */
	case 152:
	case 153:
		return LIMIT_ROUTING;
	case 133: /* router solicitation, the first of neighbour discovery */
	case 134:
	case 135:
	case 136:
	case 137: /* redirect, the last */
		if (ip->hop_limit == ND_HOP_LIMIT && !ip->has_fragment_header)
			return LIMIT_NEIGHBOR;
		return LIMIT_ICMP;
	default:
		return LIMIT_ICMP;
	}
}

static enum limit_class classify_ip(const struct ip_packet *ip)
{
	if (is_routing_protocol(ip->protocol))
		return LIMIT_ROUTING;
	if (ip->protocol == (ip->is_ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return ip->is_ipv6 ? classify_icmpv6(ip) : LIMIT_ICMP;
	if (!ip->is_later_fragment && ip->payload.len >= 4) {
		uint16_t source = read_u16(ip->payload.data);
		uint16_t destination = read_u16(ip->payload.data + 2);

		if (ip->protocol == IPPROTO_TCP &&
			(is_routing_tcp_port(source) || is_routing_tcp_port(destination)))
			return LIMIT_ROUTING;
		if (ip->protocol == IPPROTO_UDP &&
			(is_routing_udp_port(source) || is_routing_udp_port(destination)))
			return LIMIT_ROUTING;
		if (ip->protocol == IPPROTO_UDP && is_dhcp_port(destination))
			return LIMIT_LOCAL;
	}
	return ip_is_local(ip) ? LIMIT_LOCAL : LIMIT_REST;
}

static enum limit_class classify_ipv4(struct view view, const struct local_addresses *addresses)
{
	const uint8_t *header = view.data;
	struct ip_packet ip;
	uint32_t header_len;

	if (view.len < 20 || header[0] >> 4 != 4)
		return LIMIT_REST;
	header_len = (header[0] & 0x0f) * 4;
	view_cut(&view, read_u16(header + 2));
	if (header_len < 20 || !view_skip(&view, header_len))
		return LIMIT_REST;
	ip = (struct ip_packet){
		.addresses = addresses,
		.destination = header + 16,
		.is_later_fragment = (read_u16(header + 6) & 0x1fff) != 0,
		.protocol = header[9],
		.payload = view,
	};
	return classify_ip(&ip);
}

/* Reads past one extension header; false if there is none, or not all of it. */
static bool ipv6_skip_extension(struct ip_packet *ip)
{
	const uint8_t *header = ip->payload.data;
	uint32_t len;

	if (ip->is_later_fragment || ip->payload.len < 2)
		return false;
	switch (ip->protocol) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
		len = (header[1] + 1) * 8;
		break;
	case IPPROTO_AH:
		len = (header[1] + 2) * 4;
		break;
	case IPPROTO_FRAGMENT:
		len = IPV6_FRAGMENT_LEN;
		break;
	default:
		return false;
	}
	if (!view_skip(&ip->payload, len))
		return false;
	if (ip->protocol == IPPROTO_FRAGMENT) {
		ip->has_fragment_header = true;
		ip->is_later_fragment = (read_u16(header + 2) & 0xfff8) != 0;
	}
	ip->protocol = header[0];
	return true;
}

static enum limit_class classify_ipv6(struct view view, const struct local_addresses *addresses)
{
	const uint8_t *header = view.data;
	struct ip_packet ip;

	if (!view_skip(&view, IPV6_HEADER_LEN) || header[0] >> 4 != 6)
		return LIMIT_REST;
	view_cut(&view, read_u16(header + 4));
	ip = (struct ip_packet){
		.addresses = addresses,
		.destination = header + 24,
		.is_ipv6 = true,
		.hop_limit = header[7],
		.protocol = header[6],
		.payload = view,
	};
	for (unsigned int i = 0; i < IPV6_HEADERS_MAX; i++)
		if (!ipv6_skip_extension(&ip))
			break;
	return classify_ip(&ip);
}

/* A frame with a length in place of a type: what follows says what it is. */
static enum limit_class classify_llc(const struct view *view)
{
	static const uint8_t isis[] = {0xfe, 0xfe, 0x03}, spanning_tree[] = {0x42, 0x42, 0x03},
			     cisco[] = {0xaa, 0xaa, 0x03, 0x00, 0x00, 0x0c};

	if (view->len >= sizeof(isis) && !memcmp(view->data, isis, sizeof(isis)))
		return LIMIT_ROUTING;
	if (view->len >= sizeof(spanning_tree) &&
		!memcmp(view->data, spanning_tree, sizeof(spanning_tree)))
		return LIMIT_ROUTING;
	/* CDP, UDLD, PAgP, spanning tree per VLAN */
	if (view->len >= sizeof(cisco) && !memcmp(view->data, cisco, sizeof(cisco)))
		return LIMIT_ROUTING;
	return LIMIT_REST;
}

static bool is_vlan(uint16_t type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD || type == ETH_P_QINQ1;
}

enum limit_class classify(
	const uint8_t *data, uint32_t len, const struct local_addresses *addresses)
{
	struct view view = {.data = data, .len = len};
	uint16_t type;

	if (!view_skip(&view, ETH_HLEN))
		return LIMIT_REST;
	type = read_u16(view.data - 2);
	for (unsigned int i = 0; i < VLAN_TAGS_MAX && is_vlan(type); i++) {
		if (!view_skip(&view, VLAN_TAG_LEN))
			return LIMIT_REST;
		type = read_u16(view.data - 2);
	}
	switch (type) {
	case ETH_P_ARP:
		return LIMIT_NEIGHBOR;
	case ETH_P_IP:
		return classify_ipv4(view, addresses);
	case ETH_P_IPV6:
		return classify_ipv6(view, addresses);
	case ETH_P_SLOW:
	case ETH_P_LLDP:
	case ETHERTYPE_ISIS:
		return LIMIT_ROUTING;
	default:
		return type < ETH_P_802_3_MIN ? classify_llc(&view) : LIMIT_REST;
	}
}
