/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_TESTS_FRAMES_H
#define FWD_TESTS_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#define FRAME_MAX   70000
#define FRAMES_ROOM 9216 /* of every buffer */

#define FRAME_FIN 0x01
#define FRAME_SYN 0x02
#define FRAME_RST 0x04
#define FRAME_PSH 0x08
#define FRAME_ACK 0x10
#define FRAME_URG 0x20
#define FRAME_ECE 0x40
#define FRAME_CWR 0x80

/* A frame with one TCP segment or UDP datagram. All zero is an Ethernet frame with an empty TCP
 * segment over IPv4. What it carries follows from the sequence number: a byte of a flow is the
 * same in whichever segment it is.
 */
struct frame {
	uint8_t tags; /* VLAN tags */
	uint16_t vlan;
	bool ipv6;
	bool udp;
	bool partial; /* the checksum field holds the sum of the pseudo header only */
	uint8_t host; /* last byte of the source address */
	uint8_t tos;
	uint8_t ttl;
	uint32_t label;	    /* IPv6 flow label */
	uint16_t id;	    /* IPv4 identification */
	uint16_t fragment;  /* IPv4 flags and fragment offset */
	uint8_t ip_options; /* bytes: options of IPv4, destination options of IPv6 */
	uint16_t source;    /* ports */
	uint16_t destination;
	uint32_t seq;
	uint32_t ack;
	uint8_t reserved; /* low half of the byte with the data offset */
	uint8_t flags;
	uint16_t window;
	uint16_t urgent;
	uint8_t options; /* bytes of TCP options */
	uint32_t stamp;	 /* their content */
	uint32_t payload;
	uint32_t padding;
};

/* Starts EAL without hugepages, devices or privileges. */
void frames_start_eal(void);
/* At most 4095 buffers. */
struct rte_mempool *frames_pool(unsigned int count, unsigned int room);

/* Writes the frame with checksums of its own arithmetic, returns the length. */
uint32_t frame_write(const struct frame *frame, uint8_t *bytes);
/* The Internet checksum's sum, byte by byte, not inverted. */
uint16_t frame_sum(const uint8_t *bytes, uint32_t len, uint32_t sum);

/* Copies bytes into buffers of piece bytes each; piece 0: into one. */
struct rte_mbuf *frame_to_mbuf(
	struct rte_mempool *pool, const uint8_t *bytes, uint32_t len, uint32_t piece);
struct rte_mbuf *frame_make(struct rte_mempool *pool, const struct frame *frame, uint32_t piece);
/* All bytes of a packet, returns how many. Checks that its lengths agree. */
uint32_t frame_from_mbuf(const struct rte_mbuf *pkt, uint8_t *bytes);

/* A repeatable random number below limit. */
uint32_t frames_random(uint64_t *state, uint32_t limit);

#endif
