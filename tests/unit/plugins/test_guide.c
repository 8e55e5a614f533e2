/* SPDX-License-Identifier: GPL-2.0-only */
/* docs/writing-a-kill-plugin.md quotes code: every line of it must be in the files it is from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table_test.h"

#define GUIDE "docs/writing-a-kill-plugin.md"

static const char *const quoted[] = {
	"user/plugins/plugin.h",
	"user/plugins/registry.c",
	"docs/samples/kill_by_anon.c",
	"user/plugins/kill/kill_by_io_cost.c",
	"user/plugins/kill/kill_by_pressure.c",
	"tests/unit/plugins/test_kill_plugins.c",
};

/* The file between two newlines, so that a line is found whole or not at all. */
static size_t append_file(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t used = 0;

	if (!file)
		return 0;
	text[used++] = '\n';
	used += fread(text + used, 1, size - used - 1, file);
	text[used] = '\0';
	fclose(file);
	return used;
}

Test(guide, quotes_real_code)
{
	static char code[256 * 1024], guide[64 * 1024];
	bool in_code = false;
	size_t nr_lines = 0, used = 0;
	char *more = NULL;

	if (!append_file(GUIDE, guide, sizeof(guide)))
		cr_skip_test("not in the project's folder");
	for (size_t i = 0; i < ARRAY_SIZE(quoted); i++) {
		size_t length = append_file(quoted[i], code + used, sizeof(code) - used);

		cr_assert(gt(sz, length, 1), "%s", quoted[i]);
		used += length;
	}
	cr_assert(lt(sz, used, sizeof(code) - 1));
	for (char *line = strtok_r(guide, "\n", &more); line; line = strtok_r(NULL, "\n", &more)) {
		char whole[256];

		if (!strncmp(line, "```", 3)) {
			in_code = line[3] == 'c';
			continue;
		}
		if (!in_code)
			continue;
		snprintf(whole, sizeof(whole), "\n%s\n", line);
		cr_expect(strstr(code, whole) != NULL, "no file has this line: %s", line);
		nr_lines++;
	}
	cr_expect(gt(sz, nr_lines, 30));
}

#define INSTALLED "/usr/include/boomd"

/* The guide's command, with the headers that make would install, and what it makes put aside. */
static bool find_command(const char *guide, const char *build, const char *object, char *command,
			 size_t size)
{
	const char *line = strstr(guide, "\ncc "), *include;

	if (!line || !(include = strstr(line, INSTALLED)))
		return false;
	line++;
	snprintf(command, size, "cd docs/samples && %.*s%s/include/boomd%.*s -o %s",
		 (int)(include - line), line, build,
		 (int)(strstr(include, " -o ") - include - strlen(INSTALLED)),
		 include + strlen(INSTALLED), object);
	return true;
}

Test(guide, command_builds_the_sample)
{
	static char guide[64 * 1024];
	char build[4096 + 1] = "", command[16 * 1024], object[] = "/tmp/boomd-sample-XXXXXX";

	if (!append_file(GUIDE, guide, sizeof(guide)))
		cr_skip_test("not in the project's folder");
	cr_assert(gt(int, (int)readlink("/proc/self/exe", build, sizeof(build) - 1), 0));
	*strrchr(build, '/') = '\0';
	close(mkstemp(object));
	cr_assert(find_command(guide, build, object, command, sizeof(command)));
	cr_expect(zero(int, system(command)), "%s", command);
	unlink(object);
}
