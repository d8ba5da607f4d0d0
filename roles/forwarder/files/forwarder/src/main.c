/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_version.h>

#include "affinity.h"
#include "control.h"
#include "create.h"
#include "exit_code.h"
#include "log.h"
#include "mirror.h"
#include "options.h"
#include "pair.h"
#include "precheck.h"
#include "telemetry.h"
#include "vdev_spec.h"
#include "vfio_intr.h"
#include "worker.h"

#define MAIN_FLUSH_US 10000

static bool main_in_eal_init;

/* "program EAL... -- own..." in two; without "--" everything is the forwarder's own. */
struct arguments {
	int eal_argc;
	char **eal_argv;
	int own_argc;
	char **own_argv;
};

static struct arguments main_split_arguments(int argc, char **argv)
{
	static char *no_eal_arguments[2];

	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--")) {
			argv[i] = argv[0]; /* what getopt skips */
			return (struct arguments){i, argv, argc - i, argv + i};
		}
	no_eal_arguments[0] = argv[0];
	return (struct arguments){1, no_eal_arguments, argc, argv};
}

/* From DPDK 25.11 on EAL ends the process itself, with a code of its own, over an option that it
 * does not know (and over its --help, which is none of our ways to start).
 */
static void main_correct_exit_code(void)
{
	if (!main_in_eal_init)
		return;
	log_error("EAL has ended the start (check the EAL options)");
	fflush(NULL);
	_exit(EXIT_CODE_USAGE);
}

static const char *main_eal_hint(enum exit_code code)
{
	switch (code) {
	case EXIT_CODE_USAGE:
		return "check the EAL options";
	case EXIT_CODE_NO_PORT:
		return "check the devices in the EAL options";
	case EXIT_CODE_MEMORY:
		return "reserve hugepages, or ask for less with -m";
	default:
		return "see the messages above";
	}
}

/* EAL keeps pointers to its arguments and permutes them: give it a list of its own. */
static int main_start_eal(const struct arguments *arguments, const struct options *options)
{
	char **argv = calloc(arguments->eal_argc + 2, sizeof(*argv));
	const char *more =
		vfio_intr_option(options, arguments->eal_argc, arguments->eal_argv, SYSFS_PCI);
	int argc = arguments->eal_argc;
	int ret;

	if (argv == NULL)
		return EXIT_CODE_MEMORY;
	memcpy(argv, arguments->eal_argv, argc * sizeof(*argv));
	if (more != NULL)
		argv[argc++] = (char *)more; /* EAL does not write into it */
	atexit(main_correct_exit_code);
	main_in_eal_init = true;
	ret = rte_eal_init(argc, argv);
	main_in_eal_init = false;
	if (ret < 0) {
		ret = exit_code_of_eal(rte_errno);
		log_error(
			"EAL does not start: %s (%s)", rte_strerror(rte_errno), main_eal_hint(ret));
		free(argv);
		return ret;
	}
	/* argv stays: EAL may look at it later */
	return EXIT_CODE_OK;
}

/* Everything that can be found wrong before EAL touches a device. */
static int main_check_input(const struct arguments *arguments, struct options *options)
{
	struct problems input = {0}, kernel_side = {0};
	struct vdev_spec vdevs[PAIRS_MAX];
	unsigned int nb_vdevs;

	options_parse(arguments->own_argc, arguments->own_argv, options, &input);
	if (input.count == 0 && (options->help || options->version))
		return EXIT_CODE_OK;
	nb_vdevs = vdev_specs_collect(
		arguments->eal_argc, arguments->eal_argv, vdevs, PAIRS_MAX, &input);
	if (!options->create)
		vdev_specs_match(vdevs, nb_vdevs, options->pairs, options->nb_pairs, &input);
	else if (nb_vdevs > 0)
		problems_add(&input, "--create and --vdev=%s exclude each other", vdevs[0].name);
	if (input.count > 0) {
		log_error("%s (see --help)", input.text);
		return EXIT_CODE_USAGE;
	}
	precheck_kernel_side(options, vdevs, nb_vdevs, &kernel_side);
	if (kernel_side.count > 0) {
		log_error("%s", kernel_side.text);
		return EXIT_CODE_KERNEL_SIDE;
	}
	if (vdev_use_any_order(arguments->eal_argc, arguments->eal_argv, vdevs, nb_vdevs) < 0) {
		log_error("no memory for the arguments of EAL");
		return EXIT_CODE_MEMORY;
	}
	for (unsigned int i = 0; i < options->nb_pairs; i++) {
		struct pair_spec *pair = &options->pairs[i];

		mirror_read_start(pair);
		if (pair->has_mac && vdev_is_virtio_user(pair->kernel) &&
			vdev_use_mac(arguments->eal_argc, arguments->eal_argv, pair->kernel,
				pair->mac) < 0) {
			log_error("no memory for the arguments of EAL");
			return EXIT_CODE_MEMORY;
		}
	}
	return EXIT_CODE_OK;
}

