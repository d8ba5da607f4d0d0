/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "fuzz.h"

#include "classify.h"

/* The input is a frame, in memory that ends where the frame does. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct local_addresses nowhere;
	char *frame = fuzz_text(data, size);
	uint8_t *exact = realloc(frame, size > 0 ? size : 1);

	assert(exact != NULL);
	assert(classify(exact, size, &nowhere) < LIMIT_CLASSES);
	free(exact);
	return 0;
}
