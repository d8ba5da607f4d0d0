/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "telemetry.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <rte_ethdev.h>

#include "compat.h"
#include "log.h"
#include "worker.h"

/* Requests come on a thread of DPDK's own. */
static pthread_mutex_t telemetry_lock = PTHREAD_MUTEX_INITIALIZER;
static const struct pair *telemetry_pairs;
static unsigned int telemetry_nb_pairs;
static struct worker *telemetry_workers;
static unsigned int telemetry_nb_workers;

/* A container belongs to its parent once added, and is ours to free if that fails. */
static int telemetry_add_container(
	struct rte_tel_data *dict, const char *name, struct rte_tel_data *container)
{
	int ret = rte_tel_data_add_dict_container(dict, name, container, 0);

	if (ret < 0)
		rte_tel_data_free(container);
	return ret;
}

static int telemetry_add_counters(
	struct rte_tel_data *dict, const char *name, const struct counters *counters)
{
	struct rte_tel_data *sub = rte_tel_data_alloc();

	if (sub == NULL)
		return -ENOMEM;
	rte_tel_data_start_dict(sub);
	compat_tel_dict_uint(sub, "packets", counters->packets);
	compat_tel_dict_uint(sub, "bytes", counters->bytes);
	compat_tel_dict_uint(sub, "dropped", counters_dropped(counters));
	compat_tel_dict_uint(sub, "dropped_full", counters->dropped_full);
	compat_tel_dict_uint(sub, "dropped_invalid", counters->dropped_invalid);
	compat_tel_dict_uint(sub, "dropped_memory", counters->dropped_memory);
	compat_tel_dict_uint(sub, "dropped_limited", counters->dropped_limited);
	compat_tel_dict_uint(sub, "cut", counters->cut);
	compat_tel_dict_uint(sub, "merged", counters->merged);
	return telemetry_add_container(dict, name, sub);
}

static int telemetry_add_lcores(struct rte_tel_data *dict, const struct pair *pair)
{
	struct rte_tel_data *sub = rte_tel_data_alloc();

	if (sub == NULL)
		return -ENOMEM;
	rte_tel_data_start_array(sub, COMPAT_TEL_UINT_VAL);
	/* one of each, in the order of the queues */
	for (unsigned int q = 0; q < pair->spec.queues; q++) {
		bool seen = false;

		for (unsigned int i = 0; i < q; i++)
			seen |= pair->queues[i].worker == pair->queues[q].worker;
		if (!seen)
			compat_tel_array_uint(sub, pair->queues[q].worker->lcore);
	}
	return telemetry_add_container(dict, "lcores", sub);
}

static int telemetry_add_queue(struct rte_tel_data *dict, const struct queue *queue)
{
	struct rte_tel_data *sub = rte_tel_data_alloc();
	struct counters to_kernel = {0}, to_nic = {0};
	char name[16];
	int ret;

	if (sub == NULL)
		return -ENOMEM;
	counters_sum(&to_kernel, &queue->to_kernel.counters);
	counters_sum(&to_nic, &queue->to_nic.counters);
	rte_tel_data_start_dict(sub);
	compat_tel_dict_uint(sub, "lcore", queue->worker->lcore);
	ret = telemetry_add_counters(sub, "to_kernel", &to_kernel);
	if (ret == 0)
		ret = telemetry_add_counters(sub, "to_nic", &to_nic);
	if (ret < 0) {
		rte_tel_data_free(sub);
		return ret;
	}
	snprintf(name, sizeof(name), "%u", queue->id);
	return telemetry_add_container(dict, name, sub);
}

static int telemetry_add_queues(struct rte_tel_data *dict, const struct pair *pair)
{
	struct rte_tel_data *sub = rte_tel_data_alloc();
	int ret = 0;

	if (sub == NULL)
		return -ENOMEM;
	rte_tel_data_start_dict(sub);
	for (unsigned int q = 0; q < pair->spec.queues && ret == 0; q++)
		ret = telemetry_add_queue(sub, &pair->queues[q]);
	if (ret < 0) {
		rte_tel_data_free(sub);
		return ret;
	}
	return telemetry_add_container(dict, "queue_stats", sub);
}

