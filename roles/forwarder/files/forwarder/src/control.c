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

#include <systemd/sd-daemon.h>

#include "counters.h"
#include "log.h"
#include "loop.h"
#include "nic_events.h"
#include "upkeep.h"

#define CONTROL_MS	    1000000ULL /* in nanoseconds */
#define CONTROL_STARTING_NS (10 * CONTROL_MS)
#define CONTROL_TICK_NS	    (500 * CONTROL_MS)
#define CONTROL_SETTLE_NS   (20 * CONTROL_MS)
#define CONTROL_BEAT_NS	    (1000 * CONTROL_MS)
#define CONTROL_STATUS_NS   (10000 * CONTROL_MS)

enum control_fd {
	CONTROL_FD_SIGNAL,
	CONTROL_FD_LINKS,
	CONTROL_FD_NICS,
	CONTROL_NB_FDS,
};

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
	uint64_t watchdog_us = 0, interval = CONTROL_BEAT_NS;

	*has_watchdog = sd_watchdog_enabled(0, &watchdog_us) > 0;
	if (*has_watchdog && watchdog_us * 1000 / 2 < interval)
		interval = watchdog_us * 1000 / 2;
	return interval;
}

static void control_note_link(void *arg, int ifindex, const char *name)
{
	struct control *control = arg;

	for (unsigned int i = 0; i < control->nb_pairs; i++) {
		const struct pair *pair = &control->pairs[i];

		if (ifindex == 0 || ifindex == pair->mirror.netdev.ifindex ||
			!strcmp(name, pair->spec.netdev))
			control->pairs[i].mirror.dirty = true;
	}
}

static struct timespec control_timeout(const struct control *control, uint64_t now, uint64_t until)
{
	uint64_t left = until - now;

	if (left > CONTROL_SETTLE_NS && upkeep_is_settling(control->pairs, control->nb_pairs))
		left = CONTROL_SETTLE_NS;
	return (struct timespec){
		.tv_sec = left / (1000 * CONTROL_MS),
		.tv_nsec = left % (1000 * CONTROL_MS),
	};
}

/* Lets the pairs follow what happens until then; true if a signal asks for the end. */
static bool control_wait(struct control *control, uint64_t until)
{
	struct pollfd fds[] = {
		[CONTROL_FD_SIGNAL] = {.fd = control->signal_fd, .events = POLLIN},
		[CONTROL_FD_LINKS] = {.fd = control->links.fd, .events = POLLIN},
		[CONTROL_FD_NICS] = {.fd = control->nics_fd, .events = POLLIN},
	};
	uint64_t now;

	for (now = control_now(); now < until; now = control_now()) {
		struct timespec timeout = control_timeout(control, now, until);

		if (ppoll(fds, CONTROL_NB_FDS, &timeout, NULL) < 0)
			continue;
		if (fds[CONTROL_FD_SIGNAL].revents != 0)
			return true;
		if (fds[CONTROL_FD_LINKS].revents != 0)
			link_watch_read(&control->links, control_note_link, control);
		if (fds[CONTROL_FD_NICS].revents != 0)
			nic_events_acknowledge();
		upkeep_news(control->pairs, control->nb_pairs, control_now());
	}
	return false;
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

/* True if a link or the state of a pair has changed since the last look. */
static bool control_watch_pairs(struct control *control)
{
	bool changed = false;

	for (unsigned int i = 0; i < control->nb_pairs; i++) {
		struct mirror_view view;

		mirror_look(&control->pairs[i].mirror, &view);
		changed |= view.link_up != control->links_up[i] || view.state != control->states[i];
		control->links_up[i] = view.link_up;
		control->states[i] = view.state;
	}
	return changed;
}

static void control_refresh_limits(const struct control *control)
{
	for (unsigned int i = 0; i < control->nb_pairs; i++) {
		const struct pair *pair = &control->pairs[i];

		if (pair->limits != NULL && pair->mirror.netdev_is == MIRROR_NETDEV_OURS)
			limits_refresh_addresses(pair->limits, pair->mirror.netdev.name);
	}
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
		if (control_wait(control, control_now() + CONTROL_STARTING_NS))
			return false;
	control_watch_pairs(control);
	control_refresh_limits(control);
	sd_notify(0, "READY=1");
	control_send_status(control);
	log_info("forwarding on %u lcore%s", control->workers->count,
		control->workers->count == 1 ? "" : "s");
	return true;
}

static void *control_run(void *arg)
{
	struct control *control = arg;
	uint64_t now = control_now(), last_status = now, last_beat = now;
	bool has_watchdog, alive = true;
	uint64_t interval = control_interval(&has_watchdog);
	uint64_t tick = interval / (interval / CONTROL_TICK_NS + 1);

	if (!control_wait_ready(control))
		goto out;
	while (!control->failed && !control_wait(control, now + tick)) {
		now = control_now();
		control->failed = !upkeep_tick(control->pairs, control->nb_pairs, now);
		if (now - last_beat >= interval) {
			last_beat = now;
			control_refresh_limits(control);
			workers_sample_idle(control->workers);
			alive = control_lcores_alive(control, alive);
			if (alive && has_watchdog)
				sd_notify(0, "WATCHDOG=1");
		}
		if (control_watch_pairs(control) || now - last_status >= CONTROL_STATUS_NS) {
			control_send_status(control);
			last_status = now;
		}
	}
out:
	sd_notify(0, "STOPPING=1\nSTATUS=stopping");
	log_info("stopping");
	loop_stop();
	workers_wake(control->workers);
	return NULL;
}

/* What the thread waits for. Without news of links they are looked at with every tick. */
static int control_open(struct control *control)
{
	sigset_t signals;
	int ret;

	control_signals(&signals);
	control->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (control->signal_fd < 0)
		return -errno;
	control->nics_fd = nic_events_open(control->pairs, control->nb_pairs);
	if (control->nics_fd < 0)
		return control->nics_fd;
	ret = link_watch_open(&control->links);
	if (ret < 0)
		log_warning("changes of netdevs are seen late, netlink can not be used: %s",
			strerror(-ret));
	return 0;
}

static void control_close(struct control *control)
{
	if (control->nics_fd >= 0)
		nic_events_close();
	if (control->signal_fd >= 0)
		close(control->signal_fd);
	link_watch_close(&control->links);
}

int control_start(struct control *control)
{
	pthread_attr_t attr;
	int ret;

	control->nics_fd = control->links.fd = -1;
	ret = control_open(control);
	if (ret < 0) {
		log_error("the control thread has nothing to wait for: %s", strerror(-ret));
		control_close(control);
		return ret;
	}
	pthread_attr_init(&attr);
	pthread_attr_setaffinity_np(&attr, sizeof(control->cpus), &control->cpus);
	ret = pthread_create(&control->thread, &attr, control_run, control);
	pthread_attr_destroy(&attr);
	if (ret != 0) {
		log_error("the control thread does not start: %s", strerror(ret));
		control_close(control);
		return -ret;
	}
	pthread_setname_np(control->thread, "fwd-control");
	return 0;
}

void control_join(struct control *control)
{
	pthread_join(control->thread, NULL);
	control_close(control);
}
