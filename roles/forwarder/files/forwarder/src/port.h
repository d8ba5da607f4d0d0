/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_PORT_H
#define FWD_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ethdev.h>
#include <rte_mempool.h>

#include "parse.h"
#include "problems.h"

enum port_side {
	PORT_NIC,
	PORT_KERNEL,
};

/* One ethdev. */
struct port {
	enum port_side side;
	uint16_t id;
	char name[PORT_NAME_MAX + 1];
	struct rte_eth_dev_info info;
	uint16_t nb_rxd;
	uint16_t nb_txd;
	uint64_t rx_offloads;
	uint64_t tx_offloads;
	bool has_interrupts; /* of its Rx queues */
	bool configured;
	bool started;
};

/* Any of the drivers that speak virtio. */
bool port_is_virtio(const struct rte_eth_dev_info *info);
bool port_is_virtio_user(const struct rte_eth_dev_info *info);
/* mbufs that nb_txd Tx descriptors can hold. */
unsigned int port_tx_mbufs(const struct rte_eth_dev_info *info, uint16_t nb_txd);

/* -ENODEV if EAL has no port of that name. */
int port_find(struct port *port, const char *name, enum port_side side);
/* Says what the port can not do. */
void port_check(
	const struct port *port, unsigned int queues, unsigned int mtu, struct problems *problems);
/* Queues, MTU and the port's offloads, with Rx interrupts if wanted and possible; afterwards
 * nb_rxd and nb_txd are what the port accepts.
 */
int port_configure(struct port *port, unsigned int queues, unsigned int queue_size,
	unsigned int mtu, bool interrupts);
int port_setup_queues(
	const struct port *port, unsigned int queues, int socket, struct rte_mempool *pool);
void port_close(struct port *port);

#endif
