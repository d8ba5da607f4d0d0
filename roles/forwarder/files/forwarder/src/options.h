/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_OPTIONS_H
#define FWD_OPTIONS_H

#include <stdbool.h>

#include "idle.h"
#include "offload_spec.h"
#include "pair_spec.h"
#include "parse.h"
#include "problems.h"

#define PAIRS_MAX	       64
#define CREATE_PATTERN_DEFAULT "virtio_user%u"

struct options {
	bool help;
	bool version;
	enum idle_mode idle;

	/* pairs of ports that EAL was told to make ... */
	struct pair_spec pairs[PAIRS_MAX];
	unsigned int nb_pairs;

	/* ... or a kernel side made here for every NIC */
	bool create;
	const char *create_pattern; /* one %u: the number of the NIC */
	const char *vhost_path;
	unsigned int queues;
	unsigned int queue_size;
	unsigned int mtu;
	struct offload_spec offloads;
};

/* argv[0] is skipped. What is wrong goes to problems. */
void options_parse(int argc, char **argv, struct options *options, struct problems *problems);
/* Writes the netdev name of the index-th NIC; -EINVAL if it is no interface name. */
int options_netdev_name(const char *pattern, unsigned int index, char name[NETDEV_NAME_MAX + 1]);
void options_print_help(void);

#endif
