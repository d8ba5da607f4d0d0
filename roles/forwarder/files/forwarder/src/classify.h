/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_CLASSIFY_H
#define FWD_CLASSIFY_H

#include <stdint.h>

#include "limit_spec.h"
#include "local_addresses.h"

/* The class of an Ethernet frame, of which the first `len` bytes can be read. The first that fits:
 *
 * neighbor  ARP; IPv6 neighbour discovery (ICMPv6 133 to 137) with the hop limit of 255 that
 *           every receiver insists on and no router lets through, unfragmented
 * routing   what keeps the network itself together: OSPF, EIGRP, PIM, IGMP, MLD, VRRP, RSVP, IS-IS;
 *           BGP, LDP, MSDP, RIP, BFD, HSRP, GLBP, Babel, OLSR by port; LACP and the other slow
 *           protocols, LLDP, spanning tree, CDP and its kin
 * icmp      all other ICMP and ICMPv6
 * local     other IP to an address of the kernel, to all or to a group; DHCP, whose clients have
 *           no address yet
 * rest      all other: transit, unknown protocols, what is too short or too odd to tell
 *
 * Up to two VLAN tags are read past. A fragment that is not the first one has no ports, so it goes
 * by its protocol and address.
 */
enum limit_class classify(
	const uint8_t *data, uint32_t len, const struct local_addresses *addresses);

#endif
