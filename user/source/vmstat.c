/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters of /proc/vmstat: see vmstat.h.
 *
 * The kernel hands the file out a page at a time, and a line that is cut there goes on with the
 * next read, so all of it is put together on the stack before it is parsed.
 */
#include "source/vmstat.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "source/parse.h"

#define VMSTAT_BYTES	 16384 /* 5,000 in 7.3 */
#define SWAPPINESS_BYTES 32

static int open_file(const char *proc, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", proc, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

void vmstat_open(const char *proc, struct vmstat_files *ret_files)
{
	ret_files->vmstat_fd = open_file(proc, "vmstat");
	ret_files->swappiness_fd = open_file(proc, "sys/vm/swappiness");
}

void vmstat_close(const struct vmstat_files *files)
{
	if (files->vmstat_fd >= 0)
		close(files->vmstat_fd);
	if (files->swappiness_fd >= 0)
		close(files->swappiness_fd);
}

/* From the start to the end, or as far as it fits; -errno. */
static ssize_t read_whole(int fd, char *text, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t got = pread(fd, text + len, size - len, (off_t)len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

int vmstat_parse(const char *text, size_t len, struct system_facts *facts)
{
	__u64 swapped_out = 0, by_kswapd = 0, direct = 0;
	const struct parse_key keys[] = {
		{ "pswpout", &swapped_out },
		{ "pgscan_kswapd", &by_kswapd },
		{ "pgscan_direct", &direct },
	};

	if (parse_keyed(text, len, keys, 3) != 7)
		return -ENODATA;
	facts->swapped_out_pages = swapped_out;
	facts->scanned_pages = by_kswapd + direct;
	return 0;
}

static int read_counters(int fd, struct system_facts *facts)
{
	char text[VMSTAT_BYTES];
	ssize_t len = read_whole(fd, text, sizeof(text));

	if (len < 0)
		return (int)len;
	while (len && text[len - 1] != '\n') /* half a line has half a number */
		len--;
	return vmstat_parse(text, (size_t)len, facts);
}

static int read_swappiness(int fd, struct system_facts *facts)
{
	char text[SWAPPINESS_BYTES];
	ssize_t len = read_whole(fd, text, sizeof(text));
	__u64 swappiness;
	int err = len < 0 ? (int)len : parse_number(text, (size_t)len, &swappiness);

	if (!err)
		facts->swappiness = swappiness;
	return err;
}

void vmstat_read(const struct vmstat_files *files, struct system_facts *facts)
{
	int err = read_counters(files->vmstat_fd, facts);

	facts->has_vmstat = !err;
	if (!err)
		err = read_swappiness(files->swappiness_fd, facts);
	if (err)
		log_debug("vmstat passed over: %s", strerror(-err));
}
