/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the program ends that lies beside the tests (oomd.md 0.19 and 3.1): by a status, whatever the
 * configuration, where oomd aborts.
 */
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/conformance/machine.h"

#define SAME	NULL, NULL
#define ABORTS	"134 (SIGABRT)", "a mistake in a file is told with its place, and is no crash"
#define PLUGINS "\"detectors\": [[\"g\", {\"name\": \"continue\"}]], \"actions\": [{\"name\": \"stop\"}]"
#define ARGS_MAX 12

extern char **environ;

static const struct {
	struct conformance is;
	const char *config; /* text of the file CONFIG; NULL: there is none */
	const char *args;   /* in which CONFIG and CGROUP_FS, RUNTIME stand for paths */
} exits[] = {
	{ { "exit status (good)", "--check-config of a good file", "0", SAME },
	  "{\"rulesets\": [{\"name\": \"r\", " PLUGINS "}]}", "--check-config CONFIG" },
	{ { "exit status (bad)", "--check-config: an unknown plugin", "1", SAME },
	  "{\"rulesets\": [{\"name\": \"r\", \"detectors\": [[\"g\", {\"name\": \"nix\"}]], "
	  "\"actions\": [{\"name\": \"stop\"}]}]}", "--check-config CONFIG" },
	{ { "exit status (missing)", "--check-config: no such file", "1", SAME }, NULL,
	  "--check-config CONFIG" },
	{ { "0.19 (malformed)", "--check-config: malformed JSON", "1", ABORTS }, "{\"rulesets\": [",
	  "--check-config CONFIG" },
	{ { "0.19 (top-level list)", "--check-config: []", "1", ABORTS }, "[]",
	  "--check-config CONFIG" },
	{ { "0.19 (wrong-typed key)", "--check-config: silence-logs is a list", "1", ABORTS },
	  "{\"rulesets\": [{\"name\": \"r\", \"silence-logs\": [\"engine\"], " PLUGINS "}]}",
	  "--check-config CONFIG" },
	{ { "0.19 (no number)", "--check-config: post_action_delay \"soon\"", "1", ABORTS },
	  "{\"rulesets\": [{\"name\": \"r\", \"post_action_delay\": \"soon\", " PLUGINS "}]}",
	  "--check-config CONFIG" },
	{ { "0.19 (no number)", "--check-config: prekill_hook_timeout \"soon\"", "1", ABORTS },
	  "{\"rulesets\": [{\"name\": \"r\", \"prekill_hook_timeout\": \"soon\", " PLUGINS "}]}",
	  "--check-config CONFIG" },
	{ { "exit status (daemon)", "the daemon with a file that is not there", "3", SAME }, NULL,
	  "--source cgroupfs --cgroup-fs CGROUP_FS --runtime-dir RUNTIME --config CONFIG" },
	{ { "0.19 (daemon)", "the daemon with malformed JSON", "3", ABORTS }, "{\"rulesets\": [",
	  "--source cgroupfs --cgroup-fs CGROUP_FS --runtime-dir RUNTIME --config CONFIG" },
	{ { "exit status (usage)", "--interval 0", "1", SAME }, NULL, "--interval 0" },
	{ { "exit status (usage)", "--interval 99999999999", "1", ABORTS }, NULL,
	  "--interval 99999999999" },
	{ { "exit status (usage)", "an unknown option", "1", SAME }, NULL, "--no-such-option" },
	{ { "exit status (help)", "--help", "0", SAME }, NULL, "--help" },
	{ { "exit status (version)", "--version", "0", SAME }, NULL, "--version" },
};

/* boomd lies beside the program of the tests; false: it was not built. */
static bool find_boomd(char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof("/boomd"));

	path[n < 0 ? 0 : n] = '\0';
	if (!strrchr(path, '/'))
		return false;
	strcpy(strrchr(path, '/'), "/boomd");
	return !access(path, X_OK);
}

/* What stands for a path, or the word itself. */
static char *argument(char *word, const struct fixture *fixture, char buf[PATH_MAX])
{
	if (!strcmp(word, "CGROUP_FS"))
		return (char *)fixture_cgroup_fs(fixture);
	if (!strcmp(word, "CONFIG"))
		snprintf(buf, PATH_MAX, "%s/config.json", fixture_proc(fixture));
	else if (!strcmp(word, "RUNTIME"))
		snprintf(buf, PATH_MAX, "%s/run", fixture_proc(fixture));
	else
		return word;
	return buf;
}

static void run_boomd(char *boomd, const char *args, const struct fixture *fixture, char *buf)
{
	static char paths[ARGS_MAX][PATH_MAX];
	char words[256], *more = NULL, *argv[ARGS_MAX + 1] = { boomd };
	posix_spawn_file_actions_t quiet;
	int status = -1;
	size_t nr = 1;
	pid_t pid;

	snprintf(words, sizeof(words), "%s", args);
	for (char *word = strtok_r(words, " ", &more); word && nr < ARGS_MAX;
	     word = strtok_r(NULL, " ", &more), nr++)
		argv[nr] = argument(word, fixture, paths[nr]);
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	cr_assert(zero(int, posix_spawn(&pid, boomd, &quiet, NULL, argv, environ)));
	posix_spawn_file_actions_destroy(&quiet);
	cr_assert(eq(int, waitpid(pid, &status, 0), pid));
	snprintf(buf, CONFORMANCE_TEXT_MAX, "%s%d", WIFEXITED(status) ? "" : "signal ",
		 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

CONFORMANCE(exit_status, "How it ends (oomd.md 0.19, 3.1)", exits, row)
{
	char found[CONFORMANCE_TEXT_MAX] = "", boomd[PATH_MAX];
	struct fixture *fixture;

	if (!find_boomd(boomd))
		cr_skip_test("boomd is not built");
	if (strstr(row->args, "CGROUP_FS") && geteuid())
		cr_skip_test("not root");
	fixture = fixture_new();
	if (row->config)
		fixture_write_proc(fixture, "config.json", "%s", row->config);
	run_boomd(boomd, row->args, fixture, found);
	fixture_free(fixture);
	conformance_expect(&row->is, found);
}
