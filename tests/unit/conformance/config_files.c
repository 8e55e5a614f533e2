/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whole files of configuration, of the shape that oomd's users have: they load without a word, and
 * together they have every plugin and every argument, so that none can be forgotten.
 */
#include <stdio.h>
#include <string.h>

#include "engine/rules.h"
#include "plugins/hook/hook.h"
#include "plugins/registry.h"
#include "table_test.h"
#include "unit/config/messages.h"

static const struct {
	const char *path;
} files[] = {
	{ "tests/configs/desktop.json" },
	{ "tests/configs/everything.json" },
};

#define EVERYTHING "tests/configs/everything.json"

static bool in_project(void)
{
	FILE *file = fopen(files[0].path, "re");

	if (file)
		fclose(file);
	return file != NULL;
}

TABLE_TEST(config_files, load_without_a_word, files, row)
{
	const struct plugin_env env = { .memory_total_bytes = 8ULL << 30,
					.swap_total_bytes = 4ULL << 30,
					.kernel_panic_file = "/dev/null" };
	struct diagnostics diagnostics;
	struct config *config = NULL;
	struct rules *rules = NULL;
	char messages[2048];

	if (!in_project())
		cr_skip_test("not in the project's folder");
	diagnostics_init(&diagnostics, row->path, true);
	if (!config_load(row->path, &diagnostics, &config) &&
	    rules_compile(config, &env, &diagnostics, &rules))
		config_free(config);
	messages_collect(&diagnostics, messages, sizeof(messages));
	cr_expect(eq(str, messages, (char *)""));
	cr_expect(rules != NULL);
	rules_free(rules);
	diagnostics_fini(&diagnostics);
}

static bool given(const struct config_plugin *written, const char *plugin, const char *arg)
{
	return !strcmp(written->name, plugin) && (!arg || config_find_arg(written, arg));
}

/* Is this plugin there, with this argument unless it is NULL? */
static bool is_given(const struct config *config, const char *plugin, const char *arg)
{
	for (size_t i = 0; i < config->nr_prekill_hooks; i++)
		if (given(&config->prekill_hooks[i], plugin, arg))
			return true;
	for (size_t i = 0; i < config->nr_rulesets; i++) {
		const struct config_ruleset *r = &config->rulesets[i];

		for (size_t j = 0; j < r->nr_actions; j++)
			if (given(&r->actions[j], plugin, arg))
				return true;
		for (size_t j = 0; j < r->nr_groups; j++)
			for (size_t k = 0; k < r->groups[j].nr_detectors; k++)
				if (given(&r->groups[j].detectors[k], plugin, arg))
					return true;
	}
	return false;
}

static void expect_plugin(const struct config *config, const struct plugin *plugin)
{
	cr_expect(is_given(config, plugin->name, NULL), EVERYTHING " has no %s", plugin->name);
	for (const struct plugin_arg *arg = plugin->args; arg && arg->name; arg++)
		cr_expect(is_given(config, plugin->name, arg->name), EVERYTHING " has no %s of %s",
			  arg->name, plugin->name);
}

Test(config_files, nothing_is_missing)
{
	struct diagnostics diagnostics;
	struct config *config = NULL;

	if (!in_project())
		cr_skip_test("not in the project's folder");
	diagnostics_init(&diagnostics, EVERYTHING, false);
	cr_assert(zero(int, config_load(EVERYTHING, &diagnostics, &config)));
	for (size_t i = 0; registry_at(i); i++)
		expect_plugin(config, registry_at(i));
	for (size_t i = 0; hook_registry_at(i); i++)
		expect_plugin(config, hook_registry_at(i));
	for (const struct plugin_arg *arg = kill_arg_table; arg->name; arg++)
		cr_expect(is_given(config, "kill_by_memory_size_or_growth", arg->name), "no %s",
			  arg->name);
	config_free(config);
	diagnostics_fini(&diagnostics);
}
