/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "rate_limits.h"

#include <rte_mbuf.h>

#include "classify.h"

/* Packets judged together: a class's bucket is asked once for all of them. */
#define LIMITS_ROUND 32

static uint16_t limits_filter_round(struct limits *limits, const struct local_addresses *addresses,
	struct rte_mbuf **pkts, uint16_t nb_pkts, struct rte_mbuf **passed, uint64_t now_ns)
{
	uint32_t left[LIMIT_CLASSES] = {0};
	uint8_t classes[LIMITS_ROUND];
	uint16_t nb_passed = 0;

	for (uint16_t i = 0; i < nb_pkts; i++) {
		classes[i] = classify(rte_pktmbuf_mtod(pkts[i], const uint8_t *),
			rte_pktmbuf_data_len(pkts[i]), addresses);
		left[classes[i]]++;
	}
	for (unsigned int i = 0; i < LIMIT_CLASSES; i++)
		left[i] = limits_take(limits, i, left[i], now_ns);
	for (uint16_t i = 0; i < nb_pkts; i++) {
		if (left[classes[i]] > 0) {
			left[classes[i]]--;
			passed[nb_passed++] = pkts[i];
		} else {
			rte_pktmbuf_free(pkts[i]);
		}
	}
	return nb_passed;
}

uint16_t limits_filter(
	struct limits *limits, struct rte_mbuf **pkts, uint16_t nb_pkts, uint64_t now_ns)
{
	const struct local_addresses *addresses;
	uint16_t nb_passed = 0;
	unsigned int place;

	addresses = address_cell_enter(&limits->addresses, &place);
	for (uint16_t i = 0; i < nb_pkts; i += LIMITS_ROUND) {
		uint16_t nb = nb_pkts - i < LIMITS_ROUND ? nb_pkts - i : LIMITS_ROUND;

		nb_passed += limits_filter_round(
			limits, addresses, &pkts[i], nb, &pkts[nb_passed], now_ns);
	}
	address_cell_leave(&limits->addresses, place);
	return nb_passed;
}
