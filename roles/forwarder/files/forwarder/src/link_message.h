/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_LINK_MESSAGE_H
#define FWD_LINK_MESSAGE_H

#include <stddef.h>

#include "netdev_state.h"

/* Reads an RTM_NEWLINK or RTM_DELLINK message of len bytes, header included. -EINVAL if it is none
 * or cut short.
 */
int link_message_parse(const void *message, size_t len, struct netdev_state *state);

#endif
