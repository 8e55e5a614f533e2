/* SPDX-License-Identifier: GPL-2.0-only */
/* Preconditions, each a small question to the system with an answer for the administrator. */
#include "precondition.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define INITIAL_PID_NS "pid:[4026531836]" /* PROC_PID_INIT_INO, the same in every kernel */

static int fail(struct precondition_failure *failure, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct precondition_failure *failure, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(failure->text, sizeof(failure->text), format, args);
	va_end(args);
	return err;
}

/* Reads a small file whole; its length or -errno. */
static int read_text(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int err;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	err = n < 0 ? -errno : (int)n;
	buf[n < 0 ? 0 : n] = '\0';
	close(fd);
	return err;
}

static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += length)
		if ((at == text || at[-1] == ' ') && strchr(" \n", at[length]))
			return true;
	return false;
}

bool precondition_is_cgroup2(const char *cgroup_fs)
{
	struct statfs fs;

	return !statfs(cgroup_fs, &fs) && (unsigned long)fs.f_type == CGROUP2_SUPER_MAGIC;
}

static int check_cgroup_fs(const char *cgroup_fs, bool any_directory,
			   struct precondition_failure *failure)
{
	char path[PATH_MAX], controllers[512];
	struct stat st;

	if (stat(cgroup_fs, &st) || !S_ISDIR(st.st_mode))
		return fail(failure, -ENOENT, "%s is not a directory: give --cgroup-fs the folder "
			    "where cgroup2 is mounted", cgroup_fs);
	if (!any_directory && !precondition_is_cgroup2(cgroup_fs))
		return fail(failure, -EINVAL, "%s is not a cgroup2 file system: boot with "
			    "systemd.unified_cgroup_hierarchy=1, or give --cgroup-fs; a folder "
			    "that only looks like one takes --source cgroupfs", cgroup_fs);
	snprintf(path, sizeof(path), "%s/cgroup.controllers", cgroup_fs);
	if (read_text(path, controllers, sizeof(controllers)) < 0)
		return fail(failure, -ENOENT, "%s cannot be read: %s is not laid out like cgroup2",
			    path, cgroup_fs);
	if (!has_word(controllers, "memory"))
		return fail(failure, -ENOTSUP, "%s does not list the memory controller: it is in use "
			    "by cgroup v1, or switched off by cgroup_disable=memory", path);
	return 0;
}

static int check_psi(struct precondition_failure *failure)
{
	char text[256];

	if (read_text("/proc/pressure/memory", text, sizeof(text)) > 0)
		return 0;
	return fail(failure, -ENOTSUP, "/proc/pressure/memory cannot be read: this kernel has no "
		    "pressure stall information (CONFIG_PSI), or it needs psi=1 at boot");
}

/* The effective capabilities of this process, a bit each (capabilities(7)). */
static uint64_t capabilities(void)
{
	unsigned long long bits = 0;
	char text[4096];
	char *line;

	if (read_text("/proc/self/status", text, sizeof(text)) < 0)
		return 0;
	line = strstr(text, "\nCapEff:");
	if (!line || sscanf(line, "\nCapEff: %llx", &bits) != 1)
		return 0;
	return bits;
}

int precondition_check(const char *cgroup_fs, bool any_directory,
		       struct precondition_failure *ret_failure)
{
	int err;

	if (!any_directory && !(capabilities() & 1ULL << CAP_KILL))
		return fail(ret_failure, -EPERM, "boomd must be able to kill processes of every user: "
			    "run it as root, or with CAP_KILL (the BPF rung also takes CAP_BPF, "
			    "CAP_PERFMON and CAP_SYS_RESOURCE)");
	err = check_cgroup_fs(cgroup_fs, any_directory, ret_failure);
	if (err)
		return err;
	return precondition_is_cgroup2(cgroup_fs) ? check_psi(ret_failure) : 0;
}

bool precondition_is_initial_pid_namespace(void)
{
	char name[64];
	ssize_t n = readlink("/proc/self/ns/pid", name, sizeof(name) - 1);

	name[n < 0 ? 0 : n] = '\0';
	return !strcmp(name, INITIAL_PID_NS);
}

uint64_t precondition_own_cgroup(const char *cgroup_fs)
{
	char text[PATH_MAX], path[2 * PATH_MAX];
	struct stat st;
	char *line;

	if (read_text("/proc/self/cgroup", text, sizeof(text)) < 0)
		return 0;
	line = strstr(text, "0::/");
	if (!line || (line != text && line[-1] != '\n'))
		return 0;
	line[strcspn(line, "\n")] = '\0';
	snprintf(path, sizeof(path), "%s%s", cgroup_fs, line + strlen("0::"));
	return stat(path, &st) ? 0 : st.st_ino;
}
