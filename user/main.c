/* SPDX-License-Identifier: GPL-2.0-only */
/* boomd: options, then the one thing they ask for. */
#include <sys/sysinfo.h>

#include "configure.h"
#include "daemon.h"
#include "log.h"
#include "options.h"
#include "plugins/registry.h"
#include "spawn/spawner.h"

/* --check-config: oomd's exit status is 1 for an invalid one. */
static int check_config(const struct options *options)
{
	struct plugin_env env = { .kernel_panic_file = options->kernel_panic_file };
	struct rules *rules;
	struct sysinfo info;

	if (!sysinfo(&info)) {
		env.memory_total_bytes = (uint64_t)info.totalram * info.mem_unit;
		env.swap_total_bytes = (uint64_t)info.totalswap * info.mem_unit;
	}
	if (configure(options, &env, &rules))
		return EXIT_STATUS_USAGE;
	rules_free(rules);
	return EXIT_STATUS_OK;
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
	switch (options.mode) {
	case MODE_CHECK_CONFIG:
		return check_config(&options);
	case MODE_LIST_PLUGINS:
		registry_print();
		return EXIT_STATUS_OK;
	case MODE_HOOK_SPAWNER:
		return spawner_main(SPAWNER_FD);
	case MODE_DAEMON:
		return daemon_main(&options);
	}
	return EXIT_STATUS_USAGE;
}
