/* SPDX-License-Identifier: GPL-2.0-only */
/* argp does the parsing, --help and --version; oomd's exit status for bad usage is 1. */
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configure.h"
#include "devices.h"

#ifndef BOOMD_VERSION
#define BOOMD_VERSION "0.1.0"
#endif

const char *argp_program_version = "boomd " BOOMD_VERSION;

enum { KEY_DRY_RUN = 256, KEY_DEBUG, KEY_VERBOSE, KEY_STRICT, KEY_SOURCE, KEY_KMSG, KEY_MAX_CGROUPS, KEY_WARM_UP,
       KEY_DEVICE, KEY_SSD, KEY_HDD, KEY_KERNEL_PANIC, KEY_HOOK_SPAWNER, KEY_PLUGIN_DIR };

static const struct argp_option argp_options[] = {
	{ "config", 'C', "FILE", 0,
	  "configuration, in oomd's format (default: " CONFIGURE_INSTALLED
	  ", else /etc/oomd/oomd.json, else /etc/oomd.json, else the built-in one)", 0 },
	{ "interval", 'i', "SECONDS", 0,
	  "evaluate at oomd's fixed tick instead of when something happens", 0 },
	{ "cgroup-fs", 'f', "DIR", 0, "where cgroup2 is mounted (default: /sys/fs/cgroup)", 0 },
	{ "check-config", 'c', "FILE", 0, "check a configuration and exit: 0 good, 1 bad", 1 },
	{ "list-plugins", 'l', NULL, 0, "list plugins with their arguments and exit", 1 },
	{ "dump-stats", 'd', NULL, 0, "print the running daemon's statistics and exit", 1 },
	{ "reset-stats", 'r', NULL, 0, "set them to 0 (after printing, with -d) and exit", 1 },
	{ "drop-in-dir", 'w', "DIR", 0, "where drop-in configurations are (default: none)", 0 },
	{ "runtime-dir", 'D', "DIR", 0,
	  "where the lock and the stats socket are (default: /run/boomd)", 0 },
	{ "dry-run", KEY_DRY_RUN, NULL, 0, "decide and report, but kill nobody", 0 },
	{ "strict", KEY_STRICT, NULL, 0, "warnings about the configuration are errors", 0 },
	{ "verbose", KEY_VERBOSE, NULL, 0, "print every record as it arrives", 0 },
	{ "debug", KEY_DEBUG, NULL, 0, "print what is of interest to developers, too", 0 },
	{ "source", KEY_SOURCE, "bpf|cgroupfs|auto", 0,
	  "where facts come from (default: auto, the best that works)", 0 },
	{ "plugin-dir", KEY_PLUGIN_DIR, "DIR", 0, "load the plugins of others that are there (*.so)", 0 },
	{ "kmsg-override", KEY_KMSG, "FILE", 0, "write kill lines there instead of /dev/kmsg", 0 },
	{ "device", KEY_DEVICE, "MAJ:MIN,...", 0, "whose I/O kill_by_io_cost counts (default: none)", 0 },
	{ "ssd-coeffs", KEY_SSD, "COEFFS", 0,
	  "what I/O on an SSD costs: read ios, read bytes, write ios, write bytes, discard ios, "
	  "discard bytes", 0 },
	{ "hdd-coeffs", KEY_HDD, "COEFFS", 0, "the same for a rotating disk", 0 },
	{ "max-cgroups", KEY_MAX_CGROUPS, "N", 0, "size of the tables (default: 16384)", 0 },
	{ "oomd-warm-up", KEY_WARM_UP, NULL, 0,
	  "average usage of a new cgroup starts from 0, as with oomd", 0 },
	{ "allow-kernel-panic", KEY_KERNEL_PANIC, NULL, 0,
	  "let a configuration crash the machine by the plugin kernel_panic", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, -1 }, /* oomd's short names */
	{ NULL, 'v', NULL, OPTION_HIDDEN, NULL, -1 },
	{ "hook-spawner", KEY_HOOK_SPAWNER, NULL, OPTION_HIDDEN, NULL, -1 }, /* boomd itself says it */
	{ 0 },
};

/* The whole text must be a number in [1, max], as oomd asks of --interval. */
static int parse_count(const char *text, unsigned long max, unsigned long *ret_count)
{
	char *end;
	unsigned long count;

	errno = 0;
	count = strtoul(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || !count || count > max)
		return -EINVAL;
	*ret_count = count;
	return 0;
}

