/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_PAIR_SPEC_H
#define FWD_PAIR_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "limit_spec.h"
#include "offload_spec.h"
#include "parse.h"
#include "problems.h"

/* What the user wants of one pair: the argument of --pair. */
struct pair_spec {
	char nic[PORT_NAME_MAX + 1];
	char kernel[PORT_NAME_MAX + 1];
	char netdev[NETDEV_NAME_MAX + 1]; /* empty: not known */
	unsigned int queues;
	unsigned int queue_size;
	unsigned int mtu;
	bool has_mac; /* without: the NIC's own address */
	uint8_t mac[MAC_LEN];
	struct offload_spec offloads;
	bool netdev_was_there;			 /* before the forwarder: its own settings count */
	struct limit_spec limits[LIMIT_CLASSES]; /* NIC -> kernel only */
};

/* Fills spec from "nic=...,kernel=...,..."; what is wrong goes to problems, prefixed by label. */
void pair_spec_parse(
	const char *text, const char *label, struct pair_spec *spec, struct problems *problems);
/* A port or a netdev belongs to one pair only. */
void pair_specs_check_unique(
	const struct pair_spec *specs, unsigned int nb_specs, struct problems *problems);

#endif
