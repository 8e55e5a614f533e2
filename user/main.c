/* SPDX-License-Identifier: GPL-2.0-only */
/* boomd: options, then the one thing they ask for. */
#include <string.h>
#include <sys/sysinfo.h>

#include "configure.h"
#include "daemon.h"
#include "dropin/drop_ins.h"
#include "log.h"
#include "options.h"
#include "plugins/load.h"
#include "plugins/registry.h"
#include "report/stats_client.h"
#include "spawn/spawner.h"

static bool drop_ins_are_good(const struct options *options, struct rules *rules)
{
	struct drop_ins *drop_ins;
	int err = drop_ins_new(options->drop_in_dir, options->strict, &drop_ins);

	if (err) {
		log_err("%s cannot be looked at: %s", options->drop_in_dir, strerror(-err));
		return false;
	}
	err = drop_ins_apply(drop_ins, rules);
	drop_ins_free(drop_ins);
	return !err;
}

/* --check-config: oomd's exit status is 1 for an invalid one. */
static int check_config(const struct options *options)
{
	struct plugin_env env = { .kernel_panic_file = options->kernel_panic_file };
	struct rules *rules;
	struct sysinfo info;
	bool good;

	if (!sysinfo(&info)) {
		env.memory_total_bytes = (uint64_t)info.totalram * info.mem_unit;
		env.swap_total_bytes = (uint64_t)info.totalswap * info.mem_unit;
	}
	if (configure(options, &env, &rules))
		return EXIT_STATUS_USAGE;
	good = !options->drop_in_dir || drop_ins_are_good(options, rules);
	rules_free(rules);
	return good ? EXIT_STATUS_OK : EXIT_STATUS_USAGE;
}

/*
 * A plugin that is refused is missed where the configuration names it, which is an error of its
 * own; where it does not, to go on without is better than no protection.
 */
static bool load_plugins(const struct options *options)
{
	if (!options->plugin_dir || options->mode == MODE_STATS || !plugins_load(options->plugin_dir))
		return true;
	return options->mode == MODE_DAEMON && !options->strict;
}

int main(int argc, char **argv)
{
	struct options options;
	int status = options_parse(argc, argv, &options);

	if (status)
		return status;
	log_init("boomd");
	if (options.debug)
		log_set_level(LOG_LEVEL_DEBUG);
	if (!load_plugins(&options))
		return options.mode == MODE_DAEMON ? EXIT_STATUS_CANNOT_RUN : EXIT_STATUS_USAGE;
	switch (options.mode) {
	case MODE_CHECK_CONFIG:
		return check_config(&options);
	case MODE_LIST_PLUGINS:
		registry_print();
		return EXIT_STATUS_OK;
	case MODE_HOOK_SPAWNER:
		return spawner_main(SPAWNER_FD);
	case MODE_STATS:
		return stats_client_main(options.runtime_dir, options.dump_stats,
					 options.reset_stats) ? EXIT_STATUS_USAGE : EXIT_STATUS_OK;
	case MODE_DAEMON:
		return daemon_main(&options);
	}
	return EXIT_STATUS_USAGE;
}
