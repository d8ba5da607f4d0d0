/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_MERGE_H
#define FWD_MERGE_H

#include <stdint.h>

#include <rte_mbuf.h>

/* From so many bytes on verifying a checksum costs more than marking it as verified, and merging
 * less than it saves.
 */
#define MERGE_TRUST_MIN 256

/* Generic receive offload, by the rules of the kernel's own: consecutive TCP segments of one flow
 * in a burst become one packet that can be cut into exactly the same segments again. Only
 * segments whose checksums are good take part: by the word of the NIC, or else looked at here.
 * Both IP versions, tags included (librte_gro knows IPv6 from 23.11 on only, and looks neither at
 * DSCP and ECN nor at equal sizes).
 *
 * What remains is marked for a port that cuts packets and finishes checksums; single segments
 * with more than a little payload too if they have been verified, so that the kernel does not do it
 * a second time. Returns how many packets there are now; merged counts the segments that went into
 * another.
 */
uint16_t merge_burst(struct rte_mbuf **pkts, uint16_t nb_pkts, uint64_t *merged);

#endif
