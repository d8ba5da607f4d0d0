/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_REPLUG_H
#define FWD_REPLUG_H

#include "pair.h"

/* Ports that come and go while the others forward. Removing wants the pair paused; what is added
 * is configured, but not started. -ENODEV: what it belongs to is not there yet.
 */
void replug_remove_nic(struct pair *pair);
void replug_remove_kernel(struct pair *pair);
int replug_add_nic(struct pair *pair, bool complain);
int replug_add_kernel(struct pair *pair, bool complain);

#endif
