/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <string.h>

#include "offload_spec.h"

static void test_names(void **state)
{
	(void)state;
	for (enum offload offload = 0; offload < OFFLOAD_COUNT; offload++)
		assert_int_equal(offload_find(offload_names[offload]), offload);
	assert_int_equal(offload_find("lro"), OFFLOAD_COUNT);
	assert_int_equal(offload_find(""), OFFLOAD_COUNT);
	assert_int_equal(offload_find("rx_checksu"), OFFLOAD_COUNT);
}

static void test_choices(void **state)
{
	enum offload_choice choice = OFFLOAD_AUTO;

	(void)state;
	assert_true(offload_parse_choice("on", &choice));
	assert_int_equal(choice, OFFLOAD_ON);
	assert_true(offload_parse_choice("off", &choice));
	assert_int_equal(choice, OFFLOAD_OFF);
	assert_false(offload_parse_choice("yes", &choice));
	assert_false(offload_parse_choice("", &choice));
	assert_int_equal(choice, OFFLOAD_OFF);
	assert_true(offload_parse_choice("auto", &choice));
	assert_int_equal(choice, OFFLOAD_AUTO);
}

static void test_parse(void **state)
{
	struct problems problems = {0};
	struct offload_spec spec = {0};

	(void)state;
	offload_spec_parse("tso=off,gro=on,rx_checksum=auto", &spec, &problems);
	assert_int_equal(problems.count, 0);
	assert_int_equal(spec.choices[OFFLOAD_CHECKSUM], OFFLOAD_AUTO);
	assert_int_equal(spec.choices[OFFLOAD_TSO], OFFLOAD_OFF);
	assert_int_equal(spec.choices[OFFLOAD_RX_CHECKSUM], OFFLOAD_AUTO);
	assert_int_equal(spec.choices[OFFLOAD_GRO], OFFLOAD_ON);
}

static void test_problems(void **state)
{
	const char *const wrong[] = {"", "tso", "tso=", "tso=1", "lro=on", "=on", "tso=off,",
		"tso=off,,gro=off", "tso=on=off", "tso = on"};

	(void)state;
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct problems problems = {0};
		struct offload_spec spec = {0};

		offload_spec_parse(wrong[i], &spec, &problems);
		if (problems.count != 1)
			fail_msg("'%s': %u problems", wrong[i], problems.count);
	}
}

static void test_contradictions(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 81; i++) {
		struct offload_spec spec = {.choices = {i % 3, i / 3 % 3, i / 9 % 3, i / 27}};
		const enum offload_choice *choices = spec.choices;
		bool tso = choices[OFFLOAD_TSO] == OFFLOAD_ON &&
			choices[OFFLOAD_CHECKSUM] == OFFLOAD_OFF;
		bool gro = choices[OFFLOAD_GRO] == OFFLOAD_ON &&
			choices[OFFLOAD_RX_CHECKSUM] == OFFLOAD_OFF;
		struct problems problems = {0};

		offload_spec_check(&spec, "here", &problems);
		assert_int_equal(problems.count, tso + gro);
		assert_int_equal(strstr(problems.text, "here: tso=on") != NULL, tso);
		assert_int_equal(strstr(problems.text, "here: gro=on") != NULL, gro);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_contradictions),
	};

	return cmocka_run_group_tests_name("offload_spec", tests, NULL, NULL);
}
