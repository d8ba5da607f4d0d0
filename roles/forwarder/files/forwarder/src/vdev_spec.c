/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "vdev_spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* the driver's own defaults */
#define VDEV_QUEUES_DEFAULT	1
#define VDEV_QUEUE_SIZE_DEFAULT 256

bool vdev_is_virtio_user(const char *name)
{
	return !strncmp(name, "virtio_user", strlen("virtio_user")) ||
		!strncmp(name, "net_virtio_user", strlen("net_virtio_user"));
}

static void vdev_set(
	struct vdev_spec *spec, const char *key, const char *value, struct problems *problems)
{
	if (!strcmp(key, "path")) {
		if (strlen(value) >= sizeof(spec->path))
			problems_add(problems, "--vdev=%s: path is too long", spec->name);
		else
			strcpy(spec->path, value);
	} else if (!strcmp(key, "iface")) {
		if (!is_netdev_name(value))
			problems_add(problems,
				"--vdev=%s: iface '%s' is not an interface name of 1 to %d characters",
				spec->name, value, NETDEV_NAME_MAX);
		else
			strcpy(spec->iface, value);
	} else if (!strcmp(key, "mac")) {
		spec->has_mac = true;
		if (parse_mac(value, spec->mac) < 0)
			problems_add(problems,
				"--vdev=%s: mac '%s' is not a unicast address like 02:00:00:00:00:01",
				spec->name, value);
	} else if (!strcmp(key, "queues")) {
		if (parse_uint(value, 1, QUEUES_MAX, &spec->queues) < 0)
			problems_add(problems,
				"--vdev=%s: queues '%s' is not a number from 1 to %d", spec->name,
				value, QUEUES_MAX);
	} else if (!strcmp(key, "queue_size")) {
		if (parse_uint(value, 1, QUEUE_SIZE_MAX, &spec->queue_size) < 0 ||
			!is_power_of_two(spec->queue_size))
			problems_add(problems,
				"--vdev=%s: queue_size '%s' is not a power of two up to %d",
				spec->name, value, QUEUE_SIZE_MAX);
	}
	/* the driver itself refuses keys that it does not know */
}

/* The driver ignores every value of a key that is given more than once. */
static bool vdev_key_repeats(const char *args, const char *key)
{
	size_t len = strlen(key);
	unsigned int count = 0;

	for (const char *at = args; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		count += !strncmp(at, key, len) && at[len] == '=';
	}
	return count > 1;
}

