/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_CONTROL_H
#define FWD_CONTROL_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

#include "link_watch.h"
#include "options.h"
#include "pair.h"
#include "worker.h"

/* The thread that does everything but forwarding: signals, systemd, keeping the
 * pairs as their netdevs want them.
 */
struct control {
	struct pair *pairs;
	unsigned int nb_pairs;
	struct workers *workers;
	cpu_set_t cpus; /* where it runs: not where lcores poll */

	/* its own */
	pthread_t thread;
	bool failed; /* it ended by itself */
	int signal_fd;
	int nics_fd; /* events of NICs */
	struct link_watch links;
	bool links_up[PAIRS_MAX];
	enum mirror_state states[PAIRS_MAX];
};

/* To be called before any other thread is made: the signals are the control thread's alone. */
void control_block_signals(void);
int control_start(struct control *control);
/* Waits for the thread, which ends when it has been told to stop. */
void control_join(struct control *control);

#endif
