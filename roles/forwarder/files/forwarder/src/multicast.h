/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_MULTICAST_H
#define FWD_MULTICAST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "parse.h"

#define MULTICAST_PROC "/proc/net/dev_mcast"
#define MULTICAST_MAX  128 /* more, and the NIC gets all multicast */

/* The multicast MAC addresses that a netdev wants. The kernel tells of no change of them. */
struct multicast {
	unsigned int count; /* MULTICAST_MAX + 1: too many */
	uint8_t macs[MULTICAST_MAX][MAC_LEN];
};

/* From lines of /proc/net/dev_mcast (kernel: net/core/net-procfs.c). */
void multicast_parse(FILE *file, int index, struct multicast *multicast);
/* Where the file can not be read the netdev wants all. */
void multicast_read(int index, struct multicast *multicast);
bool multicast_equal(const struct multicast *a, const struct multicast *b);

#endif
