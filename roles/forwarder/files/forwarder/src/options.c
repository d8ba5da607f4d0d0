/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 The dataplane.exception_path authors
 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum option_id {
	OPTION_CREATE = 256, /* above every short option */
	OPTION_HELP,
	OPTION_IDLE,
	OPTION_MTU,
	OPTION_OFFLOADS,
	OPTION_PAIR,
	OPTION_QUEUE_SIZE,
	OPTION_QUEUES,
	OPTION_VERSION,
	OPTION_VHOST_PATH,
};

static const struct option options_long[] = {
	{"create", optional_argument, NULL, OPTION_CREATE},
	{"help", no_argument, NULL, OPTION_HELP},
	{"idle", required_argument, NULL, OPTION_IDLE},
	{"mtu", required_argument, NULL, OPTION_MTU},
	{"offloads", required_argument, NULL, OPTION_OFFLOADS},
	{"pair", required_argument, NULL, OPTION_PAIR},
	{"queue-size", required_argument, NULL, OPTION_QUEUE_SIZE},
	{"queues", required_argument, NULL, OPTION_QUEUES},
	{"version", no_argument, NULL, OPTION_VERSION},
	{"vhost-path", required_argument, NULL, OPTION_VHOST_PATH},
	{NULL, 0, NULL, 0},
};

void options_print_help(void)
{
	printf("Usage: exception-path-forwarder [EAL options] -- --pair SPEC [--pair SPEC]...\n"
	       "       exception-path-forwarder [EAL options] -- --create[=PATTERN]\n"
	       "\n"
	       "Forwards between every NIC port and its kernel netdev, both ways.\n"
	       "Without '--' all arguments are the forwarder's own.\n"
	       "\n"
	       "  --create[=PATTERN]   make a virtio_user port for every NIC found; PATTERN is the\n"
	       "                       name of the netdev, %%u its number (default: %s)\n"
	       "  --help               print this text\n"
	       "  --idle=MODE          adaptive: sleep when nothing comes (default)\n"
	       "                       poll: never sleep\n"
	       "  --mtu=N              with --create: MTU, %d to %d (default: %d)\n"
	       "  --offloads=LIST      with --create: NAME=auto|on|off,... of checksum, tso,\n"
	       "                       rx_checksum, gro (default: all auto)\n"
	       "  --pair=SPEC          forward between two ports that EAL knows:\n"
	       "                       nic=PORT,kernel=PORT[,queues=N][,queue_size=N][,mtu=N]\n"
	       "                       [,mac=ADDRESS][,netdev=NAME][,checksum=..][,tso=..]\n"
	       "                       [,rx_checksum=..][,gro=auto|on|off]\n"
	       "  --queue-size=N       with --create: descriptors per queue (default: %d)\n"
	       "  --queues=N           with --create: queues per port (default: %d)\n"
	       "  --version            print the version\n"
	       "  --vhost-path=PATH    with --create: the vhost-net device (default: %s)\n"
	       "\n"
	       "Exit codes: 0 stopped as asked, 1 failed while running, 2 wrong options, 3 a port\n"
	       "is not there, 4 a port can not do what is asked, 5 no memory or hugepages, 6\n"
	       "vhost-net or the netdev can not be used.\n",
		CREATE_PATTERN_DEFAULT, MTU_MIN, MTU_MAX, MTU_DEFAULT, QUEUE_SIZE_DEFAULT,
		QUEUES_DEFAULT, VHOST_PATH_DEFAULT);
}

int options_netdev_name(const char *pattern, unsigned int index, char name[NETDEV_NAME_MAX + 1])
{
	const char *mark = strstr(pattern, "%u");
	char text[64];
	int n;

	if (mark == NULL)
		return -EINVAL;
	n = snprintf(
		text, sizeof(text), "%.*s%u%s", (int)(mark - pattern), pattern, index, mark + 2);
	/* a second %u stays in the text, and '%' is refused in a name */
	if (n < 0 || (size_t)n >= sizeof(text) || !is_netdev_name(text))
		return -EINVAL;
	strcpy(name, text);
	return 0;
}

static void options_add_pair(const char *text, struct options *options, struct problems *problems)
{
	char label[32];

	if (options->nb_pairs == PAIRS_MAX) {
		problems_add(problems, "more than %d pairs", PAIRS_MAX);
		return;
	}
	snprintf(label, sizeof(label), "--pair %u", options->nb_pairs + 1);
	pair_spec_parse(text, label, &options->pairs[options->nb_pairs++], problems);
}

