/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "fuzz.h"

#include <stdio.h>

#include "parse.h"

/* What is accepted means the same when it is written down and read again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), again[MAC_TEXT_SIZE];
	uint8_t mac[MAC_LEN], same[MAC_LEN];
	unsigned int value;

	if (parse_uint(text, 5, 70000, &value) == 0)
		assert(value >= 5 && value <= 70000);
	if (parse_mac(text, mac) == 0) {
		format_mac(mac, again);
		assert(parse_mac(again, same) == 0 && !memcmp(mac, same, MAC_LEN));
	}
	if (is_netdev_name(text))
		assert(strlen(text) <= NETDEV_NAME_MAX);
	free(text);
	return 0;
}
