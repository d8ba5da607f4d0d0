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
/* Finds contradictions between --pair and --vdev; gives pairs the netdev they did not name. */
void vdev_specs_match(const struct vdev_spec *vdevs, unsigned int nb_vdevs, struct pair_spec *pairs,
	unsigned int nb_pairs, struct problems *problems);
const struct vdev_spec *vdev_spec_find(
	const struct vdev_spec *vdevs, unsigned int nb_vdevs, const char *name);

#endif
