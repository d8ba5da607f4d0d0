/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "limit_spec.h"

#include <stdio.h>
#include <string.h>

#include "parse.h"

static const char *const limit_class_names[LIMIT_CLASSES] = {
	[LIMIT_NEIGHBOR] = "neighbor",
	[LIMIT_ICMP] = "icmp",
	[LIMIT_ROUTING] = "routing",
	[LIMIT_LOCAL] = "local",
	[LIMIT_REST] = "rest",
};

const char *limit_class_name(enum limit_class class)
{
	return limit_class_names[class];
}

/* A tenth of a second, but never less than what the loop takes from the NIC at once. */
static uint32_t limit_default_burst(uint32_t rate)
{
	return rate / 10 > LIMIT_BURST_MIN ? rate / 10 : LIMIT_BURST_MIN;
}

void limit_spec_parse(const char *text, const char *label, const char *key, struct limit_spec *spec,
	struct problems *problems)
{
	const char *slash = strchr(text, '/');
	struct limit_spec limit;
	char rate[16];
	int n;

	n = snprintf(rate, sizeof(rate), "%.*s",
		slash == NULL ? (int)sizeof(rate) : (int)(slash - text), text);
	if (n < 0 || (size_t)n >= sizeof(rate) ||
		parse_uint(rate, 1, LIMIT_RATE_MAX, &limit.rate) < 0)
		goto bad;
	limit.burst = limit_default_burst(limit.rate);
	if (slash != NULL && parse_uint(slash + 1, 1, LIMIT_RATE_MAX, &limit.burst) < 0)
		goto bad;
	*spec = limit;
	return;
bad:
	problems_add(problems,
		"%s: %s '%s' is not RATE or RATE/BURST, each a number of packets from 1 to %u",
		label, key, text, LIMIT_RATE_MAX);
}
