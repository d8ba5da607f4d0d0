/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_EXIT_CODE_H
#define FWD_EXIT_CODE_H

/* What the process ends with: documented in README.md, relied on by the service unit. */
enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_RUNTIME = 1,	   /* failed while working */
	EXIT_CODE_USAGE = 2,	   /* options or their values are wrong */
	EXIT_CODE_NO_PORT = 3,	   /* a port that was named is not there */
	EXIT_CODE_PORT_LIMIT = 4,  /* a port can not do what is asked of it */
	EXIT_CODE_MEMORY = 5,	   /* no memory, no hugepages */
	EXIT_CODE_KERNEL_SIDE = 6, /* vhost-net or the netdev can not be used */
};

/* The stages of the start report -EINVAL, -ENODEV, -ENOTSUP, -ENOMEM or -ENOTCONN for the codes
 * 2 to 6; any other error is a failure while running.
 */
enum exit_code exit_code_of(int error);
/* The same for what rte_eal_init() leaves in rte_errno (positive). */
enum exit_code exit_code_of_eal(int eal_errno);

#endif
