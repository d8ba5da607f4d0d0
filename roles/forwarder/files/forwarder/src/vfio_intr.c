/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "vfio_intr.h"

#include <stdio.h>
#include <string.h>

#define VFIO_INTR_OPTION "--vfio-intr"
#define VFIO_INTR_INTEL	 0x8086

/* 82574L and 82574LA: the only ones of net_e1000_em with MSI-X */
static const unsigned int vfio_intr_msi_only[] = {0x10d3, 0x10f6};

static bool vfio_intr_read(
	const char *sysfs_pci, const char *nic, const char *attribute, unsigned int *value)
{
	char path[256];
	FILE *file;
	bool found;

	snprintf(path, sizeof(path), "%s/%s/%s", sysfs_pci, nic, attribute);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	found = fscanf(file, "%x", value) == 1;
	fclose(file);
	return found;
}

static bool vfio_intr_wants_msi(const char *sysfs_pci, const char *nic)
{
	unsigned int vendor, device;

	if (!vfio_intr_read(sysfs_pci, nic, "vendor", &vendor) || vendor != VFIO_INTR_INTEL ||
		!vfio_intr_read(sysfs_pci, nic, "device", &device))
		return false;
	for (unsigned int i = 0; i < sizeof(vfio_intr_msi_only) / sizeof(unsigned int); i++)
		if (device == vfio_intr_msi_only[i])
			return true;
	return false;
}

const char *vfio_intr_option(
	const struct options *options, int eal_argc, char *const *eal_argv, const char *sysfs_pci)
{
	if (options->idle != IDLE_ADAPTIVE || options->nb_pairs == 0)
		return NULL;
	for (int i = 1; i < eal_argc; i++)
		if (!strncmp(eal_argv[i], VFIO_INTR_OPTION, strlen(VFIO_INTR_OPTION)))
			return NULL;
	for (unsigned int i = 0; i < options->nb_pairs; i++)
		if (!vfio_intr_wants_msi(sysfs_pci, options->pairs[i].nic))
			return NULL;
	return VFIO_INTR_OPTION "=msi";
}
