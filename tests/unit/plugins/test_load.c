/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plugins of others: the guide's sample, loaded as an administrator would and asked to kill; and
 * every kind of shared object that must not get in.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/redirect.h>

#include "configure.h"
#include "log.h"
#include "plugins/load.h"
#include "plugins/registry.h"
#include "table_test.h"
#include "unit/plugins/world.h"
#include "unit/report/said.h"
#include "unit/trusted.h"

#define DIR    TRUSTED "/plugins"
#define SAMPLE "samples/kill_by_anon.so"
#define GOOD   "tests/plugins/GOOD.so"
#define MIB    WORLD_MIB

static void open_folder(void)
{
	trusted_open();
	cr_assert(zero(int, mkdir(DIR, 0755)));
}

/* from: what make built, below the folder that these tests are in. */
static void put(const char *from, const char *name, mode_t mode)
{
	char path[4096 + 64] = "", to[256];
	int in, out;
	struct stat st;

	cr_assert(gt(int, (int)readlink("/proc/self/exe", path, 4096), 0));
	strcpy(strrchr(path, '/') + 1, from);
	in = open(path, O_RDONLY | O_CLOEXEC);
	cr_assert(ge(int, in, 0), "%s: make unit-tests builds it", path);
	snprintf(to, sizeof(to), DIR "/%s", name);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	cr_assert(zero(int, fstat(in, &st)));
	cr_assert(eq(int, (int)sendfile(out, in, NULL, (size_t)st.st_size), (int)st.st_size));
	cr_assert(zero(int, fchmod(out, mode)));
	close(in);
	close(out);
}

static void put_text(const char *name, const char *text)
{
	char to[256];
	FILE *out;

	snprintf(to, sizeof(to), DIR "/%s", name);
	out = fopen(to, "we");
	fputs(text, out);
	fclose(out);
	chmod(to, 0644);
}

static size_t count_plugins(void)
{
	size_t nr = 0;

	while (registry_at(nr))
		nr++;
	return nr;
}

Test(load, others_are_as_good_as_built_in)
{
	size_t nr_before = count_plugins();

	open_folder();
	put(SAMPLE, "kill_by_anon.so", 0644);
	put(GOOD, "another.so", 0755);
	cr_assert(zero(int, plugins_load(DIR)));
	cr_assert(eq(sz, count_plugins(), nr_before + 2));
	for (size_t i = 1; registry_at(i); i++)
		cr_expect(lt(int, strcmp(registry_at(i - 1)->name, registry_at(i)->name), 0));
	cr_expect(eq(str, (char *)registry_find("kill_by_anon")->name, "kill_by_anon"));
	cr_expect(eq(str, (char *)registry_find("good")->name, "good"),
		  "not the one before under another name");
	cr_expect(eq(str, (char *)registry_nearest("kill_by_anonn"), "kill_by_anon"));
	cr_expect(eq(str, (char *)registry_nearest("kill_by_presure"), "kill_by_pressure"));
}

Test(load, list_shows_them)
{
	static char list[65536];
	FILE *out;

	open_folder();
	put(SAMPLE, "kill_by_anon.so", 0644);
	cr_assert(zero(int, plugins_load(DIR)));
	cr_redirect_stdout();
	registry_print();
	fflush(stdout);
	out = cr_get_redirected_stdout();
	list[fread(list, 1, sizeof(list) - 1, out)] = '\0';
	cr_expect(strstr(list,
			 "kill_by_anon (kill action): kills the cgroup with the most anonymous "
			 "memory\n    threshold ") != NULL,
		  "%s", list);
}

/* --- the sample's policy, by the base and the recording killer --- */

#define ROWS(...) { __VA_ARGS__, { 0 } }

