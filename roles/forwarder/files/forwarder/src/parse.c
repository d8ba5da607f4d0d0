/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int parse_uint(const char *text, unsigned int min, unsigned int max, unsigned int *value)
{
	unsigned long number;
	char *end;

	/* strtoul would take blanks and signs: "-1" is not a large number of queues */
	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno != 0 || *end != '\0' || number < min || number > max)
		return -EINVAL;
	*value = number;
	return 0;
}

static int parse_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int parse_mac(const char *text, uint8_t mac[MAC_LEN])
{
	uint8_t bytes[MAC_LEN];
	unsigned int sum = 0;

	if (strlen(text) != 3 * MAC_LEN - 1)
		return -EINVAL;
	for (unsigned int i = 0; i < MAC_LEN; i++) {
		int high = parse_hex_digit(text[3 * i]);
		int low = parse_hex_digit(text[3 * i + 1]);

		if (high < 0 || low < 0 || (i < MAC_LEN - 1 && text[3 * i + 2] != ':'))
			return -EINVAL;
		bytes[i] = high << 4 | low;
		sum += bytes[i];
	}
	/* neither a group address nor all zeroes can be the address of an interface */
	if (bytes[0] & 1 || sum == 0)
		return -EINVAL;
	memcpy(mac, bytes, MAC_LEN);
	return 0;
}

void format_mac(const uint8_t mac[MAC_LEN], char text[MAC_TEXT_SIZE])
{
	snprintf(text, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		mac[3], mac[4], mac[5]);
}

bool is_power_of_two(unsigned int value)
{
	return value != 0 && (value & (value - 1)) == 0;
}

bool is_netdev_name(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > NETDEV_NAME_MAX || !strcmp(text, ".") || !strcmp(text, ".."))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isgraph((unsigned char)text[i]) || strchr("/:,=%", text[i]))
			return false;
	return true;
}
