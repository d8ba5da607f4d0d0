/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "create.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_ethdev.h>

#include "log.h"
#include "mirror.h"
#include "port.h"
#include "precheck.h"
#include "vdev_spec.h"

/* The NIC ports: all that are there now but virtio_user's own. */
static int create_collect_nics(uint16_t *ids, unsigned int *nb_ids)
{
	uint16_t id;

	*nb_ids = 0;
	RTE_ETH_FOREACH_DEV(id) {
		struct rte_eth_dev_info info;

		if (rte_eth_dev_info_get(id, &info) < 0 || port_is_virtio_user(&info))
			continue;
		if (*nb_ids == PAIRS_MAX) {
			log_error("there are more than %d NIC ports (choose some with -a)",
				PAIRS_MAX);
			return -ENOTSUP;
		}
		ids[(*nb_ids)++] = id;
	}
	if (*nb_ids == 0) {
		log_error("there is no NIC port (bind a NIC to vfio-pci, and check -a and -b)");
		return -ENODEV;
	}
	return 0;
}

static int create_fill_spec(
	const struct options *options, uint16_t nic, unsigned int index, struct pair_spec *spec)
{
	char nic_name[RTE_ETH_NAME_MAX_LEN];
	struct rte_ether_addr mac;
	int ret;

	*spec = (struct pair_spec){
		.queues = options->queues,
		.queue_size = options->queue_size,
		.mtu = options->mtu,
		.has_mac = true,
		.offloads = options->offloads,
	};
	ret = rte_eth_dev_get_name_by_port(nic, nic_name);
	if (ret == 0)
		ret = rte_eth_macaddr_get(nic, &mac);
	if (ret < 0) {
		log_error("port %u has no name or MAC address", nic);
		return -ENOTSUP;
	}
	snprintf(spec->nic, sizeof(spec->nic), "%s", nic_name);
	snprintf(spec->kernel, sizeof(spec->kernel), "virtio_user%u", index);
	memcpy(spec->mac, mac.addr_bytes, MAC_LEN);
	if (options_netdev_name(options->create_pattern, index, spec->netdev) < 0) {
		log_error("the name of netdev %u of --create=%s is longer than %d characters",
			index, options->create_pattern, NETDEV_NAME_MAX);
		return -EINVAL;
	}
	return 0;
}

static int create_check_netdevs(const struct options *options)
{
	struct problems problems = {0};

	for (unsigned int i = 0; i < options->nb_pairs; i++)
		precheck_netdev(options->pairs[i].netdev, &problems);
	if (problems.count == 0)
		return 0;
	log_error("%s", problems.text);
	return -ENOTCONN;
}

static int create_kernel_port(const struct options *options, const struct pair_spec *spec)
{
	char mac[MAC_TEXT_SIZE];
	char args[512];
	int n, ret;

	format_mac(spec->mac, mac);
	n = snprintf(args, sizeof(args),
		"path=%s,queues=%u,queue_size=%u,iface=%s,mac=%s" VDEV_ANY_ORDER_KEY
			VDEV_ANY_ORDER_VALUE,
		options->vhost_path, spec->queues, spec->queue_size, spec->netdev, mac);
	if (n < 0 || (size_t)n >= sizeof(args)) {
		log_error("--vhost-path is too long");
		return -EINVAL;
	}
	ret = rte_eal_hotplug_add("vdev", spec->kernel, args);
	if (ret == 0)
		return 0;
	log_error("netdev '%s' for NIC '%s' can not be made: %s (see the messages above)",
		spec->netdev, spec->nic, rte_strerror(-ret));
	return -ENOTCONN;
}

int create_pairs(struct options *options)
{
	uint16_t nics[PAIRS_MAX];
	unsigned int nb_nics;
	int ret;

	/* all of them first: every port made below would join the list of ports */
	ret = create_collect_nics(nics, &nb_nics);
	for (unsigned int i = 0; i < nb_nics && ret == 0; i++) {
		ret = create_fill_spec(options, nics[i], i, &options->pairs[i]);
		options->nb_pairs = i + 1;
	}
	if (ret == 0)
		ret = create_check_netdevs(options);
	for (unsigned int i = 0; i < nb_nics && ret == 0; i++)
		mirror_read_start(&options->pairs[i]);
	for (unsigned int i = 0; i < nb_nics && ret == 0; i++)
		ret = create_kernel_port(options, &options->pairs[i]);
	return ret;
}
