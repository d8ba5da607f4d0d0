/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_LOCAL_ADDRESSES_H
#define FWD_LOCAL_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPV4_LEN 4
#define IPV6_LEN 16

/* Addresses of one length in network byte order, sorted once all are there. */
struct address_list {
	uint8_t *bytes;
	size_t count;
	size_t room;
};

/* The addresses at which the kernel is at home. Built by one thread, then never changed. */
struct local_addresses {
	struct address_list ipv4;
	struct address_list ipv6;
};

struct local_addresses *local_addresses_new(void);
void local_addresses_free(struct local_addresses *addresses);
/* 0 or -ENOMEM. */
int local_addresses_add_ipv4(struct local_addresses *addresses, const uint8_t address[IPV4_LEN]);
int local_addresses_add_ipv6(struct local_addresses *addresses, const uint8_t address[IPV6_LEN]);
/* Wanted after the last addition, before the first question. */
void local_addresses_sort(struct local_addresses *addresses);

bool local_addresses_have_ipv4(
	const struct local_addresses *addresses, const uint8_t address[IPV4_LEN]);
bool local_addresses_have_ipv6(
	const struct local_addresses *addresses, const uint8_t address[IPV6_LEN]);
bool local_addresses_equal(const struct local_addresses *a, const struct local_addresses *b);

#endif
