/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "frames.h"

#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_debug.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mbuf.h>

void frames_start_eal(void)
{
	char cpu[16];
	char *argv[] = {"test", "-l", cpu, "--no-huge", "--no-pci", "--no-shconf", "-m", "64",
		"--no-telemetry", "--log-level=error", NULL};

	snprintf(cpu, sizeof(cpu), "%d", sched_getcpu());
	if (rte_eal_init(sizeof(argv) / sizeof(argv[0]) - 1, argv) < 0)
		rte_panic("EAL does not start: %s\n", rte_strerror(rte_errno));
}

struct rte_mempool *frames_pool(unsigned int count, unsigned int room)
{
	static unsigned int number;
	struct rte_mempool *pool;
	char name[16];

	snprintf(name, sizeof(name), "pool%u", number++);
	pool = rte_pktmbuf_pool_create(
		name, count, 0, 0, RTE_PKTMBUF_HEADROOM + room, SOCKET_ID_ANY);
	if (pool == NULL)
		rte_panic("no pool: %s\n", rte_strerror(rte_errno));
	return pool;
}

static uint8_t *frame_put(uint8_t *at, uint32_t value, unsigned int size)
{
	while (size-- > 0)
		*at++ = value >> (8 * size);
	return at;
}

uint16_t frame_sum(const uint8_t *bytes, uint32_t len, uint32_t sum)
{
	for (uint32_t i = 0; i < len; i++) {
		sum += i % 2 ? bytes[i] : bytes[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static uint8_t frame_content(uint32_t seq)
{
	/* looks random, and sums to all kinds of checksums */
	return (seq * 2654435761u) >> 13;
}

static uint8_t *frame_write_ether(const struct frame *frame, uint8_t *at)
{
	at = frame_put(at, 0x0200, 2);
	at = frame_put(at, 0x5e000001, 4);
	at = frame_put(at, 0x0200, 2);
	at = frame_put(at, 0x5e000002, 4);
	for (unsigned int tag = 0; tag < frame->tags; tag++) {
		at = frame_put(at, tag + 1 < frame->tags ? 0x88a8 : 0x8100, 2);
		at = frame_put(at, frame->vlan + tag, 2);
	}
	return frame_put(at, frame->ipv6 ? 0x86dd : 0x0800, 2);
}

static uint8_t *frame_write_ipv4(const struct frame *frame, uint8_t *ip, uint32_t l4_len)
{
	uint8_t *at = ip;

	at = frame_put(at, 0x45 + frame->ip_options / 4, 1);
	at = frame_put(at, frame->tos, 1);
	at = frame_put(at, 20 + frame->ip_options + l4_len, 2);
	at = frame_put(at, frame->id, 2);
	at = frame_put(at, frame->fragment, 2);
	at = frame_put(at, frame->ttl, 1);
	at = frame_put(at, frame->udp ? IPPROTO_UDP : IPPROTO_TCP, 1);
	at = frame_put(at, 0, 2);
	at = frame_put(at, 0xc0000200 + frame->host, 4);
	at = frame_put(at, 0xc0000263, 4);
	memset(at, 1, frame->ip_options); /* no operation */
	at += frame->ip_options;
	frame_put(ip + 10, ~frame_sum(ip, at - ip, 0), 2);
	return at;
}

static uint8_t *frame_write_ipv6(const struct frame *frame, uint8_t *ip, uint32_t l4_len)
{
	uint8_t l4 = frame->udp ? IPPROTO_UDP : IPPROTO_TCP;
	uint8_t *at = ip;

	at = frame_put(at, 6u << 28 | frame->tos << 20 | frame->label, 4);
	at = frame_put(at, frame->ip_options + l4_len, 2);
	at = frame_put(at, frame->ip_options ? IPPROTO_DSTOPTS : l4, 1);
	at = frame_put(at, frame->ttl, 1);
	for (unsigned int address = 0; address < 2; address++) {
		at = frame_put(at, 0x20010db8, 4);
		memset(at, 0, 8);
		at = frame_put(at + 8, address == 0 ? frame->host : 0x63, 4);
	}
	if (frame->ip_options) {
		memset(at, 0, frame->ip_options); /* Pad1 */
		at[0] = l4;
		at[1] = frame->ip_options / 8 - 1;
		at += frame->ip_options;
	}
	return at;
}

static uint8_t *frame_write_tcp(const struct frame *frame, uint8_t *at)
{
	at = frame_put(at, frame->source, 2);
	at = frame_put(at, frame->destination, 2);
	at = frame_put(at, frame->seq, 4);
	at = frame_put(at, frame->ack, 4);
	at = frame_put(at, (5 + frame->options / 4) << 4 | frame->reserved, 1);
	at = frame_put(at, frame->flags, 1);
	at = frame_put(at, frame->window, 2);
	at = frame_put(at, 0, 2);
	at = frame_put(at, frame->urgent, 2);
	for (unsigned int i = 0; i < frame->options; i += 4)
		at = frame_put(at, frame->stamp + i, 4);
	return at;
}

static uint8_t *frame_write_udp(const struct frame *frame, uint8_t *at, uint32_t l4_len)
{
	at = frame_put(at, frame->source, 2);
	at = frame_put(at, frame->destination, 2);
	at = frame_put(at, l4_len, 2);
	return frame_put(at, 0, 2);
}

static void frame_write_checksum(
	const struct frame *frame, const uint8_t *ip, uint8_t *l4, uint32_t l4_len)
{
	uint8_t *field = l4 + (frame->udp ? 6 : 16);
	uint32_t sum = frame->udp ? IPPROTO_UDP : IPPROTO_TCP;

	sum += (l4_len & 0xffff) + (l4_len >> 16);
	sum = frame_sum(frame->ipv6 ? ip + 8 : ip + 12, frame->ipv6 ? 32 : 8, sum);
	if (!frame->partial)
		sum = (uint16_t)~frame_sum(l4, l4_len, sum);
	if (sum == 0 && frame->udp)
		sum = 0xffff;
	frame_put(field, sum, 2);
}

uint32_t frame_write(const struct frame *frame, uint8_t *bytes)
{
	uint32_t l4_len = (frame->udp ? 8 : 20 + frame->options) + frame->payload;
	uint8_t *ip = frame_write_ether(frame, bytes), *l4, *at;

	l4 = frame->ipv6 ? frame_write_ipv6(frame, ip, l4_len)
			 : frame_write_ipv4(frame, ip, l4_len);
	at = frame->udp ? frame_write_udp(frame, l4, l4_len) : frame_write_tcp(frame, l4);
	for (uint32_t i = 0; i < frame->payload; i++)
		*at++ = frame_content(frame->seq + i);
	frame_write_checksum(frame, ip, l4, l4_len);
	/* no sum that includes them is right by chance */
	memset(at, 0xa5, frame->padding);
	return at + frame->padding - bytes;
}

struct rte_mbuf *frame_to_mbuf(
	struct rte_mempool *pool, const uint8_t *bytes, uint32_t len, uint32_t piece)
{
	struct rte_mbuf *pkt = NULL, **end = &pkt;

	if (piece == 0)
		piece = len;
	for (uint32_t done = 0; done < len; done += piece) {
		uint32_t here = len - done < piece ? len - done : piece;
		struct rte_mbuf *buffer = rte_pktmbuf_alloc(pool);

		if (buffer == NULL || rte_pktmbuf_append(buffer, here) == NULL)
			rte_panic("no buffer for %u bytes\n", here);
		memcpy(rte_pktmbuf_mtod(buffer, void *), bytes + done, here);
		*end = buffer;
		end = &buffer->next;
		if (pkt != buffer) {
			pkt->nb_segs++;
			pkt->pkt_len += here;
		}
	}
	return pkt;
}

struct rte_mbuf *frame_make(struct rte_mempool *pool, const struct frame *frame, uint32_t piece)
{
	static uint8_t bytes[FRAME_MAX];
	uint32_t len = frame_write(frame, bytes);

	return frame_to_mbuf(pool, bytes, len, piece);
}

uint32_t frame_from_mbuf(const struct rte_mbuf *pkt, uint8_t *bytes)
{
	uint32_t done = 0;

	rte_mbuf_sanity_check(pkt, 1);
	for (const struct rte_mbuf *buffer = pkt; buffer != NULL; buffer = buffer->next) {
		memcpy(bytes + done, rte_pktmbuf_mtod(buffer, const void *), buffer->data_len);
		done += buffer->data_len;
	}
	return done;
}

uint32_t frames_random(uint64_t *state, uint32_t limit)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (*state >> 33) % limit;
}
