/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_CONTROL_H
#define FWD_CONTROL_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

#include "pair.h"
#include "worker.h"

/* The thread that does everything but forwarding: signals, systemd, and what the
 * netdevs and NICs are like. */
struct control {
	struct pair *pairs;
	unsigned int nb_pairs;
	struct workers *workers;
	cpu_set_t cpus; /* where it runs: not where lcores poll */

	/* its own */
	pthread_t thread;
	int signal_fd;
	int watch_fd; /* netlink */
	bool failed;  /* it ended by itself */
};

/* To be called before any other thread is made: the signals are the control thread's alone. */
void control_block_signals(void);
int control_start(struct control *control);
/* Waits for the thread, which ends when it has been told to stop. */
void control_join(struct control *control);

#endif
