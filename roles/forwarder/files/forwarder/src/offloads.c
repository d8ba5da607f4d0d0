/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "offloads.h"

#include <stdio.h>

#include <rte_ethdev.h>

#define OFFLOADS_RX_L4 (RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM)
#define OFFLOADS_TX_L4 (RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM)

/* An offload that stays off: fine unless it was asked for. */
struct offload_try {
	enum offload_place place;
	const char *reason;
};

static bool offloads_has(uint64_t abilities, uint64_t wanted)
{
	return (abilities & wanted) == wanted;
}

static struct offload_try offloads_try_checksum(
	const struct port_abilities *nic, const struct port_abilities *kernel)
{
	/* GUEST_CSUM: without it the kernel finishes all checksums itself */
	if (!kernel->virtio || !offloads_has(kernel->rx, OFFLOADS_RX_L4))
		return (struct offload_try){
			OFFLOAD_PLACE_OFF, "the kernel port does not leave checksums to others"};
	if (!offloads_has(nic->tx, OFFLOADS_TX_L4))
		return (struct offload_try){
			OFFLOAD_PLACE_SOFTWARE, "the NIC does not finish checksums"};
	return (struct offload_try){OFFLOAD_PLACE_NIC, NULL};
}

static struct offload_try offloads_try_tso(const struct offloads *offloads,
	const struct port_abilities *nic, const struct port_abilities *kernel)
{
	if (offloads->places[OFFLOAD_CHECKSUM] == OFFLOAD_PLACE_OFF)
		return (struct offload_try){OFFLOAD_PLACE_OFF, "checksum is off"};
	if (!offloads_has(kernel->rx, RTE_ETH_RX_OFFLOAD_TCP_LRO))
		return (struct offload_try){
			OFFLOAD_PLACE_OFF, "the kernel port does not leave cutting to others"};
	if (!offloads_has(nic->tx, RTE_ETH_TX_OFFLOAD_TCP_TSO | RTE_ETH_TX_OFFLOAD_MULTI_SEGS) ||
		offloads->places[OFFLOAD_CHECKSUM] != OFFLOAD_PLACE_NIC)
		return (struct offload_try){OFFLOAD_PLACE_SOFTWARE, "the NIC does not cut packets"};
	return (struct offload_try){OFFLOAD_PLACE_NIC, NULL};
}

static bool offloads_takes_large(const struct port_abilities *kernel)
{
	return offloads_has(kernel->tx, RTE_ETH_TX_OFFLOAD_TCP_TSO | RTE_ETH_TX_OFFLOAD_MULTI_SEGS);
}

static struct offload_try offloads_try_rx_checksum(enum offload_choice gro,
	const struct port_abilities *nic, const struct port_abilities *kernel)
{
	if (!offloads_has(kernel->tx, OFFLOADS_TX_L4))
		return (struct offload_try){
			OFFLOAD_PLACE_OFF, "the kernel port can not be told of verified checksums"};
	/* in software it pays only for what is merged */
	if (!offloads_has(nic->rx, RTE_ETH_RX_OFFLOAD_TCP_CKSUM))
		return (struct offload_try){gro != OFFLOAD_OFF && offloads_takes_large(kernel)
				? OFFLOAD_PLACE_SOFTWARE
				: OFFLOAD_PLACE_OFF,
			"the NIC does not verify checksums"};
	return (struct offload_try){OFFLOAD_PLACE_NIC, NULL};
}

static struct offload_try offloads_try_gro(const struct offloads *offloads,
	const struct port_abilities *nic, const struct port_abilities *kernel)
{
	if (offloads->places[OFFLOAD_RX_CHECKSUM] == OFFLOAD_PLACE_OFF)
		return (struct offload_try){OFFLOAD_PLACE_OFF, "rx_checksum is off"};
	if (!offloads_takes_large(kernel))
		return (struct offload_try){
			OFFLOAD_PLACE_OFF, "the kernel port does not take large packets"};
	/* other drivers' LRO makes packets that can not be cut into what they were made of */
	if (!nic->virtio || !offloads_has(nic->rx, RTE_ETH_RX_OFFLOAD_TCP_LRO))
		return (struct offload_try){
			OFFLOAD_PLACE_SOFTWARE, "the NIC's own merging can not be undone"};
	return (struct offload_try){OFFLOAD_PLACE_NIC, NULL};
}