static const struct {
	const char *why, *args;
	struct world_row rows[6];
	const char *victim, *said; /* NULL: nobody */
} samples[] = {
	{"most anonymous memory", "cgroup=*",
	 ROWS({.path = "a", .anon_bytes = 10 * MIB, .memory_bytes = 90 * MIB},
	      {.path = "b", .anon_bytes = 30 * MIB, .memory_bytes = 30 * MIB}),
	 "b", "Picked \"b\" for 30MB of anonymous memory, of 40MB among 2"},
	{"swap counts", "cgroup=*",
	 ROWS({.path = "a", .anon_bytes = 10 * MIB, .swap_bytes = 25 * MIB},
	      {.path = "b", .anon_bytes = 30 * MIB}),
	 "a", "Picked \"a\" for 35MB of anonymous memory, of 65MB among 2"},
	{"if it is wanted", "cgroup=*;swap=false",
	 ROWS({.path = "a", .anon_bytes = 10 * MIB, .swap_bytes = 25 * MIB},
	      {.path = "b", .anon_bytes = 30 * MIB}),
	 "b", "Picked \"b\" for 30MB of anonymous memory, of 40MB among 2"},
	{"the small are left out", "cgroup=*;threshold=20M",
	 ROWS({.path = "a", .anon_bytes = 19 * MIB}, {.path = "b", .anon_bytes = 20 * MIB}), "b",
	 "Picked \"b\" for 20MB of anonymous memory, of 20MB among 1"},
	{"nobody is large enough", "cgroup=*;threshold=31M",
	 ROWS({.path = "a", .anon_bytes = 10 * MIB}, {.path = "b", .anon_bytes = 30 * MIB}), NULL,
	 NULL},
	{"preferences are honoured", "cgroup=*",
	 ROWS({.path = "a", .anon_bytes = 10 * MIB},
	      {.path = "b", .anon_bytes = 30 * MIB, .preference = PREFERENCE_AVOID}),
	 "a", "Picked \"a\" for 10MB of anonymous memory, of 40MB among 2"},
	{"down the tree", "cgroup=*;recursive=true",
	 ROWS({.path = "a", .anon_bytes = 50 * MIB}, {.path = "a/x", .anon_bytes = 20 * MIB},
	      {.path = "a/y", .anon_bytes = 30 * MIB}, {.path = "b", .anon_bytes = 40 * MIB}),
	 "a/y", "Picked \"a/y\" for 30MB of anonymous memory, of 50MB among 2"},
};

TABLE_TEST(load, sample_kills, samples, row)
{
	static struct world world;
	struct instance instance;
	char paths[256];
	bool said = false;

	open_folder();
	put(SAMPLE, "kill_by_anon.so", 0644);
	cr_assert(zero(int, plugins_load(DIR)));
	instance = world_plugin_named("kill_by_anon", row->args);
	world_open(&world, row->rows);
	world_run(&world, &instance);
	cr_expect(eq(str, (char *)recording_killer_paths(&world.recorder, paths, sizeof(paths)),
		     (char *)(row->victim ? row->victim : "")), "%s", row->why);
	for (size_t i = 0; row->said && i < world.decision.nr_lines; i++)
		said |= !strcmp(world.decision.lines[i], row->said);
	cr_expect(eq(int, said, row->said != NULL), "%s: %s", row->why, world.decision.lines[0]);
	instance_free(&instance);
	world_close(&world);
}

static const struct {
	const char *args;
	int error;
} inits[] = {
	{ "cgroup=*;threshold=0", 0 },
	{ "cgroup=*;threshold=-1", -EINVAL },
	{ "cgroup=*;threshold=100%", 0 },
	{ "cgroup=*;threshold=9000000G", -EINVAL },
};

TABLE_TEST(load, sample_checks_its_arguments, inits, row)
{
	struct instance instance = { 0 };
	struct plugin_error error = { 0 };

	open_folder();
	put(SAMPLE, "kill_by_anon.so", 0644);
	cr_assert(zero(int, plugins_load(DIR)));
	cr_expect(eq(int,
		     world_try_plugin(registry_find("kill_by_anon"), row->args, &instance, &error),
		     row->error),
		  "%s", row->args);
	if (row->error)
		cr_expect(eq(str, (char *)error.arg, "threshold"), "%s", row->args);
	instance_free(&instance);
}

/* A configuration that names it is in order as soon as it is loaded, and not before. */
Test(load, configuration_may_name_it)
{
	const struct options options = { .config = DIR "/boomd.json" };
	const struct plugin_env env = { .memory_total_bytes = 1 << 30 };
	struct rules *rules = NULL;

	open_folder();
	put(SAMPLE, "kill_by_anon.so", 0644);
	put_text("boomd.json",
		 "{ \"rulesets\": [ { \"name\": \"r\", \"detectors\": [ [ \"g\", { \"name\": "
		 "\"continue\" } ] ], \"actions\": [ { \"name\": \"kill_by_anon\", \"args\": "
		 "{ \"cgroup\": \"*\", \"threshold\": \"1%\", \"recursive\": true } } ] } ] }");
	said_begin();
	cr_expect(lt(int, configure(&options, &env, &rules), 0));
	cr_expect(strstr(said_end(), "kill_by_anon") != NULL);
	cr_assert(zero(int, plugins_load(DIR)));
	cr_assert(zero(int, configure(&options, &env, &rules)));
	rules_free(rules);
}

/* --- what must not get in --- */

