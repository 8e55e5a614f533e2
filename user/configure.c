/* SPDX-License-Identifier: GPL-2.0-only */
/* The one way a configuration gets in: at start, at reload and for --check-config alike. */
#include "configure.h"

#include <errno.h>
#include <unistd.h>

#include "config/config.h"
#include "log.h"

static int load(const char *file, struct diagnostics *diagnostics, struct config **ret_config)
{
	if (file)
		return config_load(file, diagnostics, ret_config);
	return config_default(diagnostics, ret_config);
}

/* boomd's own; then oomd's, as Debian puts it, and as oomd does, so that boomd can take its place. */
const char *const configure_places[] = { CONFIGURE_INSTALLED, "/etc/oomd/oomd.json",
					 "/etc/oomd.json", NULL };

/* One that cannot be read is taken, too: to pass over it in silence would be worse. */
const char *configure_find(const char *const *places)
{
	while (*places && access(*places, F_OK) && errno == ENOENT)
		places++;
	return *places;
}

static const char *choose_file(const struct options *options)
{
	const char *found;

	if (options->config)
		return options->config;
	found = configure_find(configure_places);
	log_info("no --config given, taking %s", found ? found : "the built-in configuration");
	return found;
}

int configure(const struct options *options, const struct plugin_env *env,
	      struct rules **ret_rules)
{
	const char *file = choose_file(options);
	const char *name = file ? file : "(built in)";
	struct diagnostics diagnostics;
	struct config *config = NULL;
	int err;

	diagnostics_init(&diagnostics, name, options->strict);
	err = load(file, &diagnostics, &config);
	if (!err)
		err = rules_compile(config, env, &diagnostics, ret_rules);
	if (err)
		config_free(config);
	diagnostics_log(&diagnostics);
	if (!err)
		log_info("configuration %s: %zu ruleset%s, %zu warning%s", name,
			 (*ret_rules)->nr_rulesets, (*ret_rules)->nr_rulesets == 1 ? "" : "s",
			 diagnostics.nr_warnings, diagnostics.nr_warnings == 1 ? "" : "s");
	diagnostics_fini(&diagnostics);
	return err;
}
