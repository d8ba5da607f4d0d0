/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_VFIO_INTR_H
#define FWD_VFIO_INTR_H

#include <stdbool.h>

#include "options.h"

#define SYSFS_PCI "/sys/bus/pci/devices"

/* EAL uses MSI-X where a function has it. The Rx interrupts of an 82574 (e1000e) then never come:
 * its driver does not map them to a vector (net_e1000_em: the register IVAR). With MSI they do; but
 * that is a choice for all NICs at once, and takes others their interrupts for more than one queue.
 *
 * The EAL option to add, or NULL: only if every NIC is such a one, lcores are to sleep, and the
 * user has not chosen. sysfs_pci is SYSFS_PCI but for the tests.
 */
const char *vfio_intr_option(
	const struct options *options, int eal_argc, char *const *eal_argv, const char *sysfs_pci);

#endif
