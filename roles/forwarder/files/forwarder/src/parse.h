/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#ifndef FWD_PARSE_H
#define FWD_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#define MAC_LEN		   6
#define MAC_TEXT_SIZE	   18
#define NETDEV_NAME_MAX	   15 /* IFNAMSIZ - 1: the kernel side cuts longer names silently */
#define PORT_NAME_MAX	   63 /* RTE_ETH_NAME_MAX_LEN - 1 */
#define MTU_MIN		   68
#define MTU_MAX		   9698 /* virtio's largest frame minus its headers */
#define MTU_DEFAULT	   1500
#define QUEUES_MAX	   128
#define QUEUES_DEFAULT	   1
#define QUEUE_SIZE_MIN	   64
#define QUEUE_SIZE_MAX	   32768
#define QUEUE_SIZE_DEFAULT 1024
#define VHOST_PATH_DEFAULT "/dev/vhost-net"

/* Each returns 0 or -EINVAL and leaves *value alone on failure; nothing may follow the value. */
int parse_uint(const char *text, unsigned int min, unsigned int max, unsigned int *value);
int parse_mac(const char *text, uint8_t mac[MAC_LEN]);
/* In lower case, as the kernel shows it. */
void format_mac(const uint8_t mac[MAC_LEN], char text[MAC_TEXT_SIZE]);

bool is_power_of_two(unsigned int value);
/* What the kernel accepts as the name of a netdev, and what fits a devargs string. */
bool is_netdev_name(const char *text);

#endif
