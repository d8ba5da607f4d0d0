/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "checksum.h"

#include <netinet/in.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ip.h>

#define CHECKSUM_IPV4_AT    10
#define CHECKSUM_IPV4_ADDRS 12
#define CHECKSUM_IPV6_ADDRS 8
#define CHECKSUM_IPV4_PAIR  8 /* bytes of two addresses */
#define CHECKSUM_IPV6_PAIR  32
#define CHECKSUM_TCP_AT	    16
#define CHECKSUM_UDP_AT	    6

static uint16_t checksum_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return sum + (sum >> 16);
}

/* Like rte_raw_cksum(), which adds up two bytes at a time: this is several times as fast over a
 * payload, and is what most of the time of merging goes into.
 */
uint16_t checksum_raw(const void *data, uint32_t len)
{
	const uint8_t *at = data;
	uint64_t low = 0, high = 0, word;
	uint32_t i = 0;

	for (; i + sizeof(word) <= len; i += sizeof(word)) {
		memcpy(&word, at + i, sizeof(word));
		low += (uint32_t)word;
		high += word >> 32;
	}
	if (i < len) {
		word = 0;
		memcpy(&word, at + i, len - i);
		low += (uint32_t)word;
		high += word >> 32;
	}
	low += high;
	low = (low & 0xffffffff) + (low >> 32);
	low = (low & 0xffffffff) + (low >> 32);
	return checksum_fold(low);
}

void checksum_fill_ipv4(uint8_t *ip, uint16_t ip_len)
{
	uint16_t sum;

	memset(ip + CHECKSUM_IPV4_AT, 0, sizeof(sum));
	sum = ~rte_raw_cksum(ip, ip_len);
	memcpy(ip + CHECKSUM_IPV4_AT, &sum, sizeof(sum));
}

bool checksum_ipv4_is_good(const uint8_t *ip, uint16_t ip_len)
{
	return rte_raw_cksum(ip, ip_len) == 0xffff;
}

uint8_t *checksum_field(const struct rte_mbuf *pkt, const struct headers *headers)
{
	return rte_pktmbuf_mtod_offset(pkt, uint8_t *,
		headers->l2_len + headers->l3_len +
			(headers->l4 == IPPROTO_TCP ? CHECKSUM_TCP_AT : CHECKSUM_UDP_AT));
}

/* The sum of len bytes from at on, in whichever buffers they are. rte_raw_cksum_mbuf() loses
 * carries in a buffer whose first byte is an odd one (DPDK 22.11 at least).
 */
static uint16_t checksum_sum(const struct rte_mbuf *buffer, uint32_t at, uint32_t len)
{
	uint32_t sum = 0, done = 0;

	for (; at >= buffer->data_len && buffer->next != NULL; buffer = buffer->next)
		at -= buffer->data_len;
	for (; done < len && buffer != NULL; buffer = buffer->next, at = 0) {
		uint32_t here = buffer->data_len - at;
		uint16_t part;

		if (here > len - done)
			here = len - done;
		part = checksum_raw(rte_pktmbuf_mtod_offset(buffer, const void *, at), here);
		sum = checksum_fold(sum + (done % 2 ? rte_bswap16(part) : part));
		done += here;
	}
	return sum;
}

void checksum_finish(struct rte_mbuf *pkt, const struct headers *headers)
{
	uint8_t *field = checksum_field(pkt, headers);
	uint32_t at = headers->l2_len + headers->l3_len;
	uint32_t end = pkt->pkt_len;
	const uint8_t *ip = rte_pktmbuf_mtod_offset(pkt, const uint8_t *, headers->l2_len);
	uint32_t ip_len = headers_ip_len(ip, headers);
	uint16_t sum;

	/* a frame may be padded after the end of the IP packet */
	if (ip_len >= headers->l3_len + headers->l4_len && headers->l2_len + ip_len < end)
		end = headers->l2_len + ip_len;
	sum = ~checksum_sum(pkt, at, end - at);
	/* 0 says that a UDP packet has no checksum */
	if (sum == 0 && headers->l4 == IPPROTO_UDP)
		sum = 0xffff;
	memcpy(field, &sum, sizeof(sum));
}

static uint16_t checksum_pseudo(
	const struct rte_mbuf *pkt, const struct headers *headers, uint32_t l4_len)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(pkt, const uint8_t *, headers->l2_len);
	uint32_t sum;

	if (headers->ipv4)
		sum = rte_raw_cksum(ip + CHECKSUM_IPV4_ADDRS, CHECKSUM_IPV4_PAIR);
	else
		sum = rte_raw_cksum(ip + CHECKSUM_IPV6_ADDRS, CHECKSUM_IPV6_PAIR);
	sum += htons(headers->l4);
	sum += htons(l4_len & 0xffff);
	sum += htons(l4_len >> 16);
	return checksum_fold(sum);
}

void checksum_put_pseudo(struct rte_mbuf *pkt, const struct headers *headers, uint32_t l4_len)
{
	uint16_t sum = checksum_pseudo(pkt, headers, l4_len);

	memcpy(checksum_field(pkt, headers), &sum, sizeof(sum));
}

bool checksum_tcp_is_good(const struct rte_mbuf *pkt, const struct headers *headers)
{
	uint32_t at = headers->l2_len + headers->l3_len;
	uint32_t len = pkt->pkt_len - at;
	uint32_t sum = checksum_raw(rte_pktmbuf_mtod_offset(pkt, const void *, at), len);

	return checksum_fold(sum + checksum_pseudo(pkt, headers, len)) == 0xffff;
}

void checksum_change_length(uint8_t *field, uint32_t old_len, uint32_t new_len)
{
	uint16_t value;
	uint32_t sum;

	memcpy(&value, field, sizeof(value));
	sum = value;
	sum += (uint16_t)~htons(old_len & 0xffff);
	sum += (uint16_t)~htons(old_len >> 16);
	sum += htons(new_len & 0xffff);
	sum += htons(new_len >> 16);
	value = checksum_fold(sum);
	memcpy(field, &value, sizeof(value));
}
