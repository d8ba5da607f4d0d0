/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_ethdev.h>

#include "offloads.h"
#include "quirks.h"

#define RX_L4 (RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM)
#define TX_L4 (RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM)

/* What the drivers of such ports say. */
static const struct port_abilities tap = {
	.virtio = true,
	.rx = RX_L4 | RTE_ETH_RX_OFFLOAD_TCP_LRO | RTE_ETH_RX_OFFLOAD_SCATTER,
	.tx = TX_L4 | RTE_ETH_TX_OFFLOAD_TCP_TSO | RTE_ETH_TX_OFFLOAD_MULTI_SEGS,
};
static const struct port_abilities good_nic = {
	.rx = RX_L4 | RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_LRO,
	.tx = TX_L4 | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_TSO |
		RTE_ETH_TX_OFFLOAD_MULTI_SEGS,
};
static const struct port_abilities poor_nic;

static struct offloads negotiate(const struct port_abilities *nic,
	const struct port_abilities *kernel, unsigned int nb_problems)
{
	const struct offload_spec spec = {0};
	struct problems problems = {0};
	struct offloads offloads;

	offloads_negotiate(&spec, nic, kernel, "exc0", &offloads, &problems);
	assert_int_equal(problems.count, nb_problems);
	return offloads;
}

static void assert_places(const struct offloads *offloads, enum offload_place checksum,
	enum offload_place tso, enum offload_place rx_checksum, enum offload_place gro)
{
	assert_int_equal(offloads->places[OFFLOAD_CHECKSUM], checksum);
	assert_int_equal(offloads->places[OFFLOAD_TSO], tso);
	assert_int_equal(offloads->places[OFFLOAD_RX_CHECKSUM], rx_checksum);
	assert_int_equal(offloads->places[OFFLOAD_GRO], gro);
}

static void test_good_nic(void **state)
{
	struct offloads offloads = negotiate(&good_nic, &tap, 0);

	(void)state;
	assert_places(&offloads, OFFLOAD_PLACE_NIC, OFFLOAD_PLACE_NIC, OFFLOAD_PLACE_NIC,
		OFFLOAD_PLACE_SOFTWARE);
	assert_true(offloads.kernel_rx == tap.rx);
	assert_true(offloads.kernel_tx == tap.tx);
	assert_true(offloads.nic_tx == good_nic.tx);
	/* never its own LRO */
	assert_true(offloads.nic_rx == (RX_L4 | RTE_ETH_RX_OFFLOAD_IPV4_CKSUM));
}

static void test_poor_nic(void **state)
{
	struct offloads offloads = negotiate(&poor_nic, &tap, 0);

	(void)state;
	assert_places(&offloads, OFFLOAD_PLACE_SOFTWARE, OFFLOAD_PLACE_SOFTWARE,
		OFFLOAD_PLACE_SOFTWARE, OFFLOAD_PLACE_SOFTWARE);
	assert_true(offloads.kernel_rx == tap.rx);
	assert_true(offloads.kernel_tx == tap.tx);
	assert_true(offloads.nic_rx == 0);
	assert_true(offloads.nic_tx == 0);
}

/* Checksums are verified here for what is merged, and for nothing else. */
static void test_verified_in_software(void **state)
{
	struct offload_spec spec = {.choices = {[OFFLOAD_GRO] = OFFLOAD_OFF}};
	struct problems problems = {0};
	struct offloads offloads;

	(void)state;
	offloads_negotiate(&spec, &poor_nic, &tap, "exc0", &offloads, &problems);
	assert_int_equal(problems.count, 0);
	assert_int_equal(offloads.places[OFFLOAD_RX_CHECKSUM], OFFLOAD_PLACE_OFF);
	spec.choices[OFFLOAD_RX_CHECKSUM] = OFFLOAD_ON;
	offloads_negotiate(&spec, &poor_nic, &tap, "exc0", &offloads, &problems);
	assert_int_equal(problems.count, 1);
	assert_non_null(strstr(problems.text, "the NIC does not verify checksums"));
}

