/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "rate_limits.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "address_dump.h"

int limits_create(const struct limit_spec specs[LIMIT_CLASSES], struct limits **limits)
{
	struct limits *new;
	bool any = false;

	*limits = NULL;
	for (unsigned int i = 0; i < LIMIT_CLASSES; i++)
		any |= specs[i].rate > 0;
	if (!any)
		return 0;
	new = aligned_alloc(LIMITS_ALIGN, sizeof(*new));
	if (new == NULL)
		return -ENOMEM;
	memset(new, 0, sizeof(*new));
	for (unsigned int i = 0; i < LIMIT_CLASSES; i++)
		token_bucket_init(&new->classes[i].bucket, specs[i].rate, specs[i].burst);
	new->needs_addresses = limits_has(new, LIMIT_LOCAL) || limits_has(new, LIMIT_REST);
	if (address_cell_init(&new->addresses) < 0) {
		free(new);
		return -ENOMEM;
	}
	*limits = new;
	return 0;
}

void limits_free(struct limits *limits)
{
	if (limits == NULL)
		return;
	address_cell_fini(&limits->addresses);
	free(limits);
}

int limits_refresh_addresses(struct limits *limits, const char *netdev)
{
	struct local_addresses *addresses;
	int ret;

	if (!limits->needs_addresses)
		return 0;
	if (if_nametoindex(netdev) == 0)
		return -errno;
	addresses = local_addresses_new();
	if (addresses == NULL)
		return -ENOMEM;
	ret = address_dump(addresses);
	if (ret < 0)
		goto out;
	/* most often nothing has changed, and lcores need not load another set */
	if (local_addresses_equal(addresses, address_cell_get(&limits->addresses)))
		goto out;
	ret = address_cell_replace(&limits->addresses, addresses);
	if (ret == 0)
		return 0;
out:
	local_addresses_free(addresses);
	return ret;
}

uint32_t limits_take(
	struct limits *limits, enum limit_class class, uint32_t wanted, uint64_t now_ns)
{
	struct limit *limit = &limits->classes[class];
	uint32_t taken;

	if (!limits_has(limits, class) || wanted == 0)
		return wanted;
	taken = token_bucket_take(&limit->bucket, wanted, now_ns);
	if (taken > 0)
		__atomic_fetch_add(&limit->passed, taken, __ATOMIC_RELAXED);
	if (taken < wanted)
		__atomic_fetch_add(&limit->dropped, wanted - taken, __ATOMIC_RELAXED);
	return taken;
}

bool limits_has(const struct limits *limits, enum limit_class class)
{
	return limits->classes[class].bucket.rate > 0;
}

void limits_read(const struct limits *limits, enum limit_class class, struct limit_counts *counts)
{
	const struct limit *limit = &limits->classes[class];

	counts->passed = __atomic_load_n(&limit->passed, __ATOMIC_RELAXED);
	counts->dropped = __atomic_load_n(&limit->dropped, __ATOMIC_RELAXED);
}
