/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_HEADERS_H
#define FWD_HEADERS_H

#include <stdbool.h>
#include <stdint.h>

#define HEADERS_IPV6_LEN 40 /* without extension headers */

/* Where the headers of an IP packet are, in bytes. */
struct headers {
	uint16_t l2_len; /* Ethernet and its tags */
	uint16_t l3_len; /* IP with options or extension headers */
	uint16_t l4_len; /* of TCP with options, or of UDP; else 0 */
	uint8_t l4;	 /* IPPROTO_... */
	bool ipv4;	 /* else IPv6 */
	bool fragment;	 /* one of several: its checksum is not its own */
	/* No IP options, no extension headers: the addresses in the header are those of the
	 * checksum (a source route has others), and every NIC understands it.
	 */
	bool simple;
};

/* Reads what is in the first len bytes of a frame; false if that is not a whole IPv4 or IPv6
 * header, with that of TCP or UDP after it where there should be one. Up to four tags.
 */
bool headers_find(const uint8_t *frame, uint32_t len, struct headers *headers);

static inline uint16_t headers_get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static inline uint32_t headers_get32(const uint8_t *at)
{
	return (uint32_t)headers_get16(at) << 16 | headers_get16(at + 2);
}

static inline void headers_put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static inline void headers_put32(uint8_t *at, uint32_t value)
{
	headers_put16(at, value >> 16);
	headers_put16(at + 2, value);
}

/* The IP packet's length as it says itself. */
static inline uint32_t headers_ip_len(const uint8_t *ip, const struct headers *headers)
{
	return headers->ipv4 ? headers_get16(ip + 2) : HEADERS_IPV6_LEN + headers_get16(ip + 4);
}

#endif