/* A NIC that speaks virtio merges by the kernel's rules. */
static void test_virtio_nic(void **state)
{
	struct offloads offloads = negotiate(&tap, &tap, 0);

	(void)state;
	assert_places(&offloads, OFFLOAD_PLACE_NIC, OFFLOAD_PLACE_NIC, OFFLOAD_PLACE_NIC,
		OFFLOAD_PLACE_NIC);
	assert_true(offloads.nic_rx == (RX_L4 | RTE_ETH_RX_OFFLOAD_TCP_LRO));
}

/* net_tap and others verify checksums of what they receive: that is no permission to leave them
 * unfinished.
 */
static void test_other_kernel_port(void **state)
{
	struct offloads offloads = negotiate(&good_nic, &good_nic, 0);

	(void)state;
	assert_places(&offloads, OFFLOAD_PLACE_OFF, OFFLOAD_PLACE_OFF, OFFLOAD_PLACE_NIC,
		OFFLOAD_PLACE_SOFTWARE);
	assert_true((offloads.kernel_rx & (RX_L4 | RTE_ETH_RX_OFFLOAD_TCP_LRO)) == 0);
}

/* Cutting wants chains and checksums of the NIC, too. */
static void test_tso_needs(void **state)
{
	const uint64_t needs[] = {RTE_ETH_TX_OFFLOAD_TCP_TSO, RTE_ETH_TX_OFFLOAD_MULTI_SEGS,
		RTE_ETH_TX_OFFLOAD_TCP_CKSUM, RTE_ETH_TX_OFFLOAD_UDP_CKSUM};

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(needs); i++) {
		struct port_abilities nic = good_nic;
		struct offloads offloads;

		nic.tx &= ~needs[i];
		offloads = negotiate(&nic, &tap, 0);
		assert_int_equal(offloads.places[OFFLOAD_TSO], OFFLOAD_PLACE_SOFTWARE);
		assert_true((offloads.nic_tx & RTE_ETH_TX_OFFLOAD_TCP_TSO) == 0);
		assert_true((offloads.kernel_rx & RTE_ETH_RX_OFFLOAD_TCP_LRO) != 0);
		assert_non_null(offloads.reasons[OFFLOAD_TSO]);
	}
}

static uint64_t random_flags(uint64_t *random, uint64_t of)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (*random >> 20) & of;
}

/* Whatever ports there are: nothing that a port can not do, nothing half, nothing in secret. */
static void test_invariants(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		const uint64_t all_rx = good_nic.rx | tap.rx, all_tx = good_nic.tx;
		struct port_abilities nic, kernel;
		struct problems problems = {0};
		struct offload_spec spec;
		struct offloads offloads;
		const enum offload_place *places = offloads.places;
		unsigned int nb_problems = 0;

		nic = (struct port_abilities){random_flags(&random, all_rx),
			random_flags(&random, all_tx), random_flags(&random, 1)};
		kernel = (struct port_abilities){random_flags(&random, all_rx),
			random_flags(&random, all_tx), random_flags(&random, 1)};
		for (unsigned int k = 0; k < OFFLOAD_COUNT; k++)
			spec.choices[k] = random_flags(&random, 0xff) % 3;
		offloads_negotiate(&spec, &nic, &kernel, "exc0", &offloads, &problems);

		assert_true((offloads.nic_rx & ~nic.rx) == 0);
		assert_true((offloads.nic_tx & ~nic.tx) == 0);
		assert_true((offloads.kernel_rx & ~kernel.rx) == 0);
		assert_true((offloads.kernel_tx & ~kernel.tx) == 0);
		if (places[OFFLOAD_CHECKSUM] == OFFLOAD_PLACE_OFF) {
			assert_int_equal(places[OFFLOAD_TSO], OFFLOAD_PLACE_OFF);
			assert_true((offloads.kernel_rx & RX_L4) == 0);
		}
		if (places[OFFLOAD_TSO] == OFFLOAD_PLACE_OFF)
			assert_true((offloads.kernel_rx & RTE_ETH_RX_OFFLOAD_TCP_LRO) == 0);
		if (places[OFFLOAD_RX_CHECKSUM] == OFFLOAD_PLACE_OFF) {
			assert_int_equal(places[OFFLOAD_GRO], OFFLOAD_PLACE_OFF);
			assert_true((offloads.kernel_tx & TX_L4) == 0);
		}
		if (places[OFFLOAD_GRO] != OFFLOAD_PLACE_NIC)
			assert_true((offloads.nic_rx & RTE_ETH_RX_OFFLOAD_TCP_LRO) == 0);
		for (unsigned int k = 0; k < OFFLOAD_COUNT; k++) {
			if (spec.choices[k] == OFFLOAD_OFF)
				assert_int_equal(places[k], OFFLOAD_PLACE_OFF);
			if (spec.choices[k] == OFFLOAD_ON && places[k] == OFFLOAD_PLACE_OFF)
				nb_problems++;
			assert_int_equal(
				places[k] == OFFLOAD_PLACE_NIC, offloads.reasons[k] == NULL);
		}
		assert_int_equal(problems.count, nb_problems);
	}
}