static int telemetry_add_offloads(struct rte_tel_data *dict, const struct offloads *offloads)
{
	struct rte_tel_data *places = rte_tel_data_alloc(), *reasons;
	int ret;

	if (places == NULL)
		return -ENOMEM;
	rte_tel_data_start_dict(places);
	for (unsigned int i = 0; i < OFFLOAD_COUNT; i++)
		rte_tel_data_add_dict_string(
			places, offload_names[i], offload_place_name(offloads->places[i]));
	ret = telemetry_add_container(dict, "offloads", places);
	if (ret < 0)
		return ret;
	reasons = rte_tel_data_alloc();
	if (reasons == NULL)
		return -ENOMEM;
	rte_tel_data_start_dict(reasons);
	for (unsigned int i = 0; i < OFFLOAD_COUNT; i++)
		if (offloads->reasons[i] != NULL)
			rte_tel_data_add_dict_string(
				reasons, offload_names[i], offloads->reasons[i]);
	return telemetry_add_container(dict, "offloads_why", reasons);
}

static int telemetry_add_mirror(struct rte_tel_data *dict, const struct mirror_view *view)
{
	struct rte_tel_data *sub = rte_tel_data_alloc();
	char mac[MAC_TEXT_SIZE];

	if (sub == NULL)
		return -ENOMEM;
	format_mac(view->mac, mac);
	rte_tel_data_start_dict(sub);
	rte_tel_data_add_dict_string(sub, "state", mirror_state_name(view->state));
	if (view->known) {
		rte_tel_data_add_dict_string(sub, "admin", view->up ? "up" : "down");
		rte_tel_data_add_dict_string(sub, "carrier", view->carrier ? "on" : "off");
		compat_tel_dict_uint(sub, "mtu", view->mtu);
		rte_tel_data_add_dict_string(sub, "mac", mac);
		compat_tel_dict_uint(sub, "promiscuous", view->filter.promiscuous);
		compat_tel_dict_uint(sub, "allmulticast", view->filter.allmulticast);
		compat_tel_dict_uint(sub, "multicast", view->nb_groups);
		rte_tel_data_add_dict_string(sub, "refused", view->refused);
	}
	return telemetry_add_container(dict, "mirror", sub);
}

static int telemetry_add_limit(
	struct rte_tel_data *dict, const struct pair *pair, enum limit_class class)
{
	const struct limit_spec *spec = &pair->spec.limits[class];
	struct rte_tel_data *sub = rte_tel_data_alloc();
	struct limit_counts counts;

	if (sub == NULL)
		return -ENOMEM;
	limits_read(pair->limits, class, &counts);
	rte_tel_data_start_dict(sub);
	compat_tel_dict_uint(sub, "rate", spec->rate);
	compat_tel_dict_uint(sub, "burst", spec->burst);
	compat_tel_dict_uint(sub, "passed", counts.passed);
	compat_tel_dict_uint(sub, "dropped", counts.dropped);
	return telemetry_add_container(dict, limit_class_name(class), sub);
}

static int telemetry_add_limits(struct rte_tel_data *dict, const struct pair *pair)
{
	struct rte_tel_data *sub = rte_tel_data_alloc();
	int ret = 0;

	if (sub == NULL)
		return -ENOMEM;
	rte_tel_data_start_dict(sub);
	for (unsigned int i = 0; i < LIMIT_CLASSES && ret == 0; i++)
		if (pair->limits != NULL && limits_has(pair->limits, i))
			ret = telemetry_add_limit(sub, pair, i);
	if (ret < 0) {
		rte_tel_data_free(sub);
		return ret;
	}
	return telemetry_add_container(dict, "limits", sub);
}

