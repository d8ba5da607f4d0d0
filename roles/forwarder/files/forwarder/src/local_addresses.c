/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "local_addresses.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ADDRESS_LIST_ROOM 16 /* at first */

static int compare_ipv4(const void *a, const void *b)
{
	return memcmp(a, b, IPV4_LEN);
}

static int compare_ipv6(const void *a, const void *b)
{
	return memcmp(a, b, IPV6_LEN);
}

static int address_list_add(struct address_list *list, const uint8_t *address, size_t len)
{
	if (list->count == list->room) {
		size_t room = list->room == 0 ? ADDRESS_LIST_ROOM : 2 * list->room;
		uint8_t *bytes = reallocarray(list->bytes, room, len);

		if (bytes == NULL)
			return -ENOMEM;
		list->bytes = bytes;
		list->room = room;
	}
	memcpy(list->bytes + list->count++ * len, address, len);
	return 0;
}

/* Sorts, and leaves one of equal addresses. */
static void address_list_sort(
	struct address_list *list, size_t len, int (*compare)(const void *, const void *))
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->bytes, list->count, len, compare);
	for (size_t i = 1; i < list->count; i++)
		if (compare(list->bytes + kept * len, list->bytes + i * len))
			memmove(list->bytes + ++kept * len, list->bytes + i * len, len);
	list->count = kept + 1;
}

static bool address_list_equal(
	const struct address_list *a, const struct address_list *b, size_t len)
{
	return a->count == b->count &&
		(a->count == 0 || !memcmp(a->bytes, b->bytes, a->count * len));
}

struct local_addresses *local_addresses_new(void)
{
	return calloc(1, sizeof(struct local_addresses));
}

void local_addresses_free(struct local_addresses *addresses)
{
	if (addresses == NULL)
		return;
	free(addresses->ipv4.bytes);
	free(addresses->ipv6.bytes);
	free(addresses);
}

int local_addresses_add_ipv4(struct local_addresses *addresses, const uint8_t address[IPV4_LEN])
{
	return address_list_add(&addresses->ipv4, address, IPV4_LEN);
}

int local_addresses_add_ipv6(struct local_addresses *addresses, const uint8_t address[IPV6_LEN])
{
	return address_list_add(&addresses->ipv6, address, IPV6_LEN);
}

void local_addresses_sort(struct local_addresses *addresses)
{
	address_list_sort(&addresses->ipv4, IPV4_LEN, compare_ipv4);
	address_list_sort(&addresses->ipv6, IPV6_LEN, compare_ipv6);
}

bool local_addresses_have_ipv4(
	const struct local_addresses *addresses, const uint8_t address[IPV4_LEN])
{
	const struct address_list *list = &addresses->ipv4;

	return list->count > 0 &&
		bsearch(address, list->bytes, list->count, IPV4_LEN, compare_ipv4) != NULL;
}

bool local_addresses_have_ipv6(
	const struct local_addresses *addresses, const uint8_t address[IPV6_LEN])
{
	const struct address_list *list = &addresses->ipv6;

	return list->count > 0 &&
		bsearch(address, list->bytes, list->count, IPV6_LEN, compare_ipv6) != NULL;
}

bool local_addresses_equal(const struct local_addresses *a, const struct local_addresses *b)
{
	return address_list_equal(&a->ipv4, &b->ipv4, IPV4_LEN) &&
		address_list_equal(&a->ipv6, &b->ipv6, IPV6_LEN);
}
