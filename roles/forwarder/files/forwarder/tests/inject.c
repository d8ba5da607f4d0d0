/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
/* Faults for the smoke test, which preloads this: what no virtual port does on its own. The test
 * makes files in the folder $FWD_INJECT; here each but the last is taken away once it has had its
 * effect.
 *   start-fails     the next start of a port fails
 *   reset-fails     the next reset of a port fails
 *   reset           the driver of port 0 asks for a reset
 *   remove          the bus of the device named in it asks for that device
 *   link-down       the link of port 0 is down, as long as the file is there
 */
#define ALLOW_EXPERIMENTAL_API

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_ethdev.h>

static rte_eth_dev_cb_fn inject_reset;

static int inject_path(const char *name, char *path, size_t size)
{
	const char *folder = getenv("FWD_INJECT");

	return folder == NULL ? -1 : snprintf(path, size, "%s/%s", folder, name);
}

static int inject_take(const char *name)
{
	char path[256];

	return inject_path(name, path, sizeof(path)) > 0 && unlink(path) == 0;
}

int rte_eth_dev_start(uint16_t port)
{
	int (*real)(uint16_t) = (int (*)(uint16_t))dlsym(RTLD_NEXT, "rte_eth_dev_start");

	return inject_take("start-fails") ? -EIO : real(port);
}

/* Like most virtual ports: without a reset of its own. */
int rte_eth_dev_reset(uint16_t port)
{
	(void)port;
	return inject_take("reset-fails") ? -EIO : -ENOTSUP;
}

int rte_eth_link_get_nowait(uint16_t port, struct rte_eth_link *link)
{
	int (*real)(uint16_t, struct rte_eth_link *) = (int (*)(
		uint16_t, struct rte_eth_link *))dlsym(RTLD_NEXT, "rte_eth_link_get_nowait");
	int ret = real(port, link);
	char path[256];

	if (port == 0 && inject_path("link-down", path, sizeof(path)) > 0 && !access(path, F_OK))
		link->link_status = RTE_ETH_LINK_DOWN;
	return ret;
}

int rte_eth_dev_callback_register(
	uint16_t port, enum rte_eth_event_type event, rte_eth_dev_cb_fn callback, void *arg)
{
	int (*real)(uint16_t, enum rte_eth_event_type, rte_eth_dev_cb_fn, void *) =
		(int (*)(uint16_t, enum rte_eth_event_type, rte_eth_dev_cb_fn, void *))dlsym(
			RTLD_NEXT, "rte_eth_dev_callback_register");

	if (event == RTE_ETH_EVENT_INTR_RESET)
		inject_reset = callback;
	return real(port, event, callback, arg);
}

static void inject_removal(void)
{
	char path[256], device[64] = "";
	FILE *file;

	if (inject_path("remove", path, sizeof(path)) < 0)
		return;
	file = fopen(path, "r");
	if (file == NULL)
		return;
	if (fscanf(file, "%63s", device) == 1 && inject_take("remove"))
		rte_dev_event_callback_process(device, RTE_DEV_EVENT_REMOVE);
	fclose(file);
}

static void *inject_run(void *arg)
{
	sigset_t signals;

	/* the program's own threads are the ones to get them */
	sigfillset(&signals);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	for (;;) {
		usleep(10000);
		inject_removal();
		if (inject_reset != NULL && inject_take("reset"))
			inject_reset(0, RTE_ETH_EVENT_INTR_RESET, NULL, NULL);
	}
	return arg;
}

__attribute__((constructor)) static void inject_start(void)
{
	pthread_t thread;

	if (getenv("FWD_INJECT") != NULL && pthread_create(&thread, NULL, inject_run, NULL) == 0)
		pthread_detach(thread);
}