/* The CPUs for all that is not forwarding: those this process may use and no lcore polls on. */
static void main_find_spare_cpus(
	const cpu_set_t *allowed, const struct workers *workers, cpu_set_t *cpus)
{
	cpu_set_t polling;

	CPU_ZERO(&polling);
	for (unsigned int i = 0; i < workers->count; i++) {
		rte_cpuset_t lcore = rte_lcore_cpuset(workers->list[i].lcore);

		CPU_OR(&polling, &polling, &lcore);
	}
	affinity_without(allowed, &polling, cpus);
}

static int main_forward(struct pair *pairs, unsigned int nb_pairs, struct workers *workers,
	const cpu_set_t *allowed)
{
	static struct control control;
	unsigned int moved;
	int ret;

	control.pairs = pairs;
	control.nb_pairs = nb_pairs;
	control.workers = workers;
	main_find_spare_cpus(allowed, workers, &control.cpus);
	/* kernels from 6.4 on run vhost in threads of this process, which were born on the main
	 * lcore and would share its CPU with the loop
	 */
	moved = affinity_move_vhost_threads(&control.cpus);
	if (moved > 0)
		log_info("%u vhost thread%s moved off the polling lcores", moved,
			moved == 1 ? "" : "s");
	ret = telemetry_start(pairs, nb_pairs, workers);
	if (ret < 0)
		return ret;
	ret = control_start(&control);
	if (ret < 0)
		return ret;
	ret = workers_run(workers);
	if (ret < 0)
		/* the thread waits for it. NOLINTNEXTLINE(*-signal-to-kill-thread,*-pos44-c) */
		pthread_kill(control.thread, SIGTERM);
	control_join(&control);
	if (ret == 0 && control.failed)
		ret = -EIO;
	/* what the lcores sent last is still in the rings; the other side needs a moment for it */
	rte_delay_us_sleep(MAIN_FLUSH_US);
	pairs_log_counters(pairs, nb_pairs);
	return ret;
}

static int main_run(struct options *options, const cpu_set_t *allowed)
{
	struct workers workers = {0};
	struct pair *pairs = NULL;
	int ret;

	if (options->create) {
		ret = create_pairs(options);
		if (ret < 0)
			goto out;
	}
	pairs = calloc(options->nb_pairs, sizeof(*pairs));
	if (pairs == NULL) {
		ret = -ENOMEM;
		goto out;
	}
	ret = pairs_find(pairs, options->pairs, options->nb_pairs);
	if (ret < 0)
		goto out;
	ret = pairs_check(pairs, options->nb_pairs);
	if (ret < 0)
		goto out;
	ret = pairs_configure(pairs, options->nb_pairs, options->idle == IDLE_ADAPTIVE);
	if (ret < 0)
		goto out;
	ret = workers_make(&workers, pairs, options->nb_pairs, options->idle);
	if (ret < 0)
		goto out;
	ret = pairs_start(pairs, options->nb_pairs);
	if (ret < 0)
		goto out;
	ret = main_forward(pairs, options->nb_pairs, &workers, allowed);
out:
	telemetry_stop();
	if (pairs != NULL)
		pairs_close(pairs, options->nb_pairs);
	workers_free(&workers);
	free(pairs);
	return exit_code_of(ret);
}

int main(int argc, char **argv)
{
	static struct options options;
	struct arguments arguments;
	cpu_set_t allowed;
	int code;

	log_init();
	arguments = main_split_arguments(argc, argv);
	code = main_check_input(&arguments, &options);
	if (code != EXIT_CODE_OK)
		return code;
	if (options.help) {
		options_print_help();
		return EXIT_CODE_OK;
	}
	if (options.version) {
		printf("exception-path-forwarder %s, %s\n", FWD_VERSION, rte_version());
		return EXIT_CODE_OK;
	}
	/* before EAL pins this thread to the main lcore */
	if (pthread_getaffinity_np(pthread_self(), sizeof(allowed), &allowed) != 0)
		memset(&allowed, 0xff, sizeof(allowed)); /* the kernel takes those it has */
	control_block_signals();
	code = main_start_eal(&arguments, &options);
	if (code != EXIT_CODE_OK)
		return code;
	code = main_run(&options, &allowed);
	rte_eal_cleanup();
	if (code == EXIT_CODE_OK)
		log_info("stopped");
	return code;
}
