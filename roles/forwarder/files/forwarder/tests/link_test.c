/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link_message.h"
#include "link_watch.h"
#include "multicast.h"

/* ------------------------------------------------ messages */

struct message {
	union {
		struct nlmsghdr header;
		char room[1024];
	};
};

static void message_begin(struct message *message, uint16_t type, int ifindex, unsigned int flags)
{
	struct ifinfomsg *link = NLMSG_DATA(&message->header);

	memset(message, 0, sizeof(*message));
	message->header.nlmsg_type = type;
	message->header.nlmsg_len = NLMSG_LENGTH(sizeof(*link));
	link->ifi_index = ifindex;
	link->ifi_flags = flags;
}

static struct rtattr *message_add(
	struct message *message, uint16_t type, const void *data, size_t len)
{
	struct rtattr *attribute = (void *)(message->room + NLMSG_ALIGN(message->header.nlmsg_len));

	attribute->rta_type = type;
	attribute->rta_len = RTA_LENGTH(len);
	if (len > 0)
		memcpy(RTA_DATA(attribute), data, len);
	message->header.nlmsg_len =
		NLMSG_ALIGN(message->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len);
	assert_true(message->header.nlmsg_len <= sizeof(*message));
	return attribute;
}

static void message_add_uint(struct message *message, uint16_t type, uint32_t value)
{
	message_add(message, type, &value, sizeof(value));
}

static void message_end_nest(struct message *message, struct rtattr *nest)
{
	nest->rta_len = message->room + message->header.nlmsg_len - (char *)nest;
}

static void make_tap(struct message *message)
{
	static const uint8_t mac[] = {2, 0, 0, 0, 0, 1}, tap = 2, one = 1;
	struct rtattr *info, *data;

	message_begin(message, RTM_NEWLINK, 7, IFF_UP);
	message_add(message, IFLA_IFNAME, "exc0", 5);
	message_add(message, IFLA_ADDRESS, mac, sizeof(mac));
	message_add_uint(message, IFLA_MTU, 9000);
	message_add(message, IFLA_CARRIER, &one, 1);
	message_add_uint(message, IFLA_PROMISCUITY, 2);
	info = message_add(message, IFLA_LINKINFO, NULL, 0);
	message_add(message, IFLA_INFO_KIND, "tun", 4);
	data = message_add(message, IFLA_INFO_DATA, NULL, 0);
	message_add_uint(message, IFLA_TUN_OWNER, 990);
	message_add(message, IFLA_TUN_TYPE, &tap, 1);
	message_add(message, IFLA_TUN_MULTI_QUEUE, &one, 1);
	message_add_uint(message, IFLA_TUN_NUM_QUEUES, 3);
	message_add_uint(message, IFLA_TUN_NUM_DISABLED_QUEUES, 1);
	message_end_nest(message, data);
	message_end_nest(message, info);
	message_add_uint(message, 61 /* IFLA_ALLMULTI */, 1);
}

static void test_parse_tap(void **state)
{
	static const uint8_t mac[] = {2, 0, 0, 0, 0, 1};
	struct netdev_state tap;
	struct message message;

	(void)state;
	make_tap(&message);
	assert_int_equal(link_message_parse(&message, sizeof(message), &tap), 0);
	assert_int_equal(tap.ifindex, 7);
	assert_string_equal(tap.name, "exc0");
	assert_true(tap.up && tap.carrier && tap.promiscuous && tap.allmulticast);
	assert_int_equal(tap.mtu, 9000);
	assert_true(tap.has_mac);
	assert_memory_equal(tap.mac, mac, sizeof(mac));
	assert_true(tap.is_tap && tap.is_multi_queue);
	assert_int_equal(tap.queues, 4);
	assert_true(tap.has_owner && !tap.has_group);
	assert_int_equal(tap.owner, 990);
}

static void test_parse_other_kinds(void **state)
{
	static const uint8_t infiniband[20] = {0x80};
	struct netdev_state netdev;
	struct message message;
	struct rtattr *info;

	(void)state;
	message_begin(&message, RTM_DELLINK, 3, IFF_PROMISC);
	message_add(&message, IFLA_IFNAME, "a-name-of-16-bytes", 16); /* no end of the string */
	message_add(&message, IFLA_ADDRESS, infiniband, sizeof(infiniband));
	info = message_add(&message, IFLA_LINKINFO, NULL, 0);
	message_add(&message, IFLA_INFO_KIND, "veth", 5);
	message_add_uint(&message, IFLA_INFO_DATA, 0);
	message_end_nest(&message, info);
	assert_int_equal(link_message_parse(&message, sizeof(message), &netdev), 0);
	assert_true(netdev.promiscuous && !netdev.up && !netdev.has_mac && !netdev.is_tap);
	assert_string_equal(netdev.name, "a-name-of-16-by");
	message.header.nlmsg_type = RTM_NEWADDR;
	assert_int_equal(link_message_parse(&message, sizeof(message), &netdev), -EINVAL);
}

/* In memory that ends where the message does, so that a checker of memory sees what is read too
 * far; and with every byte in turn broken.
 */