static int telemetry_fill_pair(struct rte_tel_data *dict, const struct pair *pair)
{
	char mac[MAC_TEXT_SIZE];
	struct counters to_kernel, to_nic;
	struct mirror_view view;
	int ret;

	mirror_look(&pair->mirror, &view);
	format_mac(view.mac, mac);
	pair_sum(pair, &to_kernel, &to_nic);

	rte_tel_data_start_dict(dict);
	rte_tel_data_add_dict_string(dict, "nic", pair->nic.name);
	compat_tel_dict_uint(dict, "nic_port", pair->nic.id);
	rte_tel_data_add_dict_string(dict, "nic_driver", pair->nic.info.driver_name);
	rte_tel_data_add_dict_string(dict, "kernel", pair->kernel.name);
	compat_tel_dict_uint(dict, "kernel_port", pair->kernel.id);
	rte_tel_data_add_dict_string(dict, "netdev", pair->spec.netdev);
	compat_tel_dict_uint(dict, "queues", pair->spec.queues);
	compat_tel_dict_uint(dict, "queue_size", pair->spec.queue_size);
	compat_tel_dict_uint(dict, "mtu", view.mtu);
	rte_tel_data_add_dict_string(dict, "mac", mac);
	rte_tel_data_add_dict_string(dict, "link", view.link_up ? "up" : "down");
	compat_tel_dict_uint(dict, "speed", view.link_speed);
	ret = telemetry_add_lcores(dict, pair);
	if (ret == 0)
		ret = telemetry_add_counters(dict, "to_kernel", &to_kernel);
	if (ret == 0)
		ret = telemetry_add_counters(dict, "to_nic", &to_nic);
	if (ret == 0)
		ret = telemetry_add_offloads(dict, &pair->offloads);
	if (ret == 0)
		ret = telemetry_add_mirror(dict, &view);
	if (ret == 0)
		ret = telemetry_add_limits(dict, pair);
	if (ret == 0)
		ret = telemetry_add_queues(dict, pair);
	return ret;
}

static int telemetry_handle_pair(
	const char *cmd __rte_unused, const char *params, struct rte_tel_data *data)
{
	int ret = -ENOENT;

	if (params == NULL)
		return -EINVAL;
	pthread_mutex_lock(&telemetry_lock);
	for (unsigned int i = 0; i < telemetry_nb_pairs; i++) {
		if (strcmp(telemetry_pairs[i].spec.kernel, params))
			continue;
		ret = telemetry_fill_pair(data, &telemetry_pairs[i]);
		break;
	}
	pthread_mutex_unlock(&telemetry_lock);
	return ret;
}

static int telemetry_handle_pairs(
	const char *cmd __rte_unused, const char *params __rte_unused, struct rte_tel_data *data)
{
	rte_tel_data_start_array(data, RTE_TEL_STRING_VAL);
	pthread_mutex_lock(&telemetry_lock);
	for (unsigned int i = 0; i < telemetry_nb_pairs; i++)
		rte_tel_data_add_array_string(data, telemetry_pairs[i].spec.kernel);
	pthread_mutex_unlock(&telemetry_lock);
	return 0;
}

static int telemetry_add_pair_stats(struct rte_tel_data *dict, const struct pair *pair)
{
	struct rte_tel_data *sub = rte_tel_data_alloc();
	struct counters to_kernel, to_nic;
	int ret;

	if (sub == NULL)
		return -ENOMEM;
	pair_sum(pair, &to_kernel, &to_nic);
	rte_tel_data_start_dict(sub);
	ret = telemetry_add_counters(sub, "to_kernel", &to_kernel);
	if (ret == 0)
		ret = telemetry_add_counters(sub, "to_nic", &to_nic);
	if (ret < 0) {
		rte_tel_data_free(sub);
		return ret;
	}
	return telemetry_add_container(dict, pair->spec.kernel, sub);
}

