/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 *
 * flood ADDRESS SECONDS RATE: sends UDP packets that are 64 bytes on the wire (with their FCS) to
 * the discard port, RATE a second or as many as go (0), and prints how many were sent.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define FLOOD_PORT    9
#define FLOOD_BURST   32
#define FLOOD_PAYLOAD 18 /* 14 Ethernet + 20 IPv4 + 8 UDP + 18 + 4 FCS = 64 */
#define NS_PER_S      1000000000ULL

static unsigned long long flood_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * NS_PER_S + time.tv_nsec;
}

static int flood_open(const char *address)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(FLOOD_PORT)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1 ||
		connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -1;
	return fd;
}

int main(int argc, char **argv)
{
	static char payload[FLOOD_PAYLOAD];
	struct iovec part = {.iov_base = payload, .iov_len = sizeof(payload)};
	struct mmsghdr burst[FLOOD_BURST] = {0};
	unsigned long long begin, end, rate, sent = 0;
	int fd;

	if (argc != 4) {
		fprintf(stderr, "usage: flood ADDRESS SECONDS RATE\n");
		return 2;
	}
	fd = flood_open(argv[1]);
	if (fd < 0) {
		fprintf(stderr, "flood: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	for (int i = 0; i < FLOOD_BURST; i++) {
		burst[i].msg_hdr.msg_iov = &part;
		burst[i].msg_hdr.msg_iovlen = 1;
	}
	rate = strtoull(argv[3], NULL, 10);
	begin = flood_now();
	end = begin + strtod(argv[2], NULL) * NS_PER_S;
	while (flood_now() < end) {
		int done = sendmmsg(fd, burst, FLOOD_BURST, 0);

		/* a full queue, or nobody who listens: what arrives is counted at the other end */
		if (done > 0)
			sent += done;
		if (rate > 0) {
			unsigned long long due = begin + sent * NS_PER_S / rate;
			struct timespec next = {due / NS_PER_S, due % NS_PER_S};

			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
		}
	}
	printf("%llu\n", sent);
	return 0;
}
