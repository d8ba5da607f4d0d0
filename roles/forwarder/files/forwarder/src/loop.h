/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_LOOP_H
#define FWD_LOOP_H

/* The work of one lcore, a struct worker: returns some time after loop_stop(), when what had
 * been received is handed on.
 */
int loop_run(void *worker);
void loop_stop(void);

#endif