static int parse_source(const char *text, enum options_source *ret_source)
{
	static const char *const names[] = { "auto", "bpf", "cgroupfs" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(text, names[i])) {
			*ret_source = (enum options_source)i;
			return 0;
		}
	}
	return -EINVAL;
}

static void parse_devices(const char *text, struct options *options, struct argp_state *state)
{
	const char *bad;
	int err = devices_parse(text, "/sys/dev/block", options->devices, &options->nr_devices, &bad);

	if (err)
		argp_error(state, "Invalid devices: expected up to %d of MAJOR:MINOR with a "
			   "queue/rotational in /sys/dev/block, not \"%s\" (%s)",
			   BOOMD_DEVICES_MAX, bad, strerror(-err));
}

static void parse_coefficients(const char *text, enum boomd_device_class device_class,
			       struct options *options, struct argp_state *state)
{
	if (devices_parse_coefficients(text, &options->coefficients[device_class]))
		argp_error(state, "Invalid coefficients: expected up to six numbers, not \"%s\"",
			   text);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	unsigned long count;

	switch (key) {
	case 'C':
		options->config = arg;
		break;
	case 'c':
		options->mode = MODE_CHECK_CONFIG;
		options->config = arg;
		break;
	case 'l':
		options->mode = MODE_LIST_PLUGINS;
		break;
	case KEY_HOOK_SPAWNER:
		options->mode = MODE_HOOK_SPAWNER;
		break;
	case 'd':
		options->mode = MODE_STATS;
		options->dump_stats = true;
		break;
	case 'r':
		options->mode = MODE_STATS;
		options->reset_stats = true;
		break;
	case 'f':
		options->cgroup_fs = arg;
		break;
	case 'w':
		options->drop_in_dir = *arg ? arg : NULL; /* as oomd */
		break;
	case 'D':
		options->runtime_dir = arg;
		break;
	case KEY_VERBOSE:
		options->verbose = true;
		break;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		break;
	case 'v':
		printf("%s\n", argp_program_version);
		exit(0);
	case 'i':
		if (parse_count(arg, UINT_MAX, &count))
			argp_error(state, "Interval not a >0 integer: \"%s\"", arg);
		options->interval_s = (unsigned)count;
		break;
	case KEY_DRY_RUN:
		options->dry_run = true;
		break;
	case KEY_DEBUG:
		options->debug = true;
		break;
	case KEY_STRICT:
		options->strict = true;
		break;
	case KEY_SOURCE:
		if (parse_source(arg, &options->source))
			argp_error(state, "--source: expected bpf, cgroupfs or auto, not \"%s\"", arg);
		break;
	case KEY_PLUGIN_DIR:
		options->plugin_dir = arg;
		break;
	case KEY_KMSG:
		options->kmsg = arg;
		break;
	case KEY_MAX_CGROUPS:
		if (parse_count(arg, 1UL << 20, &count))
			argp_error(state, "--max-cgroups: expected 1 to 1048576, not \"%s\"", arg);
		options->max_cgroups = count;
		break;
	case KEY_DEVICE:
		parse_devices(arg, options, state);
		break;
	case KEY_SSD:
		parse_coefficients(arg, BOOMD_DEVICE_SSD, options, state);
		break;
	case KEY_HDD:
		parse_coefficients(arg, BOOMD_DEVICE_HDD, options, state);
		break;
	case KEY_WARM_UP:
		options->oomd_warm_up = true;
		break;
	case KEY_KERNEL_PANIC:
		options->kernel_panic_file = "/proc/sysrq-trigger";
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%s\"", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int options_parse(int argc, char **argv, struct options *ret_options)
{
	static const struct argp argp = {
		.options = argp_options,
		.parser = parse_option,
		.doc = "Kill the cgroup that must go before the machine locks up.",
	};
	*ret_options = (struct options){
		.cgroup_fs = "/sys/fs/cgroup",
		.runtime_dir = "/run/boomd",
		.kmsg = "/dev/kmsg",
		.max_cgroups = BOOMD_CGROUPS_MAX,
	};
	memcpy(ret_options->coefficients, devices_default_coefficients,
	       sizeof(ret_options->coefficients));
	argp_err_exit_status = 1; /* oomd's; argp's own would be 64 */
	return argp_parse(&argp, argc, argv, 0, NULL, ret_options) ? 1 : 0;
}
