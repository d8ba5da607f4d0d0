/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_MULTICAST_H
#define FWD_MULTICAST_H

#include <stdbool.h>
#include <stdint.h>

#include "parse.h"

#define MULTICAST_PATH "/proc/self/net/dev_mcast"
#define MULTICAST_MAX  256

/* The multicast addresses that a netdev listens to. */
struct multicast {
	bool complete; /* all of them are known, and there was room */
	unsigned int count;
	uint8_t groups[MULTICAST_MAX][MAC_LEN];
};

/* The whole file, of all netdevs, to be freed; NULL if it can not be read. No kernel tells of a
 * change in it.
 */
char *multicast_load(const char *path);
/* The part of one netdev. Without a text nothing is known. */
void multicast_parse(const char *text, int ifindex, struct multicast *multicast);
bool multicast_equal(const struct multicast *a, const struct multicast *b);

#endif