static void test_parse_broken(void **state)
{
	struct netdev_state netdev;
	struct message message;
	size_t whole;

	(void)state;
	make_tap(&message);
	whole = message.header.nlmsg_len;
	for (size_t len = 0; len <= whole; len++) {
		char *cut = malloc(len + 1);

		assert_non_null(cut);
		memcpy(cut, &message, len);
		assert_int_equal(link_message_parse(cut, len, &netdev), len < whole ? -EINVAL : 0);
		if (len >= sizeof(struct nlmsghdr)) {
			/* a header that admits the cut is believed, attributes that do not are not
			 */
			((struct nlmsghdr *)cut)->nlmsg_len = len;
			link_message_parse(cut, len, &netdev);
		}
		free(cut);
	}
	for (size_t at = 0; at < whole; at++) {
		for (unsigned int value = 0; value < 256; value += 5) {
			char *broken = malloc(whole);

			assert_non_null(broken);
			memcpy(broken, &message, whole);
			broken[at] = value;
			link_message_parse(broken, whole, &netdev);
			assert_true(strlen(netdev.name) <= NETDEV_NAME_MAX);
			free(broken);
		}
	}
}

/* ------------------------------------------------ the watch */

static void note(void *arg, int ifindex, const char *name)
{
	char *notes = arg;

	sprintf(notes + strlen(notes), "%d:%s ", ifindex, name);
}

static void test_watch(void **state)
{
	struct link_watch watch;
	struct message message;
	char notes[256] = "";
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds), 0);
	watch.fd = fds[0];
	link_watch_read(&watch, note, notes);
	assert_string_equal(notes, "");
	make_tap(&message);
	assert_true(send(fds[1], &message, message.header.nlmsg_len, 0) > 0);
	message_begin(&message, RTM_NEWADDR, 8, 0);
	assert_true(send(fds[1], &message, message.header.nlmsg_len, 0) > 0);
	message_begin(&message, RTM_DELLINK, 9, 0);
	assert_true(send(fds[1], &message, message.header.nlmsg_len, 0) > 0);
	link_watch_read(&watch, note, notes);
	assert_string_equal(notes, "7:exc0 9: ");
	link_watch_close(&watch);
	close(fds[1]);
	assert_int_equal(watch.fd, -1);
}

/* The kernel's own socket: nothing has happened, and reading does not wait. */
static void test_watch_kernel(void **state)
{
	struct link_watch watch;
	char notes[4096] = "";

	(void)state;
	assert_int_equal(link_watch_open(&watch), 0);
	link_watch_read(&watch, note, notes);
	link_watch_close(&watch);
}

/* ------------------------------------------------ multicast */

static const char dev_mcast[] =
	"1    lo              1     0     333300000001\n"
	"7    exc0            1     0     01005e000001\n"
	"70   exc01           1     0     01005e000002\n"
	"7    exc0            2     0     333300000001\n"
	"7    exc0            1     0     00ffffffff12401bffff000000000000ffffffff\n"
	"7    exc0            1     0\n"
	"rubbish\n"
	"7    exc0            1     0     01005e0000fb";

static void test_multicast(void **state)
{
	static const uint8_t last[] = {1, 0, 0x5e, 0, 0, 0xfb};
	struct multicast a, b;

	(void)state;
	multicast_parse(dev_mcast, 7, &a);
	assert_true(a.complete);
	assert_int_equal(a.count, 3);
	assert_memory_equal(a.groups[2], last, MAC_LEN);
	multicast_parse(dev_mcast, 7, &b);
	assert_true(multicast_equal(&a, &b));
	multicast_parse(dev_mcast, 70, &b);
	assert_int_equal(b.count, 1);
	assert_false(multicast_equal(&a, &b));
	multicast_parse("", 7, &a);
	assert_true(a.complete && a.count == 0);
	multicast_parse(NULL, 7, &b);
	assert_false(b.complete);
	assert_false(multicast_equal(&a, &b));
}

static void test_multicast_too_many(void **state)
{
	char path[] = "/tmp/fwd-link-test-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	struct multicast multicast;
	char *text;

	(void)state;
	assert_non_null(file);
	for (unsigned int i = 0; i < MULTICAST_MAX; i++)
		fprintf(file, "7 exc0 1 0 01005e00%04x\n", i);
	fflush(file);
	text = multicast_load(path);
	assert_non_null(text);
	multicast_parse(text, 7, &multicast);
	assert_true(multicast.complete);
	assert_int_equal(multicast.count, MULTICAST_MAX);
	free(text);
	fprintf(file, "7 exc0 1 0 01005e010000\n");
	fclose(file);
	text = multicast_load(path);
	multicast_parse(text, 7, &multicast);
	assert_false(multicast.complete);
	free(text);
	unlink(path);
	assert_null(multicast_load(path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_tap),
		cmocka_unit_test(test_parse_other_kinds),
		cmocka_unit_test(test_parse_broken),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_watch_kernel),
		cmocka_unit_test(test_multicast),
		cmocka_unit_test(test_multicast_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
