/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_VDEV_SPEC_H
#define FWD_VDEV_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "pair_spec.h"
#include "parse.h"
#include "problems.h"

/* The path by which the driver knows the kernel's vhost (virtio_user_backend_type()). */
#define VDEV_VHOST_NET "/dev/vhost-net"
/* vhost-net of Linux 6.18 and newer offers VIRTIO_F_IN_ORDER, and then gives back all buffers of a
 * packet with one entry of the used ring (vhost_add_used_n_in_order()). The driver reads an entry
 * for each of them (virtqueue_dequeue_rx_inorder()) and takes old ones for new: packets arrive with
 * the data of others, and queues stop. So the feature is never taken.
 */
#define VDEV_ANY_ORDER_KEY   ",in_order="
#define VDEV_ANY_ORDER_VALUE "0"

/* The virtio_user devices that EAL is about to make: read here first, because the driver
 * ignores or silently replaces most of what it does not understand.
 */
struct vdev_spec {
	char name[PORT_NAME_MAX + 1];
	char path[256];
	char iface[NETDEV_NAME_MAX + 1]; /* empty: the kernel chooses */
	unsigned int queues;
	unsigned int queue_size;
	bool has_mac;
	uint8_t mac[MAC_LEN];
};

bool vdev_is_virtio_user(const char *name);

/* Collects the virtio_user devices of EAL arguments; returns how many there are. */
unsigned int vdev_specs_collect(int argc, char *const *argv, struct vdev_spec *specs,
	unsigned int max_specs, struct problems *problems);
/* Gives a virtio_user device in EAL's arguments another MAC address: its driver sets the netdev to
 * that one whenever it begins, which is earlier than anybody could tell it another.
 */
int vdev_use_mac(int argc, char **argv, const char *name, const uint8_t mac[MAC_LEN]);
/* Has none of the devices that the kernel serves take VIRTIO_F_IN_ORDER. */
int vdev_use_any_order(int argc, char **argv, const struct vdev_spec *specs, unsigned int nb_specs);
/* Finds contradictions between --pair and --vdev; gives pairs the netdev they did not name. */
void vdev_specs_match(const struct vdev_spec *vdevs, unsigned int nb_vdevs, struct pair_spec *pairs,
	unsigned int nb_pairs, struct problems *problems);
const struct vdev_spec *vdev_spec_find(
	const struct vdev_spec *vdevs, unsigned int nb_vdevs, const char *name);

#endif
