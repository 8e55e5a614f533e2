/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line: oomd's flags with oomd's exit statuses. */
#include "options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "table_test.h"

static int parse(char *first, char *second, struct options *options)
{
	char *argv[] = { (char *)"boomd", first, second, NULL };

	if (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout))
		return -1;
	return options_parse(1 + !!first + !!second, argv, options);
}

static const struct {
	const char *first, *second;
	const char *why;
} bad[] = {
	{ "--interval", "0", "zero" },
	{ "-i", "-3", "negative" },
	{ "-i", "5s", "a unit" },
	{ "-i", "", "nothing" },
	{ "-i", "4294967296", "overflow" },
	{ "--max-cgroups", "1048577", "more than the table may have" },
	{ "--source", "files", "no such source" },
	{ "--device", "sda", "not MAJOR:MINOR" },
	{ "--ssd-coeffs", "1,x", "no number" },
	{ "stray", NULL, "an argument that is no option" },
	{ "--no-such-option", NULL, "an unknown option" },
};

/* argp ends the process itself, so the status is the test's own. */
ParameterizedTestParameters(options, bad_usage_ends_with_1)
{
	static size_t rows[ARRAY_SIZE(bad)];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		rows[i] = i;
	return cr_make_param_array(size_t, rows, ARRAY_SIZE(bad));
}

ParameterizedTest(size_t *i, options, bad_usage_ends_with_1, .exit_code = 1)
{
	struct options options;

	parse((char *)bad[*i].first, (char *)bad[*i].second, &options);
	_exit(99); /* it was taken */
}

Test(options, defaults_are_those_of_a_daemon)
{
	struct options options;

	cr_assert(zero(int, parse(NULL, NULL, &options)));
	cr_expect(eq(int, options.mode, MODE_DAEMON));
	cr_expect(eq(u32, options.interval_s, 0), "by events");
	cr_expect(zero(ptr, (void *)options.config));
	cr_expect(eq(str, (char *)options.cgroup_fs, "/sys/fs/cgroup"));
	cr_expect(eq(sz, options.max_cgroups, BOOMD_CGROUPS_MAX));
}

Test(options, oomds_flags_are_taken)
{
	struct options options;

	cr_assert(zero(int, parse((char *)"-C", (char *)"/etc/oomd.json", &options)));
	cr_expect(eq(str, (char *)options.config, "/etc/oomd.json"));
	cr_assert(zero(int, parse((char *)"-i", (char *)"5", &options)));
	cr_expect(eq(u32, options.interval_s, 5));
	cr_assert(zero(int, parse((char *)"-f", (char *)"/cg", &options)));
	cr_expect(eq(str, (char *)options.cgroup_fs, "/cg"));
	cr_assert(zero(int, parse((char *)"-c", (char *)"x.json", &options)));
	cr_expect(eq(int, options.mode, MODE_CHECK_CONFIG));
	cr_assert(zero(int, parse((char *)"-w", (char *)"/etc/drop-ins", &options)));
	cr_expect(eq(str, (char *)options.drop_in_dir, "/etc/drop-ins"));
	cr_assert(zero(int, parse((char *)"--drop-in-dir", (char *)"", &options)));
	cr_expect(zero(ptr, (void *)options.drop_in_dir), "as with oomd, none");
	cr_assert(zero(int, parse((char *)"-l", NULL, &options)));
	cr_expect(eq(int, options.mode, MODE_LIST_PLUGINS));
	cr_assert(zero(int, parse((char *)"-r", NULL, &options)));
	cr_expect(eq(int, options.mode, MODE_STATS));
	cr_expect(options.reset_stats && !options.dump_stats);
	cr_assert(zero(int, parse((char *)"-dr", NULL, &options)));
	cr_expect(options.reset_stats && options.dump_stats);
}

#define TEXT(field) offsetof(struct options, field)

/* Every flag of oomd's that takes a text, in each form that getopt_long() takes (oomd.md 3.1). */
static const struct {
	const char *first, *second;
	size_t offset;
} texts[] = {
	{ "--config", "x", TEXT(config) },
	{ "--config=x", NULL, TEXT(config) },
	{ "-C", "x", TEXT(config) },
	{ "-Cx", NULL, TEXT(config) },
	{ "--conf=x", NULL, TEXT(config) }, /* as short as it is unmistakable */
	{ "--cgroup-fs", "x", TEXT(cgroup_fs) },
	{ "--cgroup-fs=x", NULL, TEXT(cgroup_fs) },
	{ "-fx", NULL, TEXT(cgroup_fs) },
	{ "--check-config", "x", TEXT(config) },
	{ "--check-config=x", NULL, TEXT(config) },
	{ "-cx", NULL, TEXT(config) },
	{ "--runtime-dir", "x", TEXT(runtime_dir) },
	{ "--runtime-dir=x", NULL, TEXT(runtime_dir) },
	{ "-D", "x", TEXT(runtime_dir) },
	{ "--drop-in-dir", "x", TEXT(drop_in_dir) },
	{ "--drop-in-dir=x", NULL, TEXT(drop_in_dir) },
	{ "-wx", NULL, TEXT(drop_in_dir) },
	{ "--plugin-dir=x", NULL, TEXT(plugin_dir) },
	{ "--kmsg-override", "x", TEXT(kmsg) },
	{ "--kmsg-override=x", NULL, TEXT(kmsg) },
};

TABLE_TEST(options, texts, texts, row)
{
	struct options options;
	const char *text;

	cr_assert(zero(int, parse((char *)row->first, (char *)row->second, &options)));
	memcpy(&text, (const char *)&options + row->offset, sizeof(text));
	cr_expect(eq(str, (char *)text, (char *)"x"), "%s", row->first);
}

static const struct {
	const char *first;
	enum options_mode mode;
} modes[] = {
	{ "--list-plugins", MODE_LIST_PLUGINS }, { "-l", MODE_LIST_PLUGINS },
	{ "--dump-stats", MODE_STATS },		 { "-d", MODE_STATS },
	{ "--reset-stats", MODE_STATS },	 { "-r", MODE_STATS },
	{ "--check-config=x", MODE_CHECK_CONFIG }, { "--interval=1", MODE_DAEMON },
};

TABLE_TEST(options, modes, modes, row)
{
	struct options options;

	cr_assert(zero(int, parse((char *)row->first, NULL, &options)));
	cr_expect(eq(int, options.mode, (int)row->mode), "%s", row->first);
}

Test(options, version_and_help_end_with_0, .exit_code = 0)
{
	struct options options;

	parse((char *)"-v", NULL, &options);
	_exit(99);
}

Test(options, help_ends_with_0, .exit_code = 0)
{
	struct options options;

	parse((char *)"-h", NULL, &options);
	_exit(99);
}
