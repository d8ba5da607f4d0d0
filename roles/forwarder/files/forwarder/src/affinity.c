/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "affinity.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

void affinity_without(const cpu_set_t *all, const cpu_set_t *polling, cpu_set_t *rest)
{
	cpu_set_t both;

	CPU_AND(&both, all, polling);
	CPU_XOR(rest, all, &both);
	if (CPU_COUNT(rest) == 0)
		*rest = *all;
}

bool affinity_is_vhost_thread(const char *comm)
{
	const char *pid = comm + strlen("vhost-");

	return !strncmp(comm, "vhost-", strlen("vhost-")) && *pid != '\0' &&
		strspn(pid, "0123456789") == strlen(pid);
}

static bool affinity_read_comm(const char *tid, char *comm, size_t size)
{
	char path[64];
	bool found;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%.20s/comm", tid);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	found = fgets(comm, size, file) != NULL;
	fclose(file);
	if (found)
		comm[strcspn(comm, "\n")] = '\0';
	return found;
}

unsigned int affinity_move_vhost_threads(const cpu_set_t *cpus)
{
	unsigned int moved = 0;
	struct dirent *entry;
	char comm[32];
	DIR *dir;

	dir = opendir("/proc/self/task");
	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' ||
			!affinity_read_comm(entry->d_name, comm, sizeof(comm)) ||
			!affinity_is_vhost_thread(comm))
			continue;
		if (sched_setaffinity(atoi(entry->d_name), sizeof(*cpus), cpus) == 0)
			moved++;
		else
			log_warning("thread %s keeps the CPU of the main lcore: %s", comm,
				strerror(errno));
	}
	closedir(dir);
	return moved;
}