static const struct {
	const char *object; /* NULL: text */
	mode_t mode;
	const char *said;
} refused[] = {
	{ "tests/plugins/WRONG_SIZE.so", 0644, " bytes: build it again\n" },
	{ "tests/plugins/WRONG_MAJOR.so", 0644, "was built for plugin API 2, table of " },
	{ "tests/plugins/NO_LAYOUT.so", 0644, "build it again with PLUGIN_EXPORT()" },
	{ "tests/plugins/WRONG_LAYOUT.so", 0644, "was built for structs of other sizes" },
	{ "tests/plugins/NO_EXPORT.so", 0644, "has no boomd_plugin" },
	{ "tests/plugins/NULL_EXPORT.so", 0644, "has no boomd_plugin" },
	{ "tests/plugins/INCOMPLETE.so", 0644, "its table lacks a name" },
	{ "tests/plugins/HOOK.so", 0644, "is no detector and no action" },
	{ "tests/plugins/TAKEN.so", 0644, "there is a plugin kill_by_pressure already" },
	{ "tests/plugins/UNDEFINED.so", 0644, "undefined symbol: there_is_no_such_function" },
	{ GOOD, 0666, DIR "/m.so: can be written by everybody\n" },
	{ NULL, 0644, "invalid ELF header" },
};

/* One bad apple: it is named, the others are loaded. */
TABLE_TEST(load, refused, refused, row)
{
	size_t nr_before = count_plugins();

	open_folder();
	if (row->object)
		put(row->object, "m.so", row->mode);
	else
		put_text("m.so",
			 "#!/bin/sh\necho this is no shared object, but long enough to be one\n");
	put(SAMPLE, "z.so", 0644);
	said_begin();
	log_init("");
	cr_expect(eq(int, plugins_load(DIR), 1), "%s", row->said);
	cr_expect(strstr(said_end(), row->said) != NULL, "%s", row->said);
	cr_expect(eq(sz, count_plugins(), nr_before + 1), "%s", row->said);
	cr_expect(registry_find("kill_by_anon") != NULL, "%s", row->said);
	cr_expect(registry_find("good") == NULL, "%s", row->said);
}

Test(load, same_file_by_two_names)
{
	open_folder();
	put(GOOD, "a.so", 0644);
	cr_assert(zero(int, link(DIR "/a.so", DIR "/b.so")));
	said_begin();
	cr_expect(eq(int, plugins_load(DIR), 1));
	cr_expect(strstr(said_end(),
			 "plugin " DIR "/b.so is refused: there is a plugin good already") != NULL);
}

Test(load, links_are_not_followed)
{
	open_folder();
	put(GOOD, "good", 0644);
	cr_assert(zero(int, symlink("good", DIR "/good.so")));
	said_begin();
	cr_expect(eq(int, plugins_load(DIR), 1));
	cr_expect(strstr(said_end(), DIR "/good.so: is a symbolic link\n") != NULL);
}

Test(load, only_shared_objects)
{
	size_t nr_before = count_plugins();

	open_folder();
	put_text("README", "text");
	put_text("x.so.bak", "text");
	put_text(".so", "text");
	put_text(".x.so", "text");
	put_text("so", "text");
	cr_expect(zero(int, plugins_load(DIR)));
	cr_expect(eq(sz, count_plugins(), nr_before));
}

/* What a file's name has in it does not reach a terminal. */
Test(load, hostile_name)
{
	open_folder();
	put_text("\x1b[2J\n.so", "text");
	said_begin();
	cr_expect(eq(int, plugins_load(DIR), 1));
	cr_expect(strstr(said_end(), "plugin " DIR "/\\x1b[2J\\x0a.so is refused") != NULL);
}

Test(load, folder_of_others)
{
	open_folder();
	put(GOOD, "good.so", 0644);
	cr_assert(zero(int, chmod(DIR, 0777)));
	said_begin();
	cr_expect(eq(int, plugins_load(DIR), -EPERM));
	cr_expect(strstr(said_end(), DIR ": can be written by everybody") != NULL);
	cr_expect(registry_find("good") == NULL);
	cr_expect(eq(int, plugins_load(TRUSTED "/missing"), -ENOENT));
}

Test(load, there_is_an_end_to_it)
{
	static struct plugin many[256];
	static char names[256][8];
	int err = 0;
	size_t nr = 0;

	for (; nr < 256 && !err; nr++) {
		snprintf(names[nr], sizeof(names[nr]), "m%zu", nr);
		many[nr].name = names[nr];
		err = registry_add(&many[nr]);
	}
	cr_expect(eq(int, err, -ENOSPC));
	cr_expect(eq(sz, nr, 65));
	cr_expect(eq(int, registry_add(registry_find("stop")), -EEXIST));
}
