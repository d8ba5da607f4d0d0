/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_CREATE_H
#define FWD_CREATE_H

#include "options.h"

/* Makes a virtio_user port for every NIC port there is, and fills options->pairs with them. */
int create_pairs(struct options *options);

#endif
