/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "checksum.h"
#include "frames.h"
#include "merge.h"
#include "segment.h"

#define BURST	     64
#define FLOWS	     12 /* more than are merged at once */
#define ROUNDS	     3000
#define SMALL_MAX    3000
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What the NIC says of a frame. */
#define GOOD (RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD)
#define BAD  (RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_BAD)

/* Bytes of a plain frame. */
#define IP_SUM	  (14 + 10)
#define TCP_SUM	  (14 + 20 + 16)
#define LAST_BYTE (14 + 20 + 32 + 299)

static struct rte_mempool *pool;
static uint8_t wanted[FRAME_MAX], got[FRAME_MAX];

static const struct frame plain = {.ttl = 64,
	.flags = FRAME_ACK,
	.source = 1,
	.destination = 2,
	.window = 1000,
	.options = 12,
	.seq = 1000,
	.payload = 300};

/* The segment that comes after this one in its flow. */
static struct frame after(struct frame frame)
{
	frame.seq += frame.payload;
	frame.id++;
	return frame;
}

static struct rte_mbuf *receive(const struct frame *frame, uint64_t flags)
{
	struct rte_mbuf *pkt = frame_make(pool, frame, 0);

	pkt->ol_flags = flags;
	return pkt;
}

/* How many packets are left of the frames, all of them found good. */
static unsigned int merge(const struct frame *frames, unsigned int count)
{
	struct rte_mbuf *pkts[BURST];
	uint64_t merged;
	uint16_t left;

	for (unsigned int i = 0; i < count; i++)
		pkts[i] = receive(&frames[i], GOOD);
	left = merge_burst(pkts, count, &merged);
	assert_int_equal(left + merged, count);
	rte_pktmbuf_free_bulk(pkts, left);
	return left;
}

static unsigned int merge_pair(struct frame first, struct frame second)
{
	const struct frame frames[] = {first, second};

	return merge(frames, 2);
}

static void test_merged_packet(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		struct frame frame = plain, large;
		struct rte_mbuf *pkts[5];
		uint64_t merged;
		uint32_t len;

		frame.ipv6 = ipv6;
		large = frame;
		for (unsigned int i = 0; i < 5; i++, frame = after(frame)) {
			if (i == 4) {
				frame.payload = 77;
				frame.flags |= FRAME_PSH;
			}
			pkts[i] = receive(&frame, GOOD);
		}
		assert_int_equal(merge_burst(pkts, 5, &merged), 1);
		assert_int_equal(merged, 4);
		large.payload = 4 * 300 + 77;
		large.flags |= FRAME_PSH;
		large.partial = true;
		len = frame_write(&large, wanted);
		assert_int_equal(frame_from_mbuf(pkts[0], got), len);
		assert_memory_equal(got, wanted, len);
		assert_true(pkts[0]->ol_flags ==
			((ipv6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4) |
				RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_TCP_SEG));
		assert_int_equal(pkts[0]->tso_segsz, 300);
		assert_int_equal(pkts[0]->l2_len, 14);
		assert_int_equal(pkts[0]->l3_len, ipv6 ? 40 : 20);
		assert_int_equal(pkts[0]->l4_len, 32);
		rte_pktmbuf_free(pkts[0]);
	}
}

