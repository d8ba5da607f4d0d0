/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_LIMIT_SPEC_H
#define FWD_LIMIT_SPEC_H

#include <stdint.h>

#include "problems.h"

/* What a NIC hands to the kernel, by what it costs to lose: each class has a rate of its own, so
 * that a flood in one leaves the others alone. classify.h says what belongs where.
 */
enum limit_class {
	LIMIT_NEIGHBOR,
	LIMIT_ICMP,
	LIMIT_ROUTING,
	LIMIT_LOCAL,
	LIMIT_REST,
	LIMIT_CLASSES,
};

#define LIMIT_RATE_MAX	1000000000U /* packets per second; more than any NIC has */
#define LIMIT_BURST_MIN 32U	    /* of the default: one burst of the loop */

struct limit_spec {
	uint32_t rate;	/* packets per second; 0: no limit */
	uint32_t burst; /* packets that may come at once */
};

const char *limit_class_name(enum limit_class class);

/* Fills spec from "RATE" or "RATE/BURST"; what is wrong goes to problems, as "label: key ...". */
void limit_spec_parse(const char *text, const char *label, const char *key, struct limit_spec *spec,
	struct problems *problems);

#endif