static int telemetry_handle_stats(
	const char *cmd __rte_unused, const char *params __rte_unused, struct rte_tel_data *data)
{
	int ret = 0;

	rte_tel_data_start_dict(data);
	pthread_mutex_lock(&telemetry_lock);
	for (unsigned int i = 0; i < telemetry_nb_pairs && ret == 0; i++)
		ret = telemetry_add_pair_stats(data, &telemetry_pairs[i]);
	pthread_mutex_unlock(&telemetry_lock);
	return ret;
}

static int telemetry_add_lcore(struct rte_tel_data *dict, struct worker *worker)
{
	struct rte_tel_data *sub = rte_tel_data_alloc();
	char name[16];

	if (sub == NULL)
		return -ENOMEM;
	rte_tel_data_start_dict(sub);
	compat_tel_dict_uint(sub, "queues", worker->nb_queues);
	compat_tel_dict_uint(
		sub, "rounds", __atomic_load_n(&worker->heartbeat.beats, __ATOMIC_RELAXED));
	compat_tel_dict_uint(
		sub, "sleeps", __atomic_load_n(&worker->times.sleeps, __ATOMIC_RELAXED));
	compat_tel_dict_uint(sub, "waits", __atomic_load_n(&worker->times.waits, __ATOMIC_RELAXED));
	compat_tel_dict_uint(sub, "interrupts", worker->uses_interrupts);
	compat_tel_dict_uint(
		sub, "idle_ppm", __atomic_load_n(&worker->times.idle_ppm, __ATOMIC_RELAXED));
	snprintf(name, sizeof(name), "%u", worker->lcore);
	return telemetry_add_container(dict, name, sub);
}

static int telemetry_handle_lcores(
	const char *cmd __rte_unused, const char *params __rte_unused, struct rte_tel_data *data)
{
	int ret = 0;

	rte_tel_data_start_dict(data);
	pthread_mutex_lock(&telemetry_lock);
	for (unsigned int i = 0; i < telemetry_nb_workers && ret == 0; i++)
		ret = telemetry_add_lcore(data, &telemetry_workers[i]);
	pthread_mutex_unlock(&telemetry_lock);
	return ret;
}

static int telemetry_handle_version(
	const char *cmd __rte_unused, const char *params __rte_unused, struct rte_tel_data *data)
{
	rte_tel_data_start_dict(data);
	rte_tel_data_add_dict_string(data, "version", FWD_VERSION);
	rte_tel_data_add_dict_string(data, "dpdk", rte_version());
	return 0;
}

int telemetry_start(const struct pair *pairs, unsigned int nb_pairs, const struct workers *workers)
{
	static const struct {
		const char *path;
		telemetry_cb handle;
		const char *help;
	} commands[] = {
		{"/exception_path/lcores", telemetry_handle_lcores,
			"How the polling lcores spend their time. No parameter"},
		{"/exception_path/pair", telemetry_handle_pair,
			"All about one pair. Parameter: its name"},
		{"/exception_path/pairs", telemetry_handle_pairs,
			"Names of the pairs. No parameter"},
		{"/exception_path/stats", telemetry_handle_stats,
			"Counters of all pairs. No parameter"},
		{"/exception_path/version", telemetry_handle_version,
			"Version of the forwarder and of DPDK. No parameter"},
	};
	int ret;

	pthread_mutex_lock(&telemetry_lock);
	telemetry_pairs = pairs;
	telemetry_nb_pairs = nb_pairs;
	telemetry_workers = workers->list;
	telemetry_nb_workers = workers->count;
	pthread_mutex_unlock(&telemetry_lock);
	for (unsigned int i = 0; i < RTE_DIM(commands); i++) {
		ret = rte_telemetry_register_cmd(
			commands[i].path, commands[i].handle, commands[i].help);
		if (ret < 0) {
			log_error("telemetry command %s can not be registered: %s",
				commands[i].path, strerror(-ret));
			return -EIO;
		}
	}
	return 0;
}

void telemetry_stop(void)
{
	pthread_mutex_lock(&telemetry_lock);
	telemetry_nb_pairs = 0;
	telemetry_nb_workers = 0;
	pthread_mutex_unlock(&telemetry_lock);
}
