/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_TESTS_ARGUMENTS_H
#define FWD_TESTS_ARGUMENTS_H

#include "fuzz.h"

#define ARGUMENTS_MAX 64

/* A command line made of the lines of an input. */
struct arguments {
	char *text;
	char *argv[ARGUMENTS_MAX + 1];
	int argc;
};

static inline void arguments_split(struct arguments *arguments, const uint8_t *data, size_t size)
{
	static char program[] = "exception-path-forwarder";
	char *rest;

	*arguments =
		(struct arguments){.text = fuzz_text(data, size), .argv = {program}, .argc = 1};
	rest = arguments->text;
	while (rest != NULL && arguments->argc < ARGUMENTS_MAX)
		arguments->argv[arguments->argc++] = strsep(&rest, "\n");
}

#endif
