/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "address_cell.h"
#include "address_dump.h"
#include "local_addresses.h"

/* 10.0.x.y for x.y = number, in an order that is not sorted. */
static struct local_addresses *make_set(unsigned int count)
{
	struct local_addresses *set = local_addresses_new();

	assert_non_null(set);
	for (unsigned int i = 0; i < count; i++) {
		unsigned int number = i * 7919 % count;
		const uint8_t ipv4[IPV4_LEN] = {10, 0, number >> 8, number};
		const uint8_t ipv6[IPV6_LEN] = {0xfd, [14] = number >> 8, [15] = number};

		assert_int_equal(local_addresses_add_ipv4(set, ipv4), 0);
		assert_int_equal(local_addresses_add_ipv6(set, ipv6), 0);
		/* twice: as on two netdevs */
		assert_int_equal(local_addresses_add_ipv4(set, ipv4), 0);
	}
	local_addresses_sort(set);
	return set;
}

static void test_set(void **state)
{
	struct local_addresses *set = make_set(1000), *same = make_set(1000),
			       *other = make_set(999);

	(void)state;
	for (unsigned int number = 0; number < 2000; number++) {
		const uint8_t ipv4[IPV4_LEN] = {10, 0, number >> 8, number};
		const uint8_t ipv6[IPV6_LEN] = {0xfd, [14] = number >> 8, [15] = number};

		assert_int_equal(local_addresses_have_ipv4(set, ipv4), number < 1000);
		assert_int_equal(local_addresses_have_ipv6(set, ipv6), number < 1000);
	}
	assert_int_equal(set->ipv4.count, 1000);
	assert_true(local_addresses_equal(set, same));
	assert_false(local_addresses_equal(set, other));
	local_addresses_free(set);
	local_addresses_free(same);
	local_addresses_free(other);
}

static void test_empty_set(void **state)
{
	static const uint8_t zeroes[IPV6_LEN];
	struct local_addresses *set = make_set(0);

	(void)state;
	assert_false(local_addresses_have_ipv4(set, zeroes));
	assert_false(local_addresses_have_ipv6(set, zeroes));
	assert_true(local_addresses_equal(set, set));
	local_addresses_free(set);
}

static void test_cell(void **state)
{
	struct local_addresses *one = make_set(1), *two = make_set(2), *three = make_set(3);
	const struct local_addresses *seen;
	struct address_cell cell;
	unsigned int early, late;

	(void)state;
	assert_int_equal(address_cell_init(&cell), 0);
	assert_int_equal(address_cell_replace(&cell, one), 0);
	seen = address_cell_enter(&cell, &early);
	assert_ptr_equal(seen, one);
	assert_int_equal(address_cell_replace(&cell, two), 0);
	assert_ptr_equal(address_cell_enter(&cell, &late), two);
	/* the first reader still looks at the place that the third set needs */
	assert_int_equal(address_cell_replace(&cell, three), -EAGAIN);
	assert_int_equal(seen->ipv4.count, 1);
	address_cell_leave(&cell, early);
	assert_int_equal(address_cell_replace(&cell, three), 0);
	address_cell_leave(&cell, late);
	assert_ptr_equal(address_cell_get(&cell), three);
	address_cell_fini(&cell);
}

#define READERS 3
#define SETS	3000

static struct address_cell shared;
static bool enough;

/* A set that was freed, or filled, while it was looked at would show. */
static void *read_sets(void *arg)
{
	uintptr_t wrong = 0;

	(void)arg;
	while (!__atomic_load_n(&enough, __ATOMIC_RELAXED)) {
		const struct local_addresses *set;
		unsigned int place;

		set = address_cell_enter(&shared, &place);
		for (size_t i = 0; i < set->ipv6.count; i++)
			wrong += set->ipv6.bytes[i * IPV6_LEN] != 0xfd;
		wrong += set->ipv4.count != set->ipv6.count;
		address_cell_leave(&shared, place);
	}
	return (void *)wrong;
}

static void test_readers_and_writer(void **state)
{
	pthread_t threads[READERS];

	(void)state;
	assert_int_equal(address_cell_init(&shared), 0);
	for (unsigned int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_sets, NULL), 0);
	for (unsigned int i = 0; i < SETS; i++) {
		struct local_addresses *set = make_set(i % 40);

		if (address_cell_replace(&shared, set) == -EAGAIN)
			local_addresses_free(set);
	}
	__atomic_store_n(&enough, true, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < READERS; i++) {
		void *wrong;

		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
	address_cell_fini(&shared);
}

/* An answer of the kernel, as long as it is filled. */
struct answer {
	_Alignas(NLMSG_ALIGNTO) uint8_t bytes[512];
	size_t len;
};

static struct nlmsghdr *add_message(struct answer *answer, uint16_t type, uint8_t family)
{
	struct nlmsghdr *header = (struct nlmsghdr *)(answer->bytes + answer->len);
	struct ifaddrmsg *message = NLMSG_DATA(header);

	header->nlmsg_len = NLMSG_LENGTH(sizeof(*message));
	header->nlmsg_type = type;
	header->nlmsg_seq = 5;
	message->ifa_family = family;
	answer->len += header->nlmsg_len;
	return header;
}

