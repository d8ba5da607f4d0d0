/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_LINK_WATCH_H
#define FWD_LINK_WATCH_H

#include "link_state.h"

/* Asks for one netdev in the network namespace of this process: by its name, or by its index if
 * the name is NULL. -ENODEV: there is none. Needs no privilege.
 */
int link_ask(const char *name, int index, struct link_state *state);

/* A descriptor that becomes readable when a netdev changes, comes or goes; -errno. */
int link_watch_open(void);
/* Reads all there is to read; false if the descriptor is of no use any more. */
bool link_watch_drain(int fd);

#endif
