/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The built-in configuration: the real plugins take it without a word, and its patterns choose
 * what its comments say, on a machine with systemd, on a container host, and without either.
 */
#include <stdio.h>
#include <string.h>

#include "config/args.h"
#include "plugins/registry.h"
#include "table_test.h"
#include "unit/config/messages.h"

static const struct plugin_env env = { .memory_total_bytes = 8ULL << 30 };

static struct config *built_in(void)
{
	struct diagnostics diagnostics;
	struct config *config = NULL;
	char messages[1024];

	diagnostics_init(&diagnostics, "(built in)", true);
	cr_assert(zero(int, config_default(&diagnostics, &config)));
	messages_collect(&diagnostics, messages, sizeof(messages));
	cr_assert(eq(str, messages, (char *)""));
	diagnostics_fini(&diagnostics);
	return config;
}

static void try_plugin(const struct config_plugin *written, enum plugin_kind kind)
{
	const struct plugin *plugin = registry_find(written->name);
	struct diagnostics diagnostics;
	struct plugin_error error = { 0 };
	struct instance instance;
	char messages[1024];

	cr_assert(not(zero(ptr, (void *)plugin)), "no plugin %s", written->name);
	cr_expect(eq(int, plugin->kind, kind), "%s", written->name);
	cr_assert(zero(int, instance_new(plugin, &instance)));
	diagnostics_init(&diagnostics, "(built in)", true);
	cr_expect(zero(int, args_fill(&instance, written, &env, &diagnostics)));
	messages_collect(&diagnostics, messages, sizeof(messages));
	cr_expect(eq(str, messages, (char *)""));
	cr_expect(zero(int, instance_init(&instance, &env, &error)), "%s: %s", written->name,
		  error.text);
	instance_free(&instance);
	diagnostics_fini(&diagnostics);
}

Test(config_default, plugins_take_it)
{
	struct config *config = built_in();

	cr_assert(eq(sz, config->nr_rulesets, 3));
	for (size_t i = 0; i < config->nr_rulesets; i++) {
		const struct config_ruleset *ruleset = &config->rulesets[i];

		for (size_t j = 0; j < ruleset->nr_groups; j++)
			for (size_t k = 0; k < ruleset->groups[j].nr_detectors; k++)
				try_plugin(&ruleset->groups[j].detectors[k], PLUGIN_DETECT);
		for (size_t j = 0; j < ruleset->nr_actions; j++)
			try_plugin(&ruleset->actions[j], PLUGIN_KILL);
	}
	config_free(config);
}

static bool path_matches(const struct config_plugin *plugin, const char *path)
{
	struct cgroup levels[16] = { { .name = "" } };
	struct cgroup_patterns patterns;
	char copy[256], *rest = copy;
	const char *why;
	size_t nr = 1, offset;
	bool matches;

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *name; (name = strsep(&rest, "/")); nr++)
		levels[nr] = (struct cgroup){ .name = name, .parent = &levels[nr - 1] };
	cr_assert(zero(int, cgroup_patterns_parse(config_find_arg(plugin, "cgroup")->value,
						  &patterns, &why, &offset)));
	matches = cgroup_patterns_match(&patterns, &levels[nr - 1]);
	cgroup_patterns_free(&patterns);
	return matches;
}

enum { CONTAINED = 1, SESSIONS = 2, MACHINE = 4 };

/* Which rulesets' victims a cgroup may be, by its own path (below it `recursive` goes on). */
static const struct {
	const char *path;
	int victims;
} choices[] = {
	{ "init.scope", 0 },
	{ "system.slice", 0 },
	{ "system.slice/systemd-journald.service", 0 },
	{ "system.slice/dbus.service", 0 },
	{ "system.slice/dbus-broker.service", 0 },
	{ "system.slice/ssh.service", 0 },
	{ "system.slice/sshd.service", 0 },
	{ "system.slice/postgresql.service", MACHINE },
	{ "system.slice/docker.service", MACHINE },
	{ "system.slice/smbd.service", MACHINE },
	{ "system.slice/docker-0123abcd.scope", CONTAINED | MACHINE },
	{ "user.slice", MACHINE },
	{ "user.slice/user-1000.slice", 0 },
	{ "user.slice/user-1000.slice/session-2.scope", SESSIONS },
	{ "user.slice/user-1000.slice/user@1000.service", 0 },
	{ "user.slice/user-1000.slice/user@1000.service/init.scope", 0 },
	{ "user.slice/user-1000.slice/user@1000.service/session.slice/gnome-shell.service", 0 },
	{ "user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox.scope", SESSIONS },
	{ "user.slice/user-1000.slice/user@1000.service/app.slice/app-term.slice", SESSIONS },
	{ "user.slice/user-1000.slice/user@1000.service/background.slice/x.service", SESSIONS },
	{ "user.slice/user-1000.slice/user@1000.service/user.slice/libpod-1.scope", SESSIONS },
	{ "machine.slice", CONTAINED | MACHINE },
	{ "machine.slice/libpod-1.scope", CONTAINED },
	{ "demo.slice", CONTAINED | MACHINE },
	{ "demo.slice/hog", CONTAINED },
	{ "kubepods.slice/kubepods-burstable.slice", CONTAINED },
	{ "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice", CONTAINED },
	{ "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-1.scope",
	  CONTAINED },
	{ "docker/0123abcd", CONTAINED },
	{ "lxc.payload.web", CONTAINED | MACHINE },
};

TABLE_TEST(config_default, choices, choices, row)
{
	struct config *config = built_in();
	int victims = 0;

	for (size_t i = 0; i < config->nr_rulesets; i++)
		if (path_matches(&config->rulesets[i].actions[0], row->path))
			victims |= 1 << i;
	cr_expect(eq(int, victims, row->victims), "%s", row->path);
	config_free(config);
}
