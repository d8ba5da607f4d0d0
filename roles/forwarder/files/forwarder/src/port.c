/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "port.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "quirks.h"

#define PORT_RSS_TYPES (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_SCTP)

#define PORT_TX_KEPT	      64
#define PORT_VIRTIO_CHAIN_MAX 7 /* VIRTIO_MAX_TX_INDIRECT of the driver is one more */

bool port_is_virtio_user(const struct rte_eth_dev_info *info)
{
	return info->driver_name != NULL && strstr(info->driver_name, "virtio_user") != NULL;
}

bool port_is_virtio(const struct rte_eth_dev_info *info)
{
	return info->driver_name != NULL && strstr(info->driver_name, "virtio") != NULL;
}

unsigned int port_tx_mbufs(const struct rte_eth_dev_info *info, uint16_t nb_txd)
{
	/* The driver puts a chain of up to so many into one descriptor (an indirect one), and gives
	 * back what was sent only when it sends more: if they were all there are, nothing would be
	 * received any more that could be sent.
	 */
	return port_is_virtio(info) ? nb_txd * PORT_VIRTIO_CHAIN_MAX : nb_txd;
}

int port_find(struct port *port, const char *name, enum port_side side)
{
	*port = (struct port){.side = side};
	if (strlen(name) > PORT_NAME_MAX || rte_eth_dev_get_port_by_name(name, &port->id) < 0)
		return -ENODEV;
	strcpy(port->name, name);
	if (rte_eth_dev_info_get(port->id, &port->info) < 0)
		return -ENODEV;
	port->info.rx_offload_capa &= ~quirks_rx(port->info.driver_name);
	port->info.tx_offload_capa &= ~quirks_tx(port->info.driver_name, QUIRKS_VENDOR);
	return 0;
}

void port_check(
	const struct port *port, unsigned int queues, unsigned int mtu, struct problems *problems)
{
	const struct rte_eth_dev_info *info = &port->info;

	if (queues > info->max_rx_queues || queues > info->max_tx_queues)
		problems_add(problems,
			"port '%s' (%s) has %u Rx and %u Tx queues, %u are asked for", port->name,
			info->driver_name, info->max_rx_queues, info->max_tx_queues, queues);
	else if (port_is_virtio_user(info) && queues != info->max_rx_queues)
		/* the kernel would send its share of the flows to queues that nobody serves */
		problems_add(problems, "port '%s' was made with queues=%u, not %u", port->name,
			info->max_rx_queues, queues);
	if (mtu < info->min_mtu || (info->max_mtu != 0 && mtu > info->max_mtu))
		problems_add(problems, "port '%s' (%s) takes an MTU from %u to %u, not %u",
			port->name, info->driver_name, info->min_mtu, info->max_mtu, mtu);
}

static void port_fill_conf(const struct port *port, unsigned int queues, unsigned int mtu,
	bool interrupts, struct rte_eth_conf *conf)
{
	const struct rte_eth_dev_info *info = &port->info;

	memset(conf, 0, sizeof(*conf));
	/* never VLAN stripping: tags pass through */
	conf->rxmode.mtu = mtu;
	conf->rxmode.offloads = port->rx_offloads;
	conf->txmode.offloads = port->tx_offloads;
	conf->intr_conf.rxq = interrupts;
	if (port->side != PORT_NIC || queues == 1)
		return;
	conf->rx_adv_conf.rss_conf.rss_hf = info->flow_type_rss_offloads & PORT_RSS_TYPES;
	if (conf->rx_adv_conf.rss_conf.rss_hf != 0)
		conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	else
		log_warning("port '%s' (%s) can not spread what it receives: only one of its %u "
			    "queues will get packets",
			port->name, info->driver_name, queues);
}

