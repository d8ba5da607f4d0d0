/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "exit_code.h"

#include <errno.h>

enum exit_code exit_code_of(int error)
{
	switch (error) {
	case 0:
		return EXIT_CODE_OK;
	case -EINVAL:
		return EXIT_CODE_USAGE;
	case -ENODEV:
		return EXIT_CODE_NO_PORT;
	case -ENOTSUP:
		return EXIT_CODE_PORT_LIMIT;
	case -ENOMEM:
		return EXIT_CODE_MEMORY;
	case -ENOTCONN:
		return EXIT_CODE_KERNEL_SIDE;
	default:
		return EXIT_CODE_RUNTIME;
	}
}

enum exit_code exit_code_of_eal(int eal_errno)
{
	switch (eal_errno) {
	case EINVAL:
		return EXIT_CODE_USAGE;
	case ENODEV: /* a device of --vdev, -a or -b that EAL can make nothing of */
		return EXIT_CODE_NO_PORT;
	case EACCES: /* how EAL reports that no hugepage mount can be used */
	case ENOMEM:
		return EXIT_CODE_MEMORY;
	default:
		return EXIT_CODE_RUNTIME;
	}
}
