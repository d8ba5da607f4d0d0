/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "quirks.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <rte_ethdev.h>

#define QUIRKS_EM      "net_e1000_em"
#define QUIRKS_EM_US   16777
#define QUIRKS_IGB     "net_e1000_igb"
#define QUIRKS_QEMU    "QEMU"
#define QUIRKS_VMXNET3 "net_vmxnet3"
#define QUIRKS_VMWARE  "VMware"

static bool quirks_made_by(const char *maker, const char *vendor_file)
{
	char vendor[64] = "";
	FILE *file = fopen(vendor_file, "re");

	if (file == NULL)
		return false;
	if (fgets(vendor, sizeof(vendor), file) == NULL)
		vendor[0] = '\0';
	fclose(file);
	return !strncmp(vendor, maker, strlen(maker));
}

uint64_t quirks_rx(const char *driver)
{
	return strcmp(driver, QUIRKS_VMXNET3) ? 0 : RTE_ETH_RX_OFFLOAD_SCATTER;
}

uint64_t quirks_tx(const char *driver, const char *vendor_file)
{
	bool cuts_wrongly = false;

	if (!strcmp(driver, QUIRKS_VMXNET3))
		cuts_wrongly = !quirks_made_by(QUIRKS_VMWARE, vendor_file);
	else if (!strcmp(driver, QUIRKS_IGB))
		cuts_wrongly = quirks_made_by(QUIRKS_QEMU, vendor_file);
	return cuts_wrongly ? RTE_ETH_TX_OFFLOAD_TCP_TSO : 0;
}

unsigned int quirks_rest_us(const char *driver)
{
	return strcmp(driver, QUIRKS_EM) ? 0 : QUIRKS_EM_US;
}