static int port_set_mtu(const struct port *port, unsigned int mtu)
{
	uint16_t now = 0;
	int ret;

	ret = rte_eth_dev_set_mtu(port->id, mtu);
	if (ret == 0)
		return 0;
	/* a driver without this call took the MTU with the configuration, if any */
	if (ret == -ENOTSUP && rte_eth_dev_get_mtu(port->id, &now) == 0 && now >= mtu)
		return 0;
	log_error("port '%s' (%s) does not take an MTU of %u: %s", port->name,
		port->info.driver_name, mtu, rte_strerror(-ret));
	return ret;
}

int port_configure(struct port *port, unsigned int queues, unsigned int queue_size,
	unsigned int mtu, bool interrupts)
{
	struct rte_eth_conf conf;
	int ret;

	port_fill_conf(port, queues, mtu, interrupts, &conf);
	/* also a configuration that failed half way is to be closed */
	port->configured = true;
	port->has_interrupts = interrupts;
	ret = rte_eth_dev_configure(port->id, queues, queues, &conf);
	if (ret < 0 && interrupts) {
		port->has_interrupts = false;
		conf.intr_conf.rxq = 0;
		ret = rte_eth_dev_configure(port->id, queues, queues, &conf);
	}
	if (ret < 0) {
		log_error("port '%s' (%s) refuses its configuration: %s", port->name,
			port->info.driver_name, rte_strerror(-ret));
		return ret;
	}
	ret = port_set_mtu(port, mtu);
	if (ret < 0)
		return ret;
	port->nb_rxd = queue_size;
	port->nb_txd = queue_size;
	ret = rte_eth_dev_adjust_nb_rx_tx_desc(port->id, &port->nb_rxd, &port->nb_txd);
	if (ret < 0)
		log_error("port '%s': no number of descriptors fits: %s", port->name,
			rte_strerror(-ret));
	else if (port->nb_rxd != queue_size || port->nb_txd != queue_size)
		log_info("port '%s' takes %u Rx and %u Tx descriptors instead of %u", port->name,
			port->nb_rxd, port->nb_txd, queue_size);
	return ret;
}

/* A virtio_user port gives buffers back once PORT_TX_KEPT of them are sent: those that are used
 * next are then still in the CPU's cache. By default it keeps them until its ring is nearly full,
 * and then gives back more at once than an lcore's share of the pool holds.
 */
static int port_setup_tx_queue(const struct port *port, uint16_t queue, int socket)
{
	struct rte_eth_txconf txconf = port->info.default_txconf;
	int ret = -EINVAL;

	txconf.offloads = port->tx_offloads;
	if (port_is_virtio_user(&port->info) && port->nb_txd > PORT_TX_KEPT) {
		txconf.tx_free_thresh = port->nb_txd - PORT_TX_KEPT;
		ret = rte_eth_tx_queue_setup(port->id, queue, port->nb_txd, socket, &txconf);
		txconf.tx_free_thresh = port->info.default_txconf.tx_free_thresh;
	}
	/* also where the device's ring is smaller than what the driver was asked for */
	if (ret == -EINVAL)
		ret = rte_eth_tx_queue_setup(port->id, queue, port->nb_txd, socket, &txconf);
	return ret;
}

int port_setup_queues(
	const struct port *port, unsigned int queues, int socket, struct rte_mempool *pool)
{
	struct rte_eth_rxconf rxconf = port->info.default_rxconf;
	int ret = 0;

	rxconf.offloads = port->rx_offloads;
	for (unsigned int queue = 0; queue < queues && ret == 0; queue++) {
		ret = rte_eth_rx_queue_setup(port->id, queue, port->nb_rxd, socket, &rxconf, pool);
		if (ret == 0)
			ret = port_setup_tx_queue(port, queue, socket);
		if (ret < 0)
			log_error("port '%s' (%s) refuses queue %u: %s", port->name,
				port->info.driver_name, queue, rte_strerror(-ret));
	}
	return ret;
}

void port_close(struct port *port)
{
	if (!port->configured)
		return;
	if (port->started)
		rte_eth_dev_stop(port->id);
	rte_eth_dev_close(port->id);
	port->configured = false;
	port->started = false;
}
