/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "fuzz.h"

#include "link_message.h"

/* The kernel's messages are whole, but nothing may be read past the end of any. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netdev_state state;
	void *message = malloc(size + (size == 0));

	assert(message != NULL);
	if (size > 0)
		memcpy(message, data, size);
	if (link_message_parse(message, size, &state) == 0)
		assert(memchr(state.name, '\0', sizeof(state.name)) != NULL);
	free(message);
	return 0;
}