static void offloads_settle(struct offloads *offloads, enum offload offload,
	const struct offload_spec *spec, struct offload_try try, const char *label,
	struct problems *problems)
{
	enum offload_choice choice = spec->choices[offload];

	if (choice == OFFLOAD_OFF)
		try = (struct offload_try){OFFLOAD_PLACE_OFF, "not wanted"};
	else if (choice == OFFLOAD_ON && try.place == OFFLOAD_PLACE_OFF)
		problems_add(problems, "pair '%s': %s=on can not be: %s", label,
			offload_names[offload], try.reason);
	offloads->places[offload] = try.place;
	offloads->reasons[offload] = try.reason;
}

/* The ports' own offloads that follow from what was settled. */
static void offloads_fill_ports(struct offloads *offloads, const struct port_abilities *nic,
	const struct port_abilities *kernel)
{
	const enum offload_place *places = offloads->places;

	/* chains: what a port writes in several buffers, and large packets */
	offloads->nic_tx = nic->tx & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	offloads->kernel_tx = kernel->tx & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	offloads->kernel_rx = kernel->rx & RTE_ETH_RX_OFFLOAD_SCATTER;
	offloads->nic_rx = 0;
	if (places[OFFLOAD_CHECKSUM] != OFFLOAD_PLACE_OFF)
		offloads->kernel_rx |= OFFLOADS_RX_L4;
	if (places[OFFLOAD_CHECKSUM] == OFFLOAD_PLACE_NIC)
		offloads->nic_tx |= OFFLOADS_TX_L4;
	if (places[OFFLOAD_TSO] != OFFLOAD_PLACE_OFF)
		offloads->kernel_rx |= RTE_ETH_RX_OFFLOAD_TCP_LRO;
	if (places[OFFLOAD_TSO] == OFFLOAD_PLACE_NIC)
		offloads->nic_tx |=
			RTE_ETH_TX_OFFLOAD_TCP_TSO | (nic->tx & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM);
	if (places[OFFLOAD_RX_CHECKSUM] != OFFLOAD_PLACE_OFF) {
		offloads->nic_rx |= nic->rx & (OFFLOADS_RX_L4 | RTE_ETH_RX_OFFLOAD_IPV4_CKSUM);
		offloads->kernel_tx |= OFFLOADS_TX_L4;
	}
	if (places[OFFLOAD_GRO] != OFFLOAD_PLACE_OFF)
		offloads->kernel_tx |= RTE_ETH_TX_OFFLOAD_TCP_TSO;
	if (places[OFFLOAD_GRO] == OFFLOAD_PLACE_NIC)
		offloads->nic_rx |= RTE_ETH_RX_OFFLOAD_TCP_LRO;
}

void offloads_negotiate(const struct offload_spec *spec, const struct port_abilities *nic,
	const struct port_abilities *kernel, const char *label, struct offloads *offloads,
	struct problems *problems)
{
	*offloads = (struct offloads){0};
	offloads_settle(offloads, OFFLOAD_CHECKSUM, spec, offloads_try_checksum(nic, kernel), label,
		problems);
	offloads_settle(offloads, OFFLOAD_TSO, spec, offloads_try_tso(offloads, nic, kernel), label,
		problems);
	offloads_settle(offloads, OFFLOAD_RX_CHECKSUM, spec,
		offloads_try_rx_checksum(spec->choices[OFFLOAD_GRO], nic, kernel), label, problems);
	offloads_settle(offloads, OFFLOAD_GRO, spec, offloads_try_gro(offloads, nic, kernel), label,
		problems);
	offloads_fill_ports(offloads, nic, kernel);
}

const char *offload_place_name(enum offload_place place)
{
	static const char *const names[] = {
		[OFFLOAD_PLACE_OFF] = "off",
		[OFFLOAD_PLACE_NIC] = "nic",
		[OFFLOAD_PLACE_SOFTWARE] = "software",
	};

	return names[place];
}

void offloads_describe(const struct offloads *offloads, char *text, unsigned int size)
{
	unsigned int used = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < OFFLOAD_COUNT && used < size; i++) {
		const char *reason = offloads->reasons[i];

		used += snprintf(text + used, size - used, "%s%s %s%s%s%s", i > 0 ? ", " : "",
			offload_names[i], offload_place_name(offloads->places[i]),
			reason != NULL ? " (" : "", reason != NULL ? reason : "",
			reason != NULL ? ")" : "");
	}
}
