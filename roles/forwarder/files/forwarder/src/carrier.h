/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_CARRIER_H
#define FWD_CARRIER_H

#include <stdbool.h>

/* The carrier of a tap can be switched through any descriptor that is attached to it, without a
 * capability. The driver of the kernel port keeps its descriptors to itself, but they are open in
 * this process.
 */

/* Whether this process is attached to the tap of that name, in whichever network namespace. */
bool carrier_is_attached(const char *netdev);
/* -ENODEV if it is not attached. */
int carrier_set(const char *netdev, bool on);

#endif
