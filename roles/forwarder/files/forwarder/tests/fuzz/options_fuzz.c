/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "arguments.h"

#include "options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problems problems = {.count = 0};
	struct arguments arguments;
	char name[NETDEV_NAME_MAX + 1];
	static struct options options; /* too large for a stack with red zones */

	arguments_split(&arguments, data, size);
	options_parse(arguments.argc, arguments.argv, &options, &problems);
	assert(options.nb_pairs <= PAIRS_MAX);
	if (problems.count == 0 && !options.help && !options.version) {
		assert(options.create == (options.nb_pairs == 0));
		if (options.create) {
			assert(options_netdev_name(options.create_pattern, 0, name) == 0);
			assert(is_netdev_name(name));
		}
	}
	free(arguments.text);
	return 0;
}
