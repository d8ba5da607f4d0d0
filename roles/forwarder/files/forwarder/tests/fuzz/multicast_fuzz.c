/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "fuzz.h"

#include "multicast.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct multicast multicast;

	multicast_parse(text, 7, &multicast);
	assert(multicast.count <= MULTICAST_MAX);
	assert(multicast.complete || multicast.count == MULTICAST_MAX);
	assert(multicast_equal(&multicast, &multicast));
	free(text);
	return 0;
}