static void vdev_parse(const char *text, struct vdev_spec *spec, struct problems *problems)
{
	static const char *const keys[] = {"path", "iface", "mac", "queues", "queue_size"};
	char *copy, *rest, *item;

	*spec = (struct vdev_spec){
		.queues = VDEV_QUEUES_DEFAULT,
		.queue_size = VDEV_QUEUE_SIZE_DEFAULT,
	};
	copy = strdup(text);
	if (copy == NULL) {
		problems_add(problems, "out of memory");
		return;
	}
	rest = copy;
	item = strsep(&rest, ",");
	if (strlen(item) > PORT_NAME_MAX)
		problems_add(problems, "--vdev=%s: the name is longer than %d characters", item,
			PORT_NAME_MAX);
	else
		strcpy(spec->name, item);
	while ((item = strsep(&rest, ",")) != NULL) {
		char *value = strchr(item, '=');

		if (value == NULL)
			continue;
		*value++ = '\0';
		vdev_set(spec, item, value, problems);
	}
	for (unsigned int i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (vdev_key_repeats(text, keys[i]))
			problems_add(problems, "--vdev=%s: %s is given twice", spec->name, keys[i]);
	if (spec->path[0] == '\0')
		problems_add(problems, "--vdev=%s: path= is missing", spec->name);
	free(copy);
}

/* The device that argument i of EAL is about, or NULL. Its last word is argument *last. */
static const char *vdev_text(int argc, char *const *argv, int i, int *last)
{
	const size_t option_len = strlen("--vdev");

	*last = i;
	if (strncmp(argv[i], "--vdev", option_len))
		return NULL;
	if (argv[i][option_len] == '=')
		return argv[i] + option_len + 1;
	if (argv[i][option_len] != '\0' || i + 1 >= argc)
		return NULL;
	*last = i + 1;
	return argv[i + 1];
}

/* "NAME,key=value..." with this value of the key (",KEY="), whether it had another one or none. */
static char *vdev_with(const char *option, const char *text, const char *key, const char *value)
{
	const char *after, *at = strstr(text, key);
	size_t before = at != NULL ? (size_t)(at - text) : strlen(text);
	char *changed;

	after = at != NULL ? strchr(at + 1, ',') : NULL;
	if (asprintf(&changed, "%s%.*s%s%s%s", option, (int)before, text, key, value,
		    after != NULL ? after : "") < 0)
		return NULL;
	return changed;
}

static int vdev_use(int argc, char **argv, const char *name, const char *key, const char *value)
{
	size_t len = strlen(name);

	for (int i = 0, last; i < argc; i = last + 1) {
		const char *text = vdev_text(argc, argv, i, &last);
		char *changed;

		if (text == NULL || strncmp(text, name, len) ||
			(text[len] != ',' && text[len] != '\0'))
			continue;
		changed = vdev_with(last == i ? "--vdev=" : "", text, key, value);
		if (changed == NULL)
			return -ENOMEM;
		argv[last] = changed; /* EAL keeps it for good */
	}
	return 0;
}

int vdev_use_mac(int argc, char **argv, const char *name, const uint8_t mac[MAC_LEN])
{
	char value[MAC_TEXT_SIZE];

	format_mac(mac, value);
	return vdev_use(argc, argv, name, ",mac=", value);
}

int vdev_use_any_order(int argc, char **argv, const struct vdev_spec *specs, unsigned int nb_specs)
{
	int ret = 0;

	for (unsigned int i = 0; i < nb_specs && ret == 0; i++)
		if (!strcmp(specs[i].path, VDEV_VHOST_NET))
			ret = vdev_use(argc, argv, specs[i].name, VDEV_ANY_ORDER_KEY,
				VDEV_ANY_ORDER_VALUE);
	return ret;
}

unsigned int vdev_specs_collect(int argc, char *const *argv, struct vdev_spec *specs,
	unsigned int max_specs, struct problems *problems)
{
	unsigned int nb_specs = 0;

	for (int i = 0, last; i < argc; i = last + 1) {
		const char *text = vdev_text(argc, argv, i, &last);

		if (text == NULL || !vdev_is_virtio_user(text))
			continue;
		if (nb_specs == max_specs) {
			problems_add(problems, "more than %u virtio_user devices", max_specs);
			break;
		}
		vdev_parse(text, &specs[nb_specs++], problems);
	}
	return nb_specs;
}

const struct vdev_spec *vdev_spec_find(
	const struct vdev_spec *vdevs, unsigned int nb_vdevs, const char *name)
{
	for (unsigned int i = 0; i < nb_vdevs; i++)
		if (!strcmp(vdevs[i].name, name))
			return &vdevs[i];
	return NULL;
}

static void vdev_match_rings(
	const struct vdev_spec *vdev, const struct pair_spec *pair, struct problems *problems)
{
	/* the kernel spreads flows over every queue of the tap: one nobody serves loses its share
	 */
	if (vdev->queues != pair->queues)
		problems_add(problems, "'%s' has queues=%u in --vdev but queues=%u in --pair",
			vdev->name, vdev->queues, pair->queues);
	if (vdev->queue_size < pair->queue_size)
		problems_add(problems,
			"'%s' has queue_size=%u in --vdev but queue_size=%u in --pair", vdev->name,
			vdev->queue_size, pair->queue_size);
}

static void vdev_match_pair(
	const struct vdev_spec *vdev, struct pair_spec *pair, struct problems *problems)
{
	vdev_match_rings(vdev, pair, problems);
	if (vdev->has_mac && pair->has_mac && memcmp(vdev->mac, pair->mac, MAC_LEN))
		problems_add(
			problems, "'%s' has one mac in --vdev and another in --pair", pair->kernel);
	if (pair->netdev[0] == '\0')
		strcpy(pair->netdev, vdev->iface);
	else if (strcmp(pair->netdev, vdev->iface))
		problems_add(problems, "'%s' has iface=%s in --vdev but netdev=%s in --pair",
			pair->kernel, vdev->iface, pair->netdev);
}

void vdev_specs_match(const struct vdev_spec *vdevs, unsigned int nb_vdevs, struct pair_spec *pairs,
	unsigned int nb_pairs, struct problems *problems)
{
	for (unsigned int i = 0; i < nb_pairs; i++) {
		const struct vdev_spec *vdev = vdev_spec_find(vdevs, nb_vdevs, pairs[i].kernel);

		if (vdev != NULL)
			vdev_match_pair(vdev, &pairs[i], problems);
		else if (vdev_is_virtio_user(pairs[i].kernel))
			problems_add(problems, "'%s' of --pair has no --vdev", pairs[i].kernel);
		vdev = vdev_spec_find(vdevs, nb_vdevs, pairs[i].nic);
		if (vdev != NULL)
			vdev_match_rings(vdev, &pairs[i], problems);
	}
	for (unsigned int i = 0; i < nb_vdevs; i++) {
		bool used = false;

		for (unsigned int j = 0; j < nb_pairs; j++)
			used |= !strcmp(vdevs[i].name, pairs[j].kernel) ||
				!strcmp(vdevs[i].name, pairs[j].nic);
		if (!used)
			problems_add(problems, "--vdev=%s belongs to no --pair", vdevs[i].name);
		for (unsigned int j = i + 1; j < nb_vdevs; j++) {
			if (!strcmp(vdevs[i].name, vdevs[j].name))
				problems_add(problems, "--vdev=%s is given twice", vdevs[i].name);
			/* a tap takes a second data plane as one more queue, without a word */
			if (vdevs[i].iface[0] != '\0' && !strcmp(vdevs[i].iface, vdevs[j].iface))
				problems_add(problems, "iface '%s' is used by two --vdev",
					vdevs[i].iface);
		}
	}
}
