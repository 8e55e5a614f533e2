/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line: oomd's flags where it has them (oomd.md 3.1), and boomd's own. */
#ifndef USER_OPTIONS_H
#define USER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/events.h"
#include "cgroup/history.h"

enum options_mode {
	MODE_DAEMON,
	MODE_CHECK_CONFIG,
	MODE_LIST_PLUGINS,
	MODE_HOOK_SPAWNER,
	MODE_STATS
};

enum options_source { SOURCE_AUTO, SOURCE_BPF, SOURCE_CGROUPFS };

struct options {
	enum options_mode mode;
	enum options_source source;
	const char *config; /* NULL: the installed one if it exists, else the built-in one */
	const char *cgroup_fs;
	const char *runtime_dir;
	const char *drop_in_dir; /* NULL: none */
	const char *kmsg;
	const char *plugin_dir; /* NULL: no plugins of others */
	unsigned interval_s; /* 0: by events */
	size_t max_cgroups;
	struct boomd_device devices[BOOMD_DEVICES_MAX];
	size_t nr_devices;
	struct io_coefficients coefficients[BOOMD_DEVICE_CLASSES];
	bool dry_run, strict, verbose, debug, oomd_warm_up;
	const char *kernel_panic_file; /* NULL: kernel_panic is not allowed */
	bool dump_stats, reset_stats; /* MODE_STATS: one of them, or both */
};

/* 0, or the exit status to end with. --help, --version and bad usage (1) end here, with a message. */
int options_parse(int argc, char **argv, struct options *ret_options);

#endif
