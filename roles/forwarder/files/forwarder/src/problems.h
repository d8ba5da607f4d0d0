/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_PROBLEMS_H
#define FWD_PROBLEMS_H

#include <stddef.h>

/* Everything found wrong in one pass, so that the user corrects it all at once. */
struct problems {
	char text[2048];
	size_t len;
	unsigned int count;
};

void problems_add(struct problems *problems, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