/* Every change of a header field that cutting could not give back. */
#define DIFFER(field, value)                                                                       \
	do {                                                                                       \
		struct frame first = plain, second = after(first);                                 \
		first.ipv6 = second.ipv6 = ipv6;                                                   \
		second.field = value;                                                              \
		if (merge_pair(first, second) != 2)                                                \
			fail_msg("merged over IPv%d although " #field " differs", ipv6 ? 6 : 4);   \
	} while (0)

static void test_differences(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		struct frame first = plain;

		first.ipv6 = ipv6;
		assert_int_equal(merge_pair(first, after(first)), 1);
		DIFFER(tags, 1);
		DIFFER(host, 9);
		DIFFER(tos, 1);	   /* ECN */
		DIFFER(tos, 0x28); /* DSCP */
		DIFFER(ttl, 63);
		DIFFER(source, 9);
		DIFFER(destination, 9);
		DIFFER(seq, 1299);
		DIFFER(seq, 1301);
		DIFFER(seq, 1000); /* a retransmit */
		DIFFER(ack, 1);
		DIFFER(reserved, 1); /* accurate ECN */
		DIFFER(flags, FRAME_ACK | FRAME_FIN);
		DIFFER(flags, FRAME_ACK | FRAME_RST);
		DIFFER(flags, FRAME_ACK | FRAME_SYN);
		DIFFER(flags, FRAME_ACK | FRAME_URG);
		DIFFER(flags, FRAME_ACK | FRAME_ECE);
		DIFFER(flags, FRAME_ACK | FRAME_CWR);
		DIFFER(flags, 0);
		DIFFER(window, 999);
		DIFFER(urgent, 1);
		DIFFER(options, 8);
		DIFFER(options, 16);
		DIFFER(stamp, 1);
		DIFFER(payload, 0);
		DIFFER(payload, 301);
		DIFFER(ip_options, 8);
		DIFFER(padding, 1);
		DIFFER(udp, true);
		DIFFER(ipv6, !ipv6);
		if (ipv6) {
			DIFFER(label, 1);
			continue;
		}
		DIFFER(id, 0);
		DIFFER(id, 2);
		DIFFER(fragment, 0x4000);
		DIFFER(fragment, 0x2000);
		DIFFER(fragment, 0x8000);
	}
}

static void test_tags(void **state)
{
	struct frame first = plain, second;

	(void)state;
	for (first.tags = 1; first.tags <= 4; first.tags++) {
		second = after(first);
		assert_int_equal(merge_pair(first, second), 1);
		second.vlan = 7;
		assert_int_equal(merge_pair(first, second), 2);
	}
}

/* Of these nothing is ever merged, with what comes next neither. */
static void test_never(void **state)
{
	const uint8_t flags[] = {0, FRAME_SYN, FRAME_ACK | FRAME_SYN, FRAME_ACK | FRAME_FIN,
		FRAME_ACK | FRAME_RST, FRAME_ACK | FRAME_URG, FRAME_ACK | FRAME_CWR,
		FRAME_ACK | FRAME_PSH};
	struct frame frame;

	(void)state;
	for (unsigned int i = 0; i < COUNT(flags); i++) {
		frame = plain;
		frame.flags = flags[i];
		assert_int_equal(merge_pair(frame, after(frame)), 2);
	}
	frame = plain;
	frame.payload = 0;
	assert_int_equal(merge_pair(frame, after(frame)), 2);
	frame = plain;
	frame.ip_options = 8;
	assert_int_equal(merge_pair(frame, after(frame)), 2);
	frame.ipv6 = true;
	assert_int_equal(merge_pair(frame, after(frame)), 2);
	frame = plain;
	frame.fragment = 0x2000;
	assert_int_equal(merge_pair(frame, after(frame)), 2);
}

/* With DF nobody needs the identification: some send 0 always, some random ones. */
static void test_identification(void **state)
{
	struct frame first = plain, second;

	(void)state;
	first.fragment = 0x4000;
	second = after(first);
	second.id = 999;
	assert_int_equal(merge_pair(first, second), 1);
	/* wraps */
	first = plain;
	first.id = 0xffff;
	assert_int_equal(merge_pair(first, after(first)), 1);
	first.seq = 0xffffffff;
	assert_int_equal(merge_pair(first, after(first)), 1);
}

static void test_ends(void **state)
{
	struct frame frames[3] = {plain};

	(void)state;
	/* a short segment is the last */
	frames[1] = after(frames[0]);
	frames[1].payload--;
	frames[2] = after(frames[1]);
	assert_int_equal(merge(frames, 3), 2);
	/* so is a push */
	frames[1] = after(frames[0]);
	frames[1].flags |= FRAME_PSH;
	frames[2] = after(frames[1]);
	assert_int_equal(merge(frames, 3), 2);
}

/* A packet may be as long as IP's length field allows, and not a byte longer. */
static void test_longest(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct frame frames[9] = {plain};
		bool ipv6 = i & 1, too_long = i & 2;

		frames[0].ipv6 = ipv6;
		frames[0].payload = 8000;
		for (unsigned int k = 1; k < 9; k++)
			frames[k] = after(frames[k - 1]);
		frames[8].payload = 65535 - (ipv6 ? 40 : 20) - 20 - 12 - 8 * 8000 + too_long;
		assert_int_equal(merge(frames, 9), too_long ? 2 : 1);
	}
}

