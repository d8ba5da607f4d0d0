/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "multicast.h"

#include <stdlib.h>
#include <string.h>

static bool multicast_parse_mac(const char *text, uint8_t mac[MAC_LEN])
{
	if (strlen(text) != 2 * MAC_LEN)
		return false;
	for (unsigned int i = 0; i < MAC_LEN; i++) {
		unsigned int byte;

		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return false;
		mac[i] = byte;
	}
	return true;
}

void multicast_parse(FILE *file, int index, struct multicast *multicast)
{
	char line[256], mac[64];
	int at;

	multicast->count = 0;
	while (fgets(line, sizeof(line), file) != NULL) {
		/* index, name, users, global users, address */
		if (sscanf(line, "%d %*s %*d %*d %63s", &at, mac) != 2 || at != index)
			continue;
		if (multicast->count == MULTICAST_MAX) {
			multicast->count = MULTICAST_MAX + 1;
			return;
		}
		if (multicast_parse_mac(mac, multicast->macs[multicast->count]))
			multicast->count++;
	}
}

void multicast_read(int index, struct multicast *multicast)
{
	FILE *file = fopen(MULTICAST_PROC, "re");

	if (file == NULL) {
		multicast->count = MULTICAST_MAX + 1;
		return;
	}
	multicast_parse(file, index, multicast);
	fclose(file);
}

bool multicast_equal(const struct multicast *a, const struct multicast *b)
{
	return a->count == b->count &&
		(a->count > MULTICAST_MAX || !memcmp(a->macs, b->macs, a->count * MAC_LEN));
}
