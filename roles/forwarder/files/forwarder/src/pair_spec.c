/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "pair_spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum pair_key {
	PAIR_KEY_CHECKSUM,
	PAIR_KEY_GRO,
	PAIR_KEY_KERNEL,
	PAIR_KEY_LIMIT_NEIGHBOR, /* the limits in the order of enum limit_class */
	PAIR_KEY_LIMIT_ICMP,
	PAIR_KEY_LIMIT_ROUTING,
	PAIR_KEY_LIMIT_LOCAL,
	PAIR_KEY_LIMIT_REST,
	PAIR_KEY_MAC,
	PAIR_KEY_MTU,
	PAIR_KEY_NETDEV,
	PAIR_KEY_NIC,
	PAIR_KEY_QUEUES,
	PAIR_KEY_QUEUE_SIZE,
	PAIR_KEY_RX_CHECKSUM,
	PAIR_KEY_TSO,
	PAIR_KEY_COUNT,
};

static const char *const pair_key_names[PAIR_KEY_COUNT] = {
	[PAIR_KEY_CHECKSUM] = "checksum",
	[PAIR_KEY_GRO] = "gro",
	[PAIR_KEY_KERNEL] = "kernel",
	[PAIR_KEY_LIMIT_NEIGHBOR] = "limit_neighbor",
	[PAIR_KEY_LIMIT_ICMP] = "limit_icmp",
	[PAIR_KEY_LIMIT_ROUTING] = "limit_routing",
	[PAIR_KEY_LIMIT_LOCAL] = "limit_local",
	[PAIR_KEY_LIMIT_REST] = "limit_rest",
	[PAIR_KEY_MAC] = "mac",
	[PAIR_KEY_MTU] = "mtu",
	[PAIR_KEY_NETDEV] = "netdev",
	[PAIR_KEY_NIC] = "nic",
	[PAIR_KEY_QUEUES] = "queues",
	[PAIR_KEY_QUEUE_SIZE] = "queue_size",
	[PAIR_KEY_RX_CHECKSUM] = "rx_checksum",
	[PAIR_KEY_TSO] = "tso",
};

static enum pair_key pair_key_find(const char *name)
{
	unsigned int key;

	for (key = 0; key < PAIR_KEY_COUNT; key++)
		if (!strcmp(name, pair_key_names[key]))
			break;
	return key;
}

static void pair_set_port_name(const char *label, const char *key, const char *value,
	char name[PORT_NAME_MAX + 1], struct problems *problems)
{
	if (*value == '\0' || strlen(value) > PORT_NAME_MAX)
		problems_add(problems, "%s: %s must be the name of a port of 1 to %d characters",
			label, key, PORT_NAME_MAX);
	else
		strcpy(name, value);
}

static void pair_set_offload(struct pair_spec *spec, enum pair_key key, const char *value,
	const char *label, struct problems *problems)
{
	const char *name = pair_key_names[key];

	if (!offload_parse_choice(value, &spec->offloads.choices[offload_find(name)]))
		problems_add(
			problems, "%s: %s '%s' is neither auto nor on nor off", label, name, value);
}

