/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "fuzz.h"

#include "pair_spec.h"

/* What is accepted is within the bounds that the rest of the program relies on. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct problems problems = {.count = 0};
	struct pair_spec specs[2];

	pair_spec_parse(text, "--pair 1", &specs[0], &problems);
	assert(strlen(problems.text) < sizeof(problems.text));
	if (problems.count == 0) {
		assert(specs[0].nic[0] != '\0' && specs[0].kernel[0] != '\0');
		assert(specs[0].queues >= 1 && specs[0].queues <= QUEUES_MAX);
		assert(specs[0].queue_size <= QUEUE_SIZE_MAX &&
			is_power_of_two(specs[0].queue_size));
		assert(specs[0].mtu >= MTU_MIN && specs[0].mtu <= MTU_MAX);
		specs[1] = specs[0];
		pair_specs_check_unique(specs, 2, &problems);
		assert(problems.count > 0); /* one port can not be in two pairs */
	}
	free(text);
	return 0;
}
