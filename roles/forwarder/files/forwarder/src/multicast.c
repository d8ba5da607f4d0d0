/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "multicast.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MULTICAST_STEP 4096

char *multicast_load(const char *path)
{
	size_t len = 0, size = 0;
	char *text = NULL;
	ssize_t n = -1;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	do {
		if (size - len < MULTICAST_STEP) {
			char *more = realloc(text, size + 4 * MULTICAST_STEP);

			if (more == NULL) {
				n = -1;
				break;
			}
			text = more;
			size += 4 * MULTICAST_STEP;
		}
		n = read(fd, text + len, size - len - 1);
		if (n > 0)
			len += n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	close(fd);
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

/* Other kinds of netdev have longer addresses: those are none of ours. */
static bool multicast_parse_address(const char *text, uint8_t mac[MAC_LEN])
{
	if (strspn(text, "0123456789abcdefABCDEF") != 2 * MAC_LEN)
		return false;
	for (unsigned int i = 0; i < MAC_LEN; i++) {
		unsigned int byte;

		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return false;
		mac[i] = byte;
	}
	return true;
}

/* ifindex, name, users, global users, address */
static bool multicast_parse_line(const char *line, int ifindex, uint8_t mac[MAC_LEN])
{
	int index, at = 0;

	if (sscanf(line, "%d %*s %*d %*d %n", &index, &at) != 1 || at == 0 || index != ifindex)
		return false;
	return multicast_parse_address(line + at, mac);
}

void multicast_parse(const char *text, int ifindex, struct multicast *multicast)
{
	multicast->complete = text != NULL;
	multicast->count = 0;
	for (const char *line = text; line != NULL && *line != '\0';) {
		uint8_t mac[MAC_LEN];

		if (multicast_parse_line(line, ifindex, mac)) {
			if (multicast->count == MULTICAST_MAX) {
				multicast->complete = false;
				return;
			}
			memcpy(multicast->groups[multicast->count++], mac, MAC_LEN);
		}
		line = strchr(line, '\n');
		if (line != NULL)
			line++;
	}
}

bool multicast_equal(const struct multicast *a, const struct multicast *b)
{
	return a->complete == b->complete && a->count == b->count &&
		!memcmp(a->groups, b->groups, a->count * MAC_LEN);
}
