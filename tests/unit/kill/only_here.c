/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Only user/kill/ sends signals: no other file of user/ calls kill(2) or one of its kin. Reads the
 * sources, so it runs in the repository's top folder, as `make unit` does.
 */
#include <ctype.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table_test.h"

#define FILE_BYTES (256 * 1024)

static const char *const calls[] = {
	"kill",
	"killpg",
	"tkill",
	"tgkill",
	"sigqueue",
	"pthread_kill",
	"pidfd_send_signal",
	"rt_sigqueueinfo",
	"rt_tgsigqueueinfo",
	"process_mrelease",
	"pthread_sigqueue",
};
static const char *const numbers[] = {
	"SYS_kill",  "SYS_tkill",  "SYS_tgkill",  "SYS_rt_sig",	      "SYS_pidfd_send",
	"__NR_kill", "__NR_tkill", "__NR_tgkill", "__NR_rt_sigqueue", "__NR_pidfd_send",
};

/* Blanks comments, keeps strings (a path like "cgroup.kill" counts). */
static void strip_comments(char *text)
{
	char quote = 0;

	for (; *text; text++) {
		if (quote) {
			if (*text == '\\' && text[1])
				text++;
			else if (*text == quote)
				quote = 0;
		} else if (*text == '"' || *text == '\'') {
			quote = *text;
		} else if (text[0] == '/' && text[1] == '*') {
			while (*text && !(text[0] == '*' && text[1] == '/'))
				*text++ = ' ';
			if (!*text)
				return;
			text[0] = text[1] = ' ';
		} else if (text[0] == '/' && text[1] == '/') {
			while (*text && *text != '\n')
				*text++ = ' ';
			if (!*text)
				return;
		}
	}
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* name followed by "(", and not a member's name: killer->ops->kill() is how one asks for it. */
static bool calls_function(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strstr(text, name); at; at = strstr(at + 1, name)) {
		const char *after = at + length;
		char before = at == text ? ' ' : at[-1];

		while (*after == ' ' || *after == '\t' || *after == '\n')
			after++;
		if (*after != '(' || is_word(before) || before == '.' || before == '>')
			continue;
		return true;
	}
	return false;
}

/* What it sends signals by, or NULL. Changes text. */
static const char *find_signalling(char *text)
{
	strip_comments(text);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		if (calls_function(text, calls[i]))
			return calls[i];
	}
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strstr(text, numbers[i]))
			return numbers[i];
	}
	return strstr(text, "\"cgroup.kill\"") ? "cgroup.kill" : NULL;
}

static const struct {
	const char *why, *text;
	bool found;
} texts[] = {
	{"a plain call", "x = kill(pid, 9);", true},
	{"with a blank", "kill (pid, 9);", true},
	{"over two lines", "kill\n\t(pid, 9);", true},
	{"negated", "if (!kill(pid, 9))", true},
	{"the system call by number", "syscall(SYS_kill, pid, 9);", true},
	{"the kernel's own name of it", "syscall(__NR_pidfd_send_signal, fd, 9);", true},
	{"by pidfd", "pidfd_send_signal(fd, 9, NULL, 0);", true},
	{"after a comment", "/* fine */ kill(pid, 9);", true},
	{"after a string that looks like one", "say(\"/*\"); kill(pid, 9); say(\"*/\");", true},
	{"an escaped quote", "say(\"\\\"/*\"); kill(pid, 9); /**/", true},
	{"the file", "openat(fd, \"cgroup.kill\", O_WRONLY);", true},
	{"in a comment", "/* as kill(2) does: kill(pid, 9) */", false},
	{"in a line comment", "// kill(pid, 9)\nx();", false},
	{"asking the killer", "killer->ops->kill(killer, &request, &result);", false},
	{"the member's type", "int (*kill)(struct killer *killer);", false},
	{"part of a name", "attempt_kill(search, target); killer(x); unkill(y);", false},
	{"a member that is no function", ".kill = real_kill", false},
};

TABLE_TEST(kill_only_here, matcher, texts, row)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", row->text);
	cr_expect(eq(int, find_signalling(text) != NULL, row->found), "%s", row->why);
}

static size_t nr_files, nr_kill_files, nr_found_here;

static int look_at(const char *path, const struct stat *st, int type, struct FTW *where)
{
	static char text[FILE_BYTES];
	const char *suffix = strrchr(path, '.'), *found;
	bool here = !strncmp(path, "user/kill/", 10);
	size_t length;
	FILE *file;

	(void)st;
	(void)where;
	if (type != FTW_F || !suffix || (strcmp(suffix, ".c") && strcmp(suffix, ".h")))
		return 0;
	file = fopen(path, "r");
	cr_assert(file != NULL, "%s", path);
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	cr_assert(lt(sz, length, sizeof(text) - 1), "%s is too large for this test", path);
	text[length] = '\0';
	found = find_signalling(text);
	nr_files++;
	nr_kill_files += here;
	nr_found_here += here && found;
	cr_expect(here || !found, "%s uses %s: only user/kill/ may", path, found ? found : "");
	return 0;
}

Test(kill_only_here, nobody_else_signals)
{
	cr_assert(zero(int, nftw("user", look_at, 8, FTW_PHYS)), "run me in the top folder");
	cr_expect(gt(sz, nr_kill_files, 5), "user/kill/ was not seen");
	cr_expect(gt(sz, nr_files, nr_kill_files), "only user/kill/ was seen");
	cr_expect(ge(sz, nr_found_here, 2),
		  "the matcher does not even find the killer's own calls");
}
