/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "fuzz.h"

#include "limit_spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct problems problems = {.count = 0};
	struct limit_spec spec = {.rate = 0};

	limit_spec_parse(text, "--pair 1", "limit_rest", &spec, &problems);
	/* either it is wrong and said to be, or it is a limit */
	assert((problems.count > 0) == (spec.rate == 0));
	if (spec.rate > 0)
		assert(spec.rate <= LIMIT_RATE_MAX && spec.burst >= 1 &&
			spec.burst <= LIMIT_RATE_MAX);
	free(text);
	return 0;
}