static void pair_set(struct pair_spec *spec, enum pair_key key, const char *value,
	const char *label, struct problems *problems)
{
	switch (key) {
	case PAIR_KEY_KERNEL:
		pair_set_port_name(label, "kernel", value, spec->kernel, problems);
		break;
	case PAIR_KEY_NIC:
		pair_set_port_name(label, "nic", value, spec->nic, problems);
		break;
	case PAIR_KEY_LIMIT_NEIGHBOR:
	case PAIR_KEY_LIMIT_ICMP:
	case PAIR_KEY_LIMIT_ROUTING:
	case PAIR_KEY_LIMIT_LOCAL:
	case PAIR_KEY_LIMIT_REST:
		limit_spec_parse(value, label, pair_key_names[key],
			&spec->limits[key - PAIR_KEY_LIMIT_NEIGHBOR], problems);
		break;
	case PAIR_KEY_MAC:
		if (parse_mac(value, spec->mac) < 0)
			problems_add(problems,
				"%s: mac '%s' is not a unicast address like 02:00:00:00:00:01",
				label, value);
		spec->has_mac = true;
		break;
	case PAIR_KEY_MTU:
		if (parse_uint(value, MTU_MIN, MTU_MAX, &spec->mtu) < 0)
			problems_add(problems, "%s: mtu '%s' is not a number from %d to %d", label,
				value, MTU_MIN, MTU_MAX);
		break;
	case PAIR_KEY_NETDEV:
		if (!is_netdev_name(value))
			problems_add(problems,
				"%s: netdev '%s' is not an interface name of 1 to %d characters",
				label, value, NETDEV_NAME_MAX);
		else
			strcpy(spec->netdev, value);
		break;
	case PAIR_KEY_QUEUES:
		if (parse_uint(value, 1, QUEUES_MAX, &spec->queues) < 0)
			problems_add(problems, "%s: queues '%s' is not a number from 1 to %d",
				label, value, QUEUES_MAX);
		break;
	case PAIR_KEY_QUEUE_SIZE:
		if (parse_uint(value, QUEUE_SIZE_MIN, QUEUE_SIZE_MAX, &spec->queue_size) < 0 ||
			!is_power_of_two(spec->queue_size))
			problems_add(problems,
				"%s: queue_size '%s' is not a power of two from %d to %d", label,
				value, QUEUE_SIZE_MIN, QUEUE_SIZE_MAX);
		break;
	case PAIR_KEY_CHECKSUM:
	case PAIR_KEY_GRO:
	case PAIR_KEY_RX_CHECKSUM:
	case PAIR_KEY_TSO:
		pair_set_offload(spec, key, value, label, problems);
		break;
	case PAIR_KEY_COUNT:
		break;
	}
}

void pair_spec_parse(
	const char *text, const char *label, struct pair_spec *spec, struct problems *problems)
{
	bool seen[PAIR_KEY_COUNT] = {false};
	char *copy, *rest, *item;

	*spec = (struct pair_spec){
		.queues = QUEUES_DEFAULT,
		.queue_size = QUEUE_SIZE_DEFAULT,
		.mtu = MTU_DEFAULT,
	};
	copy = strdup(text);
	if (copy == NULL) {
		problems_add(problems, "%s: out of memory", label);
		return;
	}
	rest = copy;
	while ((item = strsep(&rest, ",")) != NULL) {
		char *value = strchr(item, '=');
		enum pair_key key;

		if (value == NULL) {
			problems_add(problems, "%s: '%s' is not key=value", label, item);
			continue;
		}
		*value++ = '\0';
		key = pair_key_find(item);
		if (key == PAIR_KEY_COUNT) {
			problems_add(problems, "%s: unknown key '%s'", label, item);
		} else if (seen[key]) {
			problems_add(problems, "%s: %s is given twice", label, item);
		} else {
			seen[key] = true;
			pair_set(spec, key, value, label, problems);
		}
	}
	if (!seen[PAIR_KEY_NIC])
		problems_add(problems, "%s: nic= is missing", label);
	if (!seen[PAIR_KEY_KERNEL])
		problems_add(problems, "%s: kernel= is missing", label);
	offload_spec_check(&spec->offloads, label, problems);
	free(copy);
}

static bool pair_uses_port(const struct pair_spec *spec, const char *name)
{
	return !strcmp(spec->nic, name) || !strcmp(spec->kernel, name);
}

void pair_specs_check_unique(
	const struct pair_spec *specs, unsigned int nb_specs, struct problems *problems)
{
	for (unsigned int i = 0; i < nb_specs; i++) {
		const struct pair_spec *a = &specs[i];

		if (a->nic[0] != '\0' && !strcmp(a->nic, a->kernel))
			problems_add(problems, "port '%s' is paired with itself", a->nic);
		for (unsigned int j = i + 1; j < nb_specs; j++) {
			const struct pair_spec *b = &specs[j];

			if (a->nic[0] != '\0' && pair_uses_port(b, a->nic))
				problems_add(problems, "port '%s' is used twice", a->nic);
			if (a->kernel[0] != '\0' && strcmp(a->nic, a->kernel) &&
				pair_uses_port(b, a->kernel))
				problems_add(problems, "port '%s' is used twice", a->kernel);
			if (a->netdev[0] != '\0' && !strcmp(a->netdev, b->netdev))
				problems_add(problems, "netdev '%s' is used twice", a->netdev);
		}
	}
}
