/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "offload_spec.h"

#include <stdlib.h>
#include <string.h>

const char *const offload_names[OFFLOAD_COUNT] = {
	[OFFLOAD_CHECKSUM] = "checksum",
	[OFFLOAD_TSO] = "tso",
	[OFFLOAD_RX_CHECKSUM] = "rx_checksum",
	[OFFLOAD_GRO] = "gro",
};

enum offload offload_find(const char *name)
{
	unsigned int offload;

	for (offload = 0; offload < OFFLOAD_COUNT; offload++)
		if (!strcmp(name, offload_names[offload]))
			break;
	return offload;
}

bool offload_parse_choice(const char *text, enum offload_choice *choice)
{
	static const char *const texts[] = {
		[OFFLOAD_AUTO] = "auto",
		[OFFLOAD_ON] = "on",
		[OFFLOAD_OFF] = "off",
	};

	for (unsigned int i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcmp(text, texts[i])) {
			*choice = i;
			return true;
		}
	return false;
}

static void offload_spec_set(char *item, struct offload_spec *spec, struct problems *problems)
{
	char *value = strchr(item, '=');
	enum offload offload;

	if (value != NULL)
		*value++ = '\0';
	offload = offload_find(item);
	if (offload == OFFLOAD_COUNT)
		problems_add(problems,
			"--offloads: '%s' is none of checksum, tso, rx_checksum and gro", item);
	else if (value == NULL || !offload_parse_choice(value, &spec->choices[offload]))
		problems_add(problems, "--offloads: %s is neither auto nor on nor off", item);
}

void offload_spec_parse(const char *text, struct offload_spec *spec, struct problems *problems)
{
	char *copy = strdup(text), *rest = copy, *item;

	if (copy == NULL) {
		problems_add(problems, "out of memory");
		return;
	}
	while ((item = strsep(&rest, ",")) != NULL)
		offload_spec_set(item, spec, problems);
	free(copy);
	offload_spec_check(spec, "--offloads", problems);
}

void offload_spec_check(
	const struct offload_spec *spec, const char *label, struct problems *problems)
{
	const enum offload_choice *choices = spec->choices;

	/* the kernel cuts no packet whose checksum it has to finish itself */
	if (choices[OFFLOAD_TSO] == OFFLOAD_ON && choices[OFFLOAD_CHECKSUM] == OFFLOAD_OFF)
		problems_add(problems, "%s: tso=on needs checksum, which is off", label);
	/* a packet merged of unverified segments would hide a bad one */
	if (choices[OFFLOAD_GRO] == OFFLOAD_ON && choices[OFFLOAD_RX_CHECKSUM] == OFFLOAD_OFF)
		problems_add(problems, "%s: gro=on needs rx_checksum, which is off", label);
}
