/* SPDX-License-Identifier: GPL-2.0-only */
/* The bpf source: opened once, pinned while it lives, gone without a trace, readable by bpftool. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/bpf_source.h"

TestSuite(bpf_life, .init = bpf_test_setup, .fini = bpf_test_teardown, .timeout = 120);

static const char *const pins[] = { "cgroups", "psi_groups", "watches", "rows",
				    "tasks",   "devices",    "state",	"records" };

static bool pinned(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), BOOMD_PIN_DIR "/%s", name);
	return !access(path, F_OK);
}

/* Can a second daemon open? 0 or what it was told */
static int open_another(const char **ret_why)
{
	const struct source_options options = {};
	struct source *other = NULL;
	int err = source_bpf_open(&options, &other, ret_why);

	if (!err)
		other->ops->close(other);
	return err;
}

Test(bpf_life, every_map_is_pinned_with_types_and_nothing_is_left_after_close)
{
	for (size_t i = 0; i < ARRAY_SIZE(pins); i++) {
		struct bpf_map_info info = {};
		__u32 len = sizeof(info);
		char path[128];
		int fd;

		snprintf(path, sizeof(path), BOOMD_PIN_DIR "/%s", pins[i]);
		fd = bpf_obj_get(path);
		cr_assert(ge(int, fd, 0), "%s", path);
		cr_assert(zero(int, bpf_obj_get_info_by_fd(fd, &info, &len)));
		close(fd);
		if (!strcmp(pins[i], "records"))
			continue; /* a ring buffer has neither keys nor values */
		cr_expect(ne(u32, info.btf_key_type_id, 0), "%s", path);
		cr_expect(ne(u32, info.btf_value_type_id, 0), "%s", path);
	}
	bpf_test_close();
	cr_expect(eq(int, access(BOOMD_PIN_DIR, F_OK), -1));
}

Test(bpf_life, bpftool_prints_names_one_can_read)
{
	char text[65536];
	size_t len;
	FILE *tool;

	(void)guest_cgroup_new("one.slice/readable.service");
	tool = popen("bpftool map dump pinned " BOOMD_PIN_DIR "/cgroups 2>&1", "re");
	cr_assert(ne(ptr, tool, NULL));
	len = fread(text, 1, sizeof(text) - 1, tool);
	text[len] = '\0';
	cr_assert(zero(int, pclose(tool)), "%s", text);
	cr_expect(ne(ptr, strstr(text, "readable.service"), NULL), "%s", text);
	cr_expect(ne(ptr, strstr(text, "\"parent_id\""), NULL), "%s", text);
	cr_expect(ne(ptr, strstr(text, "\"watch_mask\""), NULL), "%s", text);
	cr_expect(ne(ptr, strstr(text, "\"level\""), NULL), "%s", text);
}

Test(bpf_life, a_second_daemon_is_refused_and_harms_nothing)
{
	const char *why = NULL;

	cr_assert(eq(int, open_another(&why), -EBUSY));
	cr_expect(ne(ptr, strstr(why, "another boomd"), NULL), "%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(pins); i++)
		cr_expect(pinned(pins[i]), "%s", pins[i]);
	cr_expect(gt(sz, bpf_test_snapshot().nr_rows, 0));
	bpf_test_close();
	cr_expect(zero(int, open_another(&why)), "%s", why);
}

Test(bpf_life, pins_of_a_crashed_daemon_are_cleaned_up)
{
	struct stat before, after;
	pid_t pid;
	int status;

	bpf_test_close();
	pid = fork();
	if (!pid) {
		const struct source_options options = {};
		struct source *doomed;
		const char *why;

		if (source_bpf_open(&options, &doomed, &why))
			_exit(1);
		raise(SIGKILL);
	}
	cr_assert(eq(int, waitpid(pid, &status, 0), pid));
	cr_assert(eq(int, WIFSIGNALED(status) ? WTERMSIG(status) : 0, SIGKILL));
	cr_assert(zero(int, stat(BOOMD_PIN_DIR "/cgroups", &before)), "it left its pins");
	cr_assert(zero(int, mkdir(BOOMD_PIN_DIR "/folder", 0700)));
	bpf_test_open(0);
	cr_expect(eq(int, access(BOOMD_PIN_DIR "/folder", F_OK), -1));
	cr_assert(zero(int, stat(BOOMD_PIN_DIR "/cgroups", &after)));
	cr_expect(ne(u64, before.st_ino, after.st_ino), "these are new ones");
}

Test(bpf_life, a_folder_that_is_no_cgroup2_is_refused_with_a_reason)
{
	const struct source_options options = { .cgroup_fs = "/proc" };
	struct source *none = NULL;
	const char *why = "";

	bpf_test_close();
	cr_expect(eq(int, source_bpf_open(&options, &none, &why), -ENOTSUP));
	cr_expect(ne(ptr, strstr(why, "cgroup2"), NULL), "%s", why);
	cr_expect(eq(int, access(BOOMD_PIN_DIR, F_OK), -1), "and leaves nothing behind");
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	cr_assert(ge(int, fd, 0), "%s", path);
	cr_assert(eq(long, write(fd, text, strlen(text)), (long)strlen(text)));
	close(fd);
}

Test(bpf_life, a_kernel_that_hides_its_addresses_is_refused_with_a_reason)
{
	const char *why = "";
	int err;

	bpf_test_close();
	write_file("/proc/sys/kernel/kptr_restrict", "2");
	err = open_another(&why);
	write_file("/proc/sys/kernel/kptr_restrict", "0");
	cr_expect(eq(int, err, -ENOTSUP));
	cr_expect(ne(ptr, strstr(why, "kptr_restrict"), NULL), "%s", why);
	cr_expect(eq(int, access(BOOMD_PIN_DIR, F_OK), -1), "and leaves nothing behind");
}

Test(bpf_life, every_rung_is_the_best_one_on_these_kernels)
{
	struct source *source = bpf_test_source();
	struct capability rungs[32];
	size_t nr = source->ops->capabilities(source, rungs, ARRAY_SIZE(rungs));

	cr_assert(eq(sz, nr, 9));
	cr_assert(le(sz, nr, ARRAY_SIZE(rungs)));
	for (size_t i = 0; i < nr; i++) {
		cr_expect(eq(str, (char *)rungs[i].rung, "bpf"), "%s", rungs[i].what);
		cr_expect(eq(str, (char *)rungs[i].why, ""), "%s", rungs[i].what);
	}
	cr_expect(eq(sz, source->ops->capabilities(source, NULL, 0), nr));
}

Test(bpf_life, closing_and_opening_again_works)
{
	for (int i = 0; i < 3; i++)
		bpf_test_open(64);
	cr_expect(gt(sz, bpf_test_snapshot().nr_rows, 0));
}
