/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

static bool log_to_journal;

void log_init(void)
{
	/* set by systemd exactly when stderr is connected to the journal */
	log_to_journal = getenv("JOURNAL_STREAM") != NULL;
}

static void log_line(int priority, const char *label, const char *fmt, va_list ap)
{
	char text[2560];

	vsnprintf(text, sizeof(text), fmt, ap);
	/* one call, so that lines of two threads never mix */
	if (log_to_journal)
		fprintf(stderr, "<%d>%s%s\n", priority, label, text);
	else
		fprintf(stderr, "exception-path-forwarder: %s%s\n", label, text);
}

void log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_ERR, "error: ", fmt, ap);
	va_end(ap);
}

void log_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_WARNING, "warning: ", fmt, ap);
	va_end(ap);
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_INFO, "", fmt, ap);
	va_end(ap);
}