static void test_required(void **state)
{
	const struct offload_spec spec = {.choices = {[OFFLOAD_GRO] = OFFLOAD_ON}};
	struct problems problems = {0};
	struct offloads offloads;

	(void)state;
	offloads_negotiate(&spec, &good_nic, &poor_nic, "exc0", &offloads, &problems);
	assert_int_equal(problems.count, 1);
	assert_non_null(
		strstr(problems.text, "pair 'exc0': gro=on can not be: rx_checksum is off"));
}

static void test_describe(void **state)
{
	struct offloads offloads = negotiate(&poor_nic, &tap, 0);
	const char *whole = "checksum software (the NIC does not finish checksums), "
			    "tso software (the NIC does not cut packets), "
			    "rx_checksum software (the NIC does not verify checksums), "
			    "gro software (the NIC's own merging can not be undone)";
	char text[300];

	(void)state;
	offloads_describe(&offloads, text, sizeof(text));
	assert_string_equal(text, whole);
	/* cut off anywhere, nothing is written beyond */
	for (unsigned int size = 1; size < sizeof(text); size++) {
		memset(text, 'x', sizeof(text));
		offloads_describe(&offloads, text, size);
		assert_true(strlen(text) < size);
		assert_memory_equal(text, whole, strlen(text));
		assert_int_equal(text[size], 'x');
	}
}

static void test_quirks(void **state)
{
	char path[] = "/tmp/quirks-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(quirks_rx("net_vmxnet3"), RTE_ETH_RX_OFFLOAD_SCATTER);
	assert_int_equal(quirks_rx("net_e1000_em"), 0);
	assert_int_equal(quirks_tx("net_e1000_em", path), 0);
	assert_int_equal(quirks_tx("net_vmxnet3", path), RTE_ETH_TX_OFFLOAD_TCP_TSO);
	assert_int_equal(quirks_tx("net_vmxnet3", "/nowhere"), RTE_ETH_TX_OFFLOAD_TCP_TSO);
	assert_int_equal(write(fd, "VMware, Inc.\n", 13), 13);
	assert_int_equal(quirks_tx("net_vmxnet3", path), 0);
	assert_int_equal(quirks_tx("net_e1000_igb", path), 0);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, "QEMU\n", 5, 0), 5);
	assert_int_equal(quirks_tx("net_vmxnet3", path), RTE_ETH_TX_OFFLOAD_TCP_TSO);
	assert_int_equal(quirks_tx("net_e1000_igb", path), RTE_ETH_TX_OFFLOAD_TCP_TSO);
	close(fd);
	unlink(path);
	/* 65535 * 256 ns */
	assert_in_range(quirks_rest_us("net_e1000_em"), 16777, 17000);
	assert_int_equal(quirks_rest_us("net_e1000_igb"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_nic),
		cmocka_unit_test(test_poor_nic),
		cmocka_unit_test(test_verified_in_software),
		cmocka_unit_test(test_virtio_nic),
		cmocka_unit_test(test_other_kernel_port),
		cmocka_unit_test(test_tso_needs),
		cmocka_unit_test(test_invariants),
		cmocka_unit_test(test_required),
		cmocka_unit_test(test_quirks),
		cmocka_unit_test(test_describe),
	};

	return cmocka_run_group_tests_name("offloads", tests, NULL, NULL);
}
