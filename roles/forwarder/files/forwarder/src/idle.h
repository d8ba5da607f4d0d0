/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_IDLE_H
#define FWD_IDLE_H

#include <stdbool.h>

#define IDLE_SPIN_ROUNDS 256 /* empty rounds before the first sleep */
#define IDLE_STEP_NS	 1000
#define IDLE_MAX_NS	 100000

/* How long to sleep after that many empty rounds in a row: nothing at first, then 1 us more each
 * round. A 10G NIC fills a ring of 1024 descriptors in about 70 us at worst, 830 us at full-size
 * frames: the longest sleep stays in that order.
 */
unsigned int idle_sleep_ns(unsigned int empty_rounds);

/* To be called by a thread before it sleeps for the first time. */
void idle_prepare_thread(void);
void idle_sleep(unsigned int ns);

#endif