static void add_attribute(
	struct answer *answer, struct nlmsghdr *header, uint16_t type, const char *text, size_t len)
{
	struct rtattr *attribute = (struct rtattr *)(answer->bytes + answer->len);

	attribute->rta_type = type;
	attribute->rta_len = RTA_LENGTH(len);
	memcpy(RTA_DATA(attribute), text, len);
	header->nlmsg_len += RTA_SPACE(len);
	answer->len += RTA_SPACE(len);
}

static int read_answer(const struct answer *answer, struct local_addresses *set, bool *done)
{
	int ret = address_dump_read(answer->bytes, answer->len, 5, set, done);

	local_addresses_sort(set);
	return ret;
}

static void test_answer(void **state)
{
	struct local_addresses *set = local_addresses_new();
	struct answer answer = {.len = 0};
	struct nlmsghdr *header;
	bool done;

	(void)state;
	header = add_message(&answer, RTM_NEWADDR, AF_INET);
	add_attribute(&answer, header, IFA_ADDRESS, "\x0a\x00\x00\x02", 4); /* the far end */
	add_attribute(&answer, header, IFA_LOCAL, "\x0a\x00\x00\x01", 4);
	add_attribute(&answer, header, IFA_BROADCAST, "\x0a\x00\x00\xff", 4);
	header = add_message(&answer, RTM_NEWADDR, AF_INET6);
	add_attribute(&answer, header, IFA_ADDRESS, "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	header = add_message(&answer, RTM_NEWADDR, AF_INET);
	add_attribute(&answer, header, IFA_LOCAL, "\x0a", 1); /* not an address */
	header = add_message(&answer, RTM_NEWADDR, AF_INET);
	add_attribute(&answer, header, IFA_LOCAL, "\x0b\x00\x00\x01", 4);
	header->nlmsg_seq = 4; /* of another question */
	assert_int_equal(read_answer(&answer, set, &done), 0);
	assert_false(done);
	assert_int_equal(set->ipv4.count, 2);
	assert_true(local_addresses_have_ipv4(set, (const uint8_t *)"\x0a\x00\x00\x01"));
	assert_true(local_addresses_have_ipv4(set, (const uint8_t *)"\x0a\x00\x00\xff"));
	assert_int_equal(set->ipv6.count, 1);
	add_message(&answer, NLMSG_DONE, 0);
	assert_int_equal(read_answer(&answer, set, &done), 0);
	assert_true(done);
	local_addresses_free(set);
}

static void test_bad_answers(void **state)
{
	struct local_addresses *set = local_addresses_new();
	struct answer answer = {.len = 0};
	struct nlmsghdr *header;
	bool done;

	(void)state;
	header = add_message(&answer, RTM_NEWADDR, AF_INET);
	header->nlmsg_flags = NLM_F_DUMP_INTR;
	assert_int_equal(read_answer(&answer, set, &done), -EAGAIN);
	header->nlmsg_flags = 0;
	header->nlmsg_len = NLMSG_HDRLEN;
	assert_int_equal(read_answer(&answer, set, &done), -EBADMSG);
	header->nlmsg_type = NLMSG_ERROR;
	assert_int_equal(read_answer(&answer, set, &done), -EBADMSG);
	header->nlmsg_len = NLMSG_LENGTH(sizeof(struct nlmsgerr));
	answer.len = header->nlmsg_len;
	((struct nlmsgerr *)NLMSG_DATA(header))->error = -EPERM;
	assert_int_equal(read_answer(&answer, set, &done), -EPERM);
	local_addresses_free(set);
}

static void add_sockaddr(struct local_addresses *set, const struct sockaddr *address)
{
	const struct sockaddr_in *ipv4 = (const void *)address;
	const struct sockaddr_in6 *ipv6 = (const void *)address;

	if (address->sa_family == AF_INET)
		local_addresses_add_ipv4(set, (const uint8_t *)&ipv4->sin_addr);
	else
		local_addresses_add_ipv6(set, (const uint8_t *)&ipv6->sin6_addr);
}

/* All that libc finds, and no more; there is at least that of lo wherever lo is up. */
static void test_dump(void **state)
{
	struct local_addresses *set = local_addresses_new(), *libc = local_addresses_new();
	struct ifaddrs *list;

	(void)state;
	assert_int_equal(address_dump(set), 0);
	assert_int_equal(getifaddrs(&list), 0);
	for (struct ifaddrs *one = list; one != NULL; one = one->ifa_next) {
		if (one->ifa_addr == NULL)
			continue;
		if (one->ifa_addr->sa_family == AF_INET) {
			add_sockaddr(libc, one->ifa_addr);
			if (one->ifa_flags & IFF_BROADCAST && one->ifa_broadaddr != NULL)
				add_sockaddr(libc, one->ifa_broadaddr);
		} else if (one->ifa_addr->sa_family == AF_INET6) {
			add_sockaddr(libc, one->ifa_addr);
		}
	}
	freeifaddrs(list);
	local_addresses_sort(libc);
	assert_true(local_addresses_equal(set, libc));
	local_addresses_free(set);
	local_addresses_free(libc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_empty_set),
		cmocka_unit_test(test_cell),
		cmocka_unit_test(test_readers_and_writer),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_bad_answers),
		cmocka_unit_test(test_dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
