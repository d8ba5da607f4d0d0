/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_QUIRKS_H
#define FWD_QUIRKS_H

#include <stdint.h>

#define QUIRKS_VENDOR "/sys/class/dmi/id/sys_vendor"

/* What drivers promise and do not keep, in RTE_ETH_RX_OFFLOAD_... and RTE_ETH_TX_OFFLOAD_... The
 * file is QUIRKS_VENDOR but for the tests.
 *
 * net_vmxnet3 tells its device that no frame needs more than one buffer (maxNumRxSG is 0 in
 * vmxnet3_setup_driver_shared()). QEMU before 8 fragments by IP what its vmxnet3 is to cut by TCP;
 * on VMware the device does it right. QEMU from 8 on, which has an igb, forgets FIN and PSH of what
 * a device of its own is to cut (net_tx_pkt_tcp_fragment_init()).
 */
uint64_t quirks_rx(const char *driver);
uint64_t quirks_tx(const char *driver, const char *vendor_file);

/* How long a queue must have rested, in microseconds, until its next interrupt is not held back.
 *
 * net_e1000_em lets a NIC give one in 65535 * 256 ns at most (E1000_ITR in eth_em_start()): whoever
 * waits for the second of two waits for that long.
 */
unsigned int quirks_rest_us(const char *driver);

#endif
