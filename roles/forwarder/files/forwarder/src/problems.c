/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "problems.h"

#include <stdarg.h>
#include <stdio.h>

static void problems_append(struct problems *problems, const char *fmt, va_list ap)
{
	size_t room = sizeof(problems->text) - problems->len;
	int n;

	n = vsnprintf(problems->text + problems->len, room, fmt, ap);
	if (n > 0)
		problems->len += (size_t)n < room ? (size_t)n : room - 1;
}

static void problems_separate(struct problems *problems, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	problems_append(problems, fmt, ap);
	va_end(ap);
}

void problems_add(struct problems *problems, const char *fmt, ...)
{
	va_list ap;

	if (problems->count++ > 0)
		problems_separate(problems, "; ");
	va_start(ap, fmt);
	problems_append(problems, fmt, ap);
	va_end(ap);
}
