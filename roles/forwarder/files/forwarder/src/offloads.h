/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_OFFLOADS_H
#define FWD_OFFLOADS_H

#include <stdbool.h>
#include <stdint.h>

#include "offload_spec.h"
#include "problems.h"

/* What a port says of itself (struct rte_eth_dev_info). */
struct port_abilities {
	uint64_t rx; /* RTE_ETH_RX_OFFLOAD_... */
	uint64_t tx; /* RTE_ETH_TX_OFFLOAD_... */
	/* It speaks virtio: Rx offloads mean that the other side leaves checksums and cutting to
	 * us, with all that is needed to do it. To any other driver they mean verified checksums
	 * and segments that it has merged by rules of its own.
	 */
	bool virtio;
};

enum offload_place {
	OFFLOAD_PLACE_OFF,
	OFFLOAD_PLACE_NIC,
	OFFLOAD_PLACE_SOFTWARE,
};

/* What was negotiated between a NIC port and its kernel port. */
struct offloads {
	enum offload_place places[OFFLOAD_COUNT];
	const char *reasons[OFFLOAD_COUNT]; /* why it is not the NIC's; NULL where it is */
	uint64_t nic_rx, nic_tx;	    /* what to configure the ports with */
	uint64_t kernel_rx, kernel_tx;
};

/* Problems: what the user wants on and the ports can not; label names the pair. */
void offloads_negotiate(const struct offload_spec *spec, const struct port_abilities *nic,
	const struct port_abilities *kernel, const char *label, struct offloads *offloads,
	struct problems *problems);

const char *offload_place_name(enum offload_place place);
/* "checksum nic, tso software (the NIC can not), ..." */
void offloads_describe(const struct offloads *offloads, char *text, unsigned int size);

#endif