/* Nor are there more buffers than a port can be asked to take. */
static void test_most(void **state)
{
	struct rte_mbuf *pkts[100];
	struct frame frame = plain;
	uint64_t merged;

	(void)state;
	frame.payload = 10;
	for (unsigned int i = 0; i < 100; i++, frame = after(frame))
		pkts[i] = receive(&frame, GOOD);
	assert_int_equal(merge_burst(pkts, 100, &merged), 2);
	assert_int_equal(pkts[0]->nb_segs, 64);
	assert_int_equal(pkts[1]->nb_segs, 36);
	rte_pktmbuf_free_bulk(pkts, 2);
}

/* One alone is marked, so that the kernel does not verify it again, if that is worth it. */
static void test_single(void **state)
{
	const uint32_t payloads[] = {0, 1, 255, 256, 1448};

	(void)state;
	for (unsigned int i = 0; i < COUNT(payloads); i++) {
		bool marked = payloads[i] >= 256;
		struct frame frame = plain;
		struct rte_mbuf *pkt;
		uint64_t merged;
		uint32_t len;

		frame.payload = payloads[i];
		pkt = receive(&frame, GOOD);
		assert_int_equal(merge_burst(&pkt, 1, &merged), 1);
		assert_int_equal(merged, 0);
		frame.partial = marked;
		len = frame_write(&frame, wanted);
		assert_int_equal(frame_from_mbuf(pkt, got), len);
		assert_memory_equal(got, wanted, len);
		assert_true(pkt->ol_flags ==
			(marked ? RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_TCP_CKSUM : GOOD));
		rte_pktmbuf_free(pkt);
	}
}

/* The NIC's word, and where it has none our own. */
static void test_checksums(void **state)
{
	const struct {
		uint64_t flags;
		unsigned int broken; /* where a bit is wrong; 0: nowhere */
		bool good;
	} cases[] = {
		{GOOD, 0, true},
		{RTE_MBUF_F_RX_L4_CKSUM_GOOD, 0, true},
		{RTE_MBUF_F_RX_L4_CKSUM_GOOD, IP_SUM, false},
		{RTE_MBUF_F_RX_L4_CKSUM_GOOD | RTE_MBUF_F_RX_IP_CKSUM_BAD, IP_SUM, false},
		{RTE_MBUF_F_RX_L4_CKSUM_NONE | RTE_MBUF_F_RX_IP_CKSUM_GOOD, 0, true},
		{BAD, 0, false},
		{RTE_MBUF_F_RX_IP_CKSUM_GOOD, 0, true},
		{RTE_MBUF_F_RX_IP_CKSUM_GOOD, TCP_SUM, false},
		{0, 0, true},
		{0, IP_SUM, false},
		{0, TCP_SUM, false},
		{0, LAST_BYTE, false},
	};

	(void)state;
	/* the second of two segments, and the first */
	for (unsigned int i = 0; i < 2 * COUNT(cases); i++) {
		bool good = cases[i / 2].good;
		unsigned int broken = cases[i / 2].broken, which = i % 2;
		struct frame frames[2] = {plain, after(plain)};
		struct rte_mbuf *pkts[2];
		uint32_t len = frame_write(&frames[which], wanted);
		uint64_t merged;

		for (unsigned int k = 0; k < 2; k++)
			pkts[k] = receive(&frames[k], k == which ? cases[i / 2].flags : GOOD);
		if (broken != 0) {
			*rte_pktmbuf_mtod_offset(pkts[which], uint8_t *, broken) ^= 1;
			wanted[broken] ^= 1;
		}
		assert_int_equal(merge_burst(pkts, 2, &merged), good ? 1 : 2);
		if (!good) {
			/* nothing is repaired, and nothing said of it */
			assert_int_equal(frame_from_mbuf(pkts[which], got), len);
			assert_memory_equal(got, wanted, len);
			assert_true(pkts[which]->ol_flags == cases[i / 2].flags);
		}
		rte_pktmbuf_free_bulk(pkts, good ? 1 : 2);
	}
}

/* What nobody has verified and nothing is merged with, is the kernel's to verify. */
static void test_single_unverified(void **state)
{
	struct rte_mbuf *pkt = receive(&plain, 0);
	uint32_t len = frame_write(&plain, wanted);
	uint64_t merged;

	(void)state;
	assert_int_equal(merge_burst(&pkt, 1, &merged), 1);
	assert_int_equal(frame_from_mbuf(pkt, got), len);
	assert_memory_equal(got, wanted, len);
	assert_true(pkt->ol_flags == 0);
	rte_pktmbuf_free(pkt);
}

