/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_PLUG_H
#define FWD_PLUG_H

#include "mirror.h"
#include "port.h"

/* Giving a port's device back while the process runs, and taking it again. */

/* 0, or -ENOMEM: then the port can not be had again. */
int plug_remember(const struct port *port, struct mirror_plug *plug);
void plug_forget(struct mirror_plug *plug);
/* Closes the port, which is stopped, and lets go of its device. */
int plug_remove(struct port *port, const struct mirror_plug *plug);
/* Whether it is worth a try: a PCI device must be bound to the driver that it had. */
bool plug_is_back(const struct mirror_plug *plug);
/* Afterwards the port is fresh: found, not configured. */
int plug_add(struct port *port, const struct mirror_plug *plug);

#endif
