/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 *
 * An EAL plugin (-d vv.so) of the forwarder for the benchmark's rig of one process with net_vhost0
 * and, on its socket, virtio_user0. It does two things that no data plane can be asked to do:
 *
 * 1. net_vhost listens only once its port is configured, but virtio_user connects when it is
 *    probed. The device vvstart0, between the two on the command line, starts net_vhost0.
 * 2. Nothing sends packets into the circle of the two ports. Through an Rx callback on each,
 *    in the data plane's own lcore, VV_PACKETS packets of 64 bytes are slipped in; then the
 *    callback removes itself. The data plane passes them round for ever, both ways.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bus_vdev_driver.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#define VV_PACKETS 512
#define VV_LENGTH  64 /* as testpmd sends them */
#define VV_RING	   1024
#define VV_LOOK_US 100000

struct vv_port {
	const char *name;
	const struct rte_eth_rxtx_callback *callback;
	unsigned int sent;
};

static struct rte_mempool *vv_pool;
static struct vv_port vv_ports[] = {{.name = "net_vhost0"}, {.name = "virtio_user0"}};

static uint16_t vv_inject(uint16_t port, uint16_t queue, struct rte_mbuf **pkts, uint16_t nb_pkts,
	uint16_t max_pkts, void *arg)
{
	struct vv_port *vv = arg;

	while (nb_pkts < max_pkts && vv->sent < VV_PACKETS) {
		struct rte_mbuf *pkt = rte_pktmbuf_alloc(vv_pool);

		if (pkt == NULL)
			break;
		memset(rte_pktmbuf_append(pkt, VV_LENGTH), 0x02, VV_LENGTH);
		pkts[nb_pkts++] = pkt;
		vv->sent++;
	}
	if (vv->sent == VV_PACKETS && vv->callback != NULL) {
		rte_eth_remove_rx_callback(port, queue, vv->callback);
		vv->callback = NULL;
	}
	return nb_pkts;
}

static bool vv_is_started(const char *name, uint16_t *port)
{
	struct rte_eth_link link;

	return rte_eth_dev_get_port_by_name(name, port) == 0 &&
		rte_eth_link_get_nowait(*port, &link) == 0 && link.link_status;
}

/* Waits until the data plane has started both ports. */
static void *vv_wait(void *arg)
{
	uint16_t ports[RTE_DIM(vv_ports)];

	(void)arg;
	while (!vv_is_started(vv_ports[0].name, &ports[0]) ||
		!vv_is_started(vv_ports[1].name, &ports[1]))
		usleep(VV_LOOK_US);
	sleep(1);
	for (unsigned int i = 0; i < RTE_DIM(vv_ports); i++)
		vv_ports[i].callback =
			rte_eth_add_rx_callback(ports[i], 0, vv_inject, &vv_ports[i]);
	return NULL;
}

static int vv_start_vhost(void)
{
	struct rte_eth_conf conf = {0};
	const char *socket = getenv("VV_SOCKET");
	uint16_t port;
	int ret;

	/* the forwarder wants to see the path before EAL is there: a file was put in its place */
	if (socket != NULL)
		unlink(socket);
	vv_pool = rte_pktmbuf_pool_create("vv", 4095, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	if (vv_pool == NULL)
		return -1;
	ret = rte_eth_dev_get_port_by_name("net_vhost0", &port);
	if (ret == 0)
		ret = rte_eth_dev_configure(port, 1, 1, &conf);
	if (ret == 0)
		ret = rte_eth_rx_queue_setup(port, 0, VV_RING, 0, NULL, vv_pool);
	if (ret == 0)
		ret = rte_eth_tx_queue_setup(port, 0, VV_RING, 0, NULL);
	if (ret == 0)
		ret = rte_eth_dev_start(port);
	if (ret == 0)
		ret = rte_eth_dev_stop(port);
	return ret;
}

static int vv_probe(struct rte_vdev_device *device)
{
	pthread_t thread;
	int ret = vv_start_vhost();

	(void)device;
	if (ret == 0)
		ret = -pthread_create(&thread, NULL, vv_wait, NULL);
	if (ret != 0)
		fprintf(stderr, "vv: net_vhost0 does not start: %d\n", ret);
	return ret;
}

static int vv_remove(struct rte_vdev_device *device)
{
	(void)device;
	return 0;
}

static struct rte_vdev_driver vv_driver = {
	.probe = vv_probe,
	.remove = vv_remove,
};

RTE_PMD_REGISTER_VDEV(vvstart, vv_driver);