/* Packets that can not be merged end what came before them, too. */
static void test_not_overtaken(void **state)
{
	struct frame between[] = {plain, plain, plain, plain, plain, plain};
	struct frame frames[3] = {plain, plain, after(plain)};

	(void)state;
	for (unsigned int i = 0; i < COUNT(between); i++) {
		between[i].seq += 300;
		between[i].payload = 0;
	}
	between[1].padding = 6; /* a bare ACK, as Ethernet makes it */
	between[2].flags |= FRAME_RST;
	between[2].padding = 6;
	between[3].ip_options = 8;
	between[4].fragment = 0x2001; /* no ports in it */
	between[4].source = 99;
	between[5].options = 0;
	for (unsigned int i = 0; i < COUNT(between); i++) {
		frames[1] = between[i];
		if (merge(frames, 3) != 3)
			fail_msg("overtaken: packet %u", i);
	}
}

static void set_flow(struct frame *frame, unsigned int flow)
{
	*frame = plain;
	frame->source = 1000 + flow;
	frame->ipv6 = flow % 2;
	frame->tags = flow % 3 == 0;
	frame->fragment = flow % 4 == 0 ? 0x4000 : 0;
	frame->options = flow % 5 ? 12 : 0;
	frame->seq = flow * 0x15555555;
}

/* Now and then something else than the next full segment. */
static struct frame next_frame(struct frame *flow, uint64_t *random)
{
	struct frame frame = *flow;

	switch (frames_random(random, 40)) {
	case 0:
		frame.flags |= FRAME_PSH;
		break;
	case 1:
		frame.flags |= FRAME_FIN;
		break;
	case 2:
		frame.flags |= FRAME_RST;
		frame.payload = 0;
		frame.padding = 6;
		break;
	case 3:
		flow->flags ^= FRAME_ECE;
		break;
	case 4:
		frame.flags |= FRAME_CWR;
		break;
	case 5:
		frame.payload = 1 + frames_random(random, frame.payload);
		break;
	case 6:
		frame.payload = 0;
		break;
	case 7:
		frame.payload = frames_random(random, 3);
		frame.padding = 10;
		break;
	case 8:
		frame.seq -= frame.payload;
		break; /* a retransmit */
	case 9:
		flow->seq += 300;
		break; /* a loss */
	case 10:
		flow->tos ^= 3;
		break;
	case 11:
		flow->ttl--;
		break;
	case 12:
		flow->stamp++;
		break;
	case 13:
		flow->ack++;
		break;
	case 14:
		flow->window++;
		break;
	case 15:
		flow->label ^= 1;
		break;
	case 16:
		frame.urgent = 1;
		break;
	case 17:
		frame.reserved = 1;
		break;
	case 18:
		frame.ip_options = 8;
		break;
	case 19:
		flow->id += 5;
		break;
	case 20:
		flow->payload = 20 + frames_random(random, 1200);
		break;
	default:
		break;
	}
	flow->seq += frame.payload;
	flow->id++;
	return frame;
}

struct record {
	uint16_t len;
	uint8_t bytes[SMALL_MAX];
};

/* What goes in or comes out of one round, flow by flow in its order. */
struct records {
	unsigned int count[FLOWS];
	struct record of[FLOWS][BURST];
};

static struct records in, out;

static void record(struct records *records, const uint8_t *bytes, uint32_t len)
{
	struct headers headers;
	struct record *record;
	unsigned int flow;

	assert_true(len <= SMALL_MAX && headers_find(bytes, len, &headers));
	flow = headers_get16(bytes + headers.l2_len + headers.l3_len) - 1000;
	assert_true(flow < FLOWS && records->count[flow] < BURST);
	record = &records->of[flow][records->count[flow]++];
	record->len = len;
	memcpy(record->bytes, bytes, len);
	/* with DF the identification may change */
	if (headers.ipv4 && (bytes[headers.l2_len + 6] & 0x40) != 0) {
		memset(record->bytes + headers.l2_len + 4, 0, 2);
		memset(record->bytes + headers.l2_len + 10, 0, 2);
	}
}

