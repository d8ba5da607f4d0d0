/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "parse.h"

static void test_uint(void **state)
{
	static const char *const junk[] = {
		"", " 5", "5 ", "-1", "+5", "0x5", "5k", "abc", "4", "11", "99999999999999999999"};
	unsigned int value = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		assert_int_equal(parse_uint(junk[i], 5, 10, &value), -EINVAL);
		assert_int_equal(value, 77);
	}
	assert_int_equal(parse_uint("5", 5, 10, &value), 0);
	assert_int_equal(value, 5);
	assert_int_equal(parse_uint("10", 5, 10, &value), 0);
	assert_int_equal(value, 10);
}

static void test_mac(void **state)
{
	static const char *const junk[] = {"", "02:00:00:00:00", "02:00:00:00:00:0g",
		"02-00-00-00-00-01", "0200.0000.0001", "02:00:00:00:00:01 ", "01:00:5e:00:00:01",
		"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"};
	static const uint8_t expected[MAC_LEN] = {0x02, 0xab, 0xCD, 0, 0, 0x1f};
	uint8_t mac[MAC_LEN] = {0};
	char text[MAC_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++)
		assert_int_equal(parse_mac(junk[i], mac), -EINVAL);
	assert_int_equal(parse_mac("02:ab:CD:00:00:1F", mac), 0);
	assert_memory_equal(mac, expected, MAC_LEN);
	format_mac(mac, text);
	assert_string_equal(text, "02:ab:cd:00:00:1f");
}

static void test_power_of_two(void **state)
{
	(void)state;
	assert_false(is_power_of_two(0));
	assert_true(is_power_of_two(1));
	assert_true(is_power_of_two(1024));
	assert_false(is_power_of_two(1000));
}

static void test_netdev_name(void **state)
{
	(void)state;
	assert_true(is_netdev_name("exc0"));
	assert_true(is_netdev_name("exception.path1"));
	assert_false(is_netdev_name("exception-path-1"));
	assert_false(is_netdev_name(""));
	assert_false(is_netdev_name("."));
	assert_false(is_netdev_name(".."));
	assert_false(is_netdev_name("a/b"));
	assert_false(is_netdev_name("a b"));
	assert_false(is_netdev_name("tap%d"));
	assert_false(is_netdev_name("a,b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uint),
		cmocka_unit_test(test_mac),
		cmocka_unit_test(test_power_of_two),
		cmocka_unit_test(test_netdev_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
