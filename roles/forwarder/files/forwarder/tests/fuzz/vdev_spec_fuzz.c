/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "arguments.h"

#include "vdev_spec.h"

#define VDEVS 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pair_spec pair = {.nic = "net_null0", .kernel = "virtio_user0", .queues = 1};
	struct problems problems = {.count = 0};
	struct vdev_spec vdevs[VDEVS];
	struct arguments arguments;
	unsigned int nb_vdevs;

	arguments_split(&arguments, data, size);
	nb_vdevs = vdev_specs_collect(arguments.argc, arguments.argv, vdevs, VDEVS, &problems);
	assert(nb_vdevs <= VDEVS);
	for (unsigned int i = 0; i < nb_vdevs; i++)
		assert(vdev_spec_find(vdevs, nb_vdevs, vdevs[i].name) != NULL);
	vdev_specs_match(vdevs, nb_vdevs, &pair, 1, &problems);
	free(arguments.text);
	return 0;
}