/* Does what the marks say, as the port would. */
static void send(struct rte_mbuf *pkt)
{
	struct rte_mbuf *segments[BURST];
	struct segmenter segmenter;
	struct headers headers;
	uint16_t count;

	assert_true(headers_find(rte_pktmbuf_mtod(pkt, const uint8_t *), pkt->data_len, &headers));
	if ((pkt->ol_flags & RTE_MBUF_F_TX_TCP_SEG) == 0) {
		if ((pkt->ol_flags & RTE_MBUF_F_TX_L4_MASK) != 0)
			checksum_finish(pkt, &headers);
		record(&out, got, frame_from_mbuf(pkt, got));
		return;
	}
	assert_true(pkt->pkt_len - headers.l2_len <= 65535);
	assert_true(segmenter_start(&segmenter, pkt, &headers, pool, false));
	count = segmenter_take(&segmenter, segments, BURST);
	assert_int_equal(segmenter_left(&segmenter), 0);
	assert_int_equal(count, pkt->nb_segs);
	for (unsigned int i = 0; i < count; i++)
		record(&out, got, frame_from_mbuf(segments[i], got));
	rte_pktmbuf_free_bulk(segments, count);
}

static uint64_t do_round(uint64_t *random)
{
	unsigned int nb_flows = 1 + frames_random(random, FLOWS);
	unsigned int count = 1 + frames_random(random, BURST);
	struct rte_mbuf *pkts[BURST];
	struct frame flows[FLOWS];
	unsigned int flow = 0;
	uint64_t merged;
	uint16_t left;

	memset(in.count, 0, sizeof(in.count));
	memset(out.count, 0, sizeof(out.count));
	for (unsigned int i = 0; i < FLOWS; i++)
		set_flow(&flows[i], i);
	for (unsigned int i = 0; i < count; i++) {
		struct frame frame;
		uint32_t len;

		if (frames_random(random, 3) == 0)
			flow = frames_random(random, nb_flows);
		frame = next_frame(&flows[flow], random);
		len = frame_write(&frame, wanted);
		pkts[i] = frame_to_mbuf(pool, wanted, len, 0);
		pkts[i]->ol_flags = GOOD;
		/* broken on the wire, and seen by the NIC */
		if (frames_random(random, 30) == 0) {
			wanted[len - 1] ^= 1;
			rte_pktmbuf_mtod(pkts[i], uint8_t *)[len - 1] ^= 1;
			pkts[i]->ol_flags = BAD;
			/* it comes once more */
			if (frames_random(random, 2) == 0)
				flows[flow].seq -= frame.payload;
		}
		record(&in, wanted, len);
	}
	left = merge_burst(pkts, count, &merged);
	assert_int_equal(left + merged, count);
	for (unsigned int i = 0; i < left; i++)
		send(pkts[i]);
	rte_pktmbuf_free_bulk(pkts, left);
	return merged;
}

/* Merged and cut again every flow is what it was: byte for byte, nothing lost, in its order. */
static void test_there_and_back(void **state)
{
	uint64_t merged = 0, total = 0;

	(void)state;
	for (unsigned int seed = 0; seed < ROUNDS; seed++) {
		uint64_t random = seed;

		merged += do_round(&random);
		for (unsigned int flow = 0; flow < FLOWS; flow++) {
			unsigned int count = in.count[flow];

			if (out.count[flow] != count)
				fail_msg("seed %u, flow %u: %u of %u packets", seed, flow,
					out.count[flow], count);
			for (unsigned int i = 0; i < count; i++)
				if (in.of[flow][i].len != out.of[flow][i].len ||
					memcmp(in.of[flow][i].bytes, out.of[flow][i].bytes,
						in.of[flow][i].len) != 0)
					fail_msg("seed %u, flow %u: packet %u differs", seed, flow,
						i);
			total += count;
		}
	}
	/* it was worth it */
	assert_in_range(merged, total / 4, total);
	assert_true(rte_mempool_full(pool));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merged_packet),
		cmocka_unit_test(test_differences),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_identification),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_most),
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_checksums),
		cmocka_unit_test(test_single_unverified),
		cmocka_unit_test(test_not_overtaken),
		cmocka_unit_test(test_there_and_back),
	};

	frames_start_eal();
	pool = frames_pool(255, FRAMES_ROOM);
	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
