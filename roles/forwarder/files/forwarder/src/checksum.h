/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_CHECKSUM_H
#define FWD_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "headers.h"

/* Internet checksums (RFC 1071) in software. Those in a packet are in network byte order. */

/* The sum of bytes in their order, not inverted. Any alignment, up to 64 KB. */
uint16_t checksum_raw(const void *data, uint32_t len);
void checksum_fill_ipv4(uint8_t *ip, uint16_t ip_len);
/* True if the header's own checksum is right. */
bool checksum_ipv4_is_good(const uint8_t *ip, uint16_t ip_len);

/* The field of TCP or UDP, which must be within the first segment. */
uint8_t *checksum_field(const struct rte_mbuf *pkt, const struct headers *headers);
/* True if the checksum of TCP is right: of a packet in one buffer with simple headers. */
bool checksum_tcp_is_good(const struct rte_mbuf *pkt, const struct headers *headers);
/* Finishes a checksum of which the field holds the sum of the pseudo header. */
void checksum_finish(struct rte_mbuf *pkt, const struct headers *headers);
/* Writes the sum of the pseudo header, for l4_len bytes, of a packet with simple headers. */
void checksum_put_pseudo(struct rte_mbuf *pkt, const struct headers *headers, uint32_t l4_len);
/* Changes the length that is part of such a sum. */
void checksum_change_length(uint8_t *field, uint32_t old_len, uint32_t new_len);

#endif
