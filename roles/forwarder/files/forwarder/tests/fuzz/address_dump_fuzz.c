/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "fuzz.h"

#include "address_dump.h"

/* The input is an answer of the kernel. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct local_addresses *addresses = local_addresses_new();
	uint8_t *answer = malloc(size > 0 ? size : 1);
	bool done;

	assert(addresses != NULL && answer != NULL);
	if (size > 0)
		memcpy(answer, data, size);
	address_dump_read(answer, size, 1, addresses, &done);
	local_addresses_sort(addresses);
	free(answer);
	local_addresses_free(addresses);
	return 0;
}
