/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_OFFLOAD_SPEC_H
#define FWD_OFFLOAD_SPEC_H

#include <stdbool.h>

#include "problems.h"

/* Work on packets that can be put off: what the user may choose for every pair. */
enum offload {
	OFFLOAD_CHECKSUM,    /* kernel -> NIC: TCP and UDP checksums are left to us */
	OFFLOAD_TSO,	     /* kernel -> NIC: cutting TCP packets is left to us */
	OFFLOAD_RX_CHECKSUM, /* NIC -> kernel: checksums are verified before the kernel */
	OFFLOAD_GRO,	     /* NIC -> kernel: TCP segments are merged before the kernel */
	OFFLOAD_COUNT,
};

enum offload_choice {
	OFFLOAD_AUTO, /* on where the ports can */
	OFFLOAD_ON,   /* refused where they can not */
	OFFLOAD_OFF,
};

struct offload_spec {
	enum offload_choice choices[OFFLOAD_COUNT];
};

extern const char *const offload_names[OFFLOAD_COUNT];

/* OFFLOAD_COUNT for an unknown name. */
enum offload offload_find(const char *name);
/* False for an unknown value. */
bool offload_parse_choice(const char *text, enum offload_choice *choice);
/* "checksum=off,gro=on", the argument of --offloads. */
void offload_spec_parse(const char *text, struct offload_spec *spec, struct problems *problems);
/* What contradicts itself; label says where it was read. */
void offload_spec_check(
	const struct offload_spec *spec, const char *label, struct problems *problems);

#endif
