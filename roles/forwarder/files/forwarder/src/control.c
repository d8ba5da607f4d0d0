/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "control.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include <rte_ethdev.h>
#include <systemd/sd-daemon.h>

#include "counters.h"
#include "link_watch.h"
#include "log.h"
#include "loop.h"

#define CONTROL_MS	    1000000ULL /* in nanoseconds */
#define CONTROL_STARTING_NS (10 * CONTROL_MS)
#define CONTROL_LINK_NS	    (200 * CONTROL_MS)
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

/* Until something happens, at most for so long; true if a signal asks for the end. */
static bool control_wait(struct control *control, uint64_t ns)
{
	struct pollfd events[] = {
		{.fd = control->signal_fd, .events = POLLIN},
		{.fd = control->watch_fd, .events = POLLIN},
	};
	struct timespec timeout = {
		.tv_sec = ns / (1000 * CONTROL_MS),
		.tv_nsec = ns % (1000 * CONTROL_MS),
	};

	if (ppoll(events, RTE_DIM(events), &timeout, NULL) <= 0)
		return false;
	if (events[1].revents != 0 && !link_watch_drain(control->watch_fd)) {
		log_warning("netdevs are looked at by the clock only: netlink has failed");
		close(control->watch_fd);
		control->watch_fd = -1;
	}
	return events[0].revents != 0;
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

/* True if something changed that is worth telling. */
static bool control_follow(struct control *control, bool slow)
{
	bool changed = false;

	for (unsigned int i = 0; i < control->nb_pairs; i++) {
		struct pair *pair = &control->pairs[i];

		changed |= mirror_follow(pair, slow);
		if (slow && pair->limits != NULL && pair->mirror.follows)
			limits_refresh_addresses(pair->limits, pair->spec.netdev);
		if (pair->mirror.hopeless) {
			log_error("pair '%s' needs a new start", pair->spec.kernel);
			control->failed = true;
		}
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
		up += control->pairs[i].mirror.link_up;
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
		if (control_wait(control, CONTROL_STARTING_NS))
			return false;
	for (unsigned int i = 0; i < control->nb_pairs; i++)
		mirror_start(&control->pairs[i]);
	control_follow(control, true);
	sd_notify(0, "READY=1");
	control_send_status(control);
	log_info("forwarding on %u lcore%s", control->workers->count,
		control->workers->count == 1 ? "" : "s");
	return true;
}

static void *control_run(void *arg)
{
	struct control *control = arg;
	uint64_t interval, last_status, last_slow;
	bool has_watchdog, alive = true;

	if (!control_wait_ready(control))
		goto out;
	interval = control_interval(&has_watchdog);
	last_status = last_slow = control_now();
	while (!control->failed && !control_wait(control, CONTROL_LINK_NS)) {
		uint64_t now = control_now();
		bool slow = now - last_slow >= interval;

		if (slow) {
			last_slow = now;
			alive = control_lcores_alive(control, alive);
			if (alive && has_watchdog)
				sd_notify(0, "WATCHDOG=1");
			workers_sample_idle(control->workers);
		}
		if (control_follow(control, slow) || now - last_status >= CONTROL_STATUS_NS) {
			control_send_status(control);
			last_status = now;
		}
	}
out:
	sd_notify(0, "STOPPING=1\nSTATUS=stopping");
	log_info("stopping");
	loop_stop();
	return NULL;
}

static int control_open(struct control *control)
{
	sigset_t signals;

	control_signals(&signals);
	control->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
	if (control->signal_fd < 0) {
		log_error("signals can not be read: %s", strerror(errno));
		return -errno;
	}
	control->watch_fd = link_watch_open();
	if (control->watch_fd < 0)
		log_warning("netdevs are looked at by the clock only: %s",
			strerror(-control->watch_fd));
	return 0;
}

int control_start(struct control *control)
{
	pthread_attr_t attr;
	int ret = control_open(control);

	if (ret < 0)
		return ret;
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
	close(control->signal_fd);
	if (control->watch_fd >= 0)
		close(control->watch_fd);
}
