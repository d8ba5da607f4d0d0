/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_LINK_WATCH_H
#define FWD_LINK_WATCH_H

/* The kernel's news about netdevs of this process's network namespace; needs no privilege. */
struct link_watch {
	int fd; /* to be polled; negative: not open */
};

/* The news itself is not handed on, only whose it is: by then it may be old. ifindex 0 means that
 * news was lost: any netdev may have changed.
 */
typedef void (*link_watch_news)(void *arg, int ifindex, const char *name);

int link_watch_open(struct link_watch *watch);
/* All that is there, without waiting. */
void link_watch_read(const struct link_watch *watch, link_watch_news news, void *arg);
void link_watch_close(struct link_watch *watch);

#endif
