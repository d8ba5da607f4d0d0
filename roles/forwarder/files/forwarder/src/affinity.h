/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_AFFINITY_H
#define FWD_AFFINITY_H

#include <sched.h>
#include <stdbool.h>

/* The CPUs of all that are not in polling; all of them if nothing would remain. */
void affinity_without(const cpu_set_t *all, const cpu_set_t *polling, cpu_set_t *rest);
bool affinity_is_vhost_thread(const char *comm);
/* Gives the vhost threads of this process these CPUs; returns how many there were. */
unsigned int affinity_move_vhost_threads(const cpu_set_t *cpus);

#endif
