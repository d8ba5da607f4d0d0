/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "control.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include <rte_ethdev.h>
#include <systemd/sd-daemon.h>

#include "counters.h"
#include "log.h"
#include "loop.h"

#define CONTROL_MS	    1000000ULL /* in nanoseconds */
#define CONTROL_STARTING_NS (10 * CONTROL_MS)
#define CONTROL_TICK_NS	    (1000 * CONTROL_MS)
#define CONTROL_STATUS_NS   (10000 * CONTROL_MS)

static void control_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
}

void control_block_signals(void)
{
	sigset_t signals;

	control_signals(&signals);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	/* a telemetry client that goes away must not take the data plane along */
	signal(SIGPIPE, SIG_IGN);
}

static uint64_t control_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 * CONTROL_MS + now.tv_nsec;
}

/* Half the time that systemd grants, so that one late turn is no failure. */
static uint64_t control_interval(bool *has_watchdog)
{
	uint64_t watchdog_us = 0, interval = CONTROL_TICK_NS;

	*has_watchdog = sd_watchdog_enabled(0, &watchdog_us) > 0;
	if (*has_watchdog && watchdog_us * 1000 / 2 < interval)
		interval = watchdog_us * 1000 / 2;
	return interval;
}

/* True if a signal asks for the end. */
static bool control_wait(uint64_t ns)
{
	struct timespec timeout = {
		.tv_sec = ns / (1000 * CONTROL_MS),
		.tv_nsec = ns % (1000 * CONTROL_MS),
	};
	sigset_t signals;

	control_signals(&signals);
	return sigtimedwait(&signals, NULL, &timeout) > 0;
}

/* True if every lcore has moved since the last look. */
static bool control_lcores_alive(const struct control *control, bool complain)
{
	bool alive = true;

	for (unsigned int i = 0; i < control->workers->count; i++) {
		struct worker *worker = &control->workers->list[i];

		if (heartbeat_moved(&worker->heartbeat))
			continue;
		alive = false;
		if (complain)
			log_error("lcore %u has stopped moving", worker->lcore);
	}
	return alive;
}

static bool control_read_link(const struct pair *pair, struct rte_eth_link *link)
{
	memset(link, 0, sizeof(*link));
	return rte_eth_link_get_nowait(pair->nic.id, link) == 0 &&
		link->link_status == RTE_ETH_LINK_UP;
}

/* Logs what changed since the last look (first: everything); true if something did. */
static bool control_watch_links(struct control *control, bool first)
{
	bool changed = false;

	for (unsigned int i = 0; i < control->nb_pairs; i++) {
		const struct pair *pair = &control->pairs[i];
		struct rte_eth_link link;
		bool up = control_read_link(pair, &link);

		if (!first && up == control->links_up[i])
			continue;
		control->links_up[i] = up;
		changed = true;
		if (!up)
			log_info("link of %s is down", pair->nic.name);
		else if (link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN)
			log_info("link of %s is up", pair->nic.name);
		else
			log_info("link of %s is up at %u Mbit/s", pair->nic.name, link.link_speed);
	}
	return changed;
}

static void control_send_status(const struct control *control)
{
	struct counters to_kernel = {0}, to_nic = {0};
	unsigned int up = 0;

	for (unsigned int i = 0; i < control->nb_pairs; i++) {
		struct counters pair_to_kernel, pair_to_nic;

		pair_sum(&control->pairs[i], &pair_to_kernel, &pair_to_nic);
		counters_sum(&to_kernel, &pair_to_kernel);
		counters_sum(&to_nic, &pair_to_nic);
		up += control->links_up[i];
	}
	sd_notifyf(0,
		"STATUS=forwarding %u pair%s, %u link%s up; to kernel: %" PRIu64
		" packets, %" PRIu64 " dropped; to NIC: %" PRIu64 " packets, %" PRIu64 " dropped",
		control->nb_pairs, control->nb_pairs == 1 ? "" : "s", up, up == 1 ? "" : "s",
		to_kernel.packets, counters_dropped(&to_kernel), to_nic.packets,
		counters_dropped(&to_nic));
}

/* Until every lcore polls; false if asked to end before. */
static bool control_wait_ready(struct control *control)
{
	while (!control_lcores_alive(control, false))
		if (control_wait(CONTROL_STARTING_NS))
			return false;
	control_watch_links(control, true);
	sd_notify(0, "READY=1");
	control_send_status(control);
	log_info("forwarding on %u lcore%s", control->workers->count,
		control->workers->count == 1 ? "" : "s");
	return true;
}

static void *control_run(void *arg)
{
	struct control *control = arg;
	uint64_t interval, last_status = control_now();
	bool has_watchdog, alive = true;

	if (!control_wait_ready(control))
		goto out;
	interval = control_interval(&has_watchdog);
	while (!control_wait(interval)) {
		alive = control_lcores_alive(control, alive);
		if (alive && has_watchdog)
			sd_notify(0, "WATCHDOG=1");
		if (control_watch_links(control, false) ||
			control_now() - last_status >= CONTROL_STATUS_NS) {
			control_send_status(control);
			last_status = control_now();
		}
	}
out:
	sd_notify(0, "STOPPING=1\nSTATUS=stopping");
	log_info("stopping");
	loop_stop();
	return NULL;
}

int control_start(struct control *control)
{
	pthread_attr_t attr;
	int ret;

	pthread_attr_init(&attr);
	pthread_attr_setaffinity_np(&attr, sizeof(control->cpus), &control->cpus);
	ret = pthread_create(&control->thread, &attr, control_run, control);
	pthread_attr_destroy(&attr);
	if (ret != 0) {
		log_error("the control thread does not start: %s", strerror(ret));
		return -ret;
	}
	pthread_setname_np(control->thread, "fwd-control");
	return 0;
}

void control_join(struct control *control)
{
	pthread_join(control->thread, NULL);
}