static void options_set_number(const char *name, const char *text, unsigned int min,
	unsigned int max, unsigned int *value, struct problems *problems)
{
	if (parse_uint(text, min, max, value) < 0)
		problems_add(
			problems, "--%s '%s' is not a number from %u to %u", name, text, min, max);
}

static void options_set_idle(const char *text, struct options *options, struct problems *problems)
{
	if (!strcmp(text, "adaptive"))
		options->idle = IDLE_ADAPTIVE;
	else if (!strcmp(text, "poll"))
		options->idle = IDLE_POLL;
	else
		problems_add(problems, "--idle '%s' is neither adaptive nor poll", text);
}

static void options_check_ways(
	const struct options *options, const char *create_only, struct problems *problems)
{
	char name[NETDEV_NAME_MAX + 1];

	if (options->create && options->nb_pairs > 0)
		problems_add(problems, "--create and --pair exclude each other");
	if (!options->create && options->nb_pairs == 0)
		problems_add(problems, "one of --pair and --create is needed");
	if (!options->create && create_only != NULL)
		problems_add(problems, "--%s goes with --create only (pairs have it in --pair)",
			create_only);
	if (options->create && options_netdev_name(options->create_pattern, 0, name) < 0)
		problems_add(problems,
			"--create '%s' is not an interface name of 1 to %d characters with one %%u",
			options->create_pattern, NETDEV_NAME_MAX);
}

/* Called when getopt does not know what it has read; the argument is the last one it ended. */
static void options_add_unknown(const char *argument, struct problems *problems)
{
	if (optopt == 0)
		problems_add(
			problems, "unknown option '%s' (EAL options go before '--')", argument);
	else if (optopt < OPTION_CREATE)
		/* one letter, of an argument that getopt is still in the middle of */
		problems_add(problems, "unknown option '-%c' (EAL options go before '--')", optopt);
	else
		problems_add(problems, "'%s': this option takes no value", argument);
}

void options_parse(int argc, char **argv, struct options *options, struct problems *problems)
{
	const char *create_only = NULL;
	int id, index;

	*options = (struct options){
		.idle = IDLE_ADAPTIVE,
		.create_pattern = CREATE_PATTERN_DEFAULT,
		.vhost_path = VHOST_PATH_DEFAULT,
		.queues = QUEUES_DEFAULT,
		.queue_size = QUEUE_SIZE_DEFAULT,
		.mtu = MTU_DEFAULT,
	};
	opterr = 0;
	optind = 0; /* start afresh: EAL and the tests use getopt too */
	while ((id = getopt_long(argc, argv, ":", options_long, &index)) != -1) {
		switch (id) {
		case OPTION_CREATE:
			options->create = true;
			if (optarg != NULL)
				options->create_pattern = optarg;
			break;
		case OPTION_HELP:
			options->help = true;
			break;
		case OPTION_IDLE:
			options_set_idle(optarg, options, problems);
			break;
		case OPTION_MTU:
			create_only = "mtu";
			options_set_number(
				"mtu", optarg, MTU_MIN, MTU_MAX, &options->mtu, problems);
			break;
		case OPTION_OFFLOADS:
			create_only = "offloads";
			offload_spec_parse(optarg, &options->offloads, problems);
			break;
		case OPTION_PAIR:
			options_add_pair(optarg, options, problems);
			break;
		case OPTION_QUEUE_SIZE:
			create_only = "queue-size";
			options_set_number("queue-size", optarg, QUEUE_SIZE_MIN, QUEUE_SIZE_MAX,
				&options->queue_size, problems);
			if (!is_power_of_two(options->queue_size))
				problems_add(problems, "--queue-size '%s' is not a power of two",
					optarg);
			break;
		case OPTION_QUEUES:
			create_only = "queues";
			options_set_number(
				"queues", optarg, 1, QUEUES_MAX, &options->queues, problems);
			break;
		case OPTION_VERSION:
			options->version = true;
			break;
		case OPTION_VHOST_PATH:
			create_only = "vhost-path";
			options->vhost_path = optarg;
			if (*optarg == '\0' || strchr(optarg, ','))
				problems_add(problems, "--vhost-path '%s' is not a path", optarg);
			break;
		case ':':
			problems_add(problems, "'%s' needs a value", argv[optind - 1]);
			break;
		default:
			options_add_unknown(argv[optind - 1], problems);
			break;
		}
	}
	for (int i = optind; i < argc; i++)
		problems_add(problems, "unexpected argument '%s'", argv[i]);
	if (options->help || options->version)
		return;
	options_check_ways(options, create_only, problems);
	pair_specs_check_unique(options->pairs, options->nb_pairs, problems);
}
