/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/kmsg. It takes a line of up to 976 bytes (6.1: 1024 less 48 for the kernel's own prefix) and
 * refuses a longer one whole, so a path that is too long is cut, never the line.
 */
#include "report/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "report/report.h"

#define KMSG_PATH	"/dev/kmsg"
#define KMSG_LINE_BYTES 976
#define PREFIX		"oomd kill: "
#define SERVICE_BYTES	512 /* systemd takes no longer name of a unit than 255 */

static int kmsg_fd = -1;

int report_open(const char *kmsg_path)
{
	int fd = open(kmsg_path ? kmsg_path : KMSG_PATH,
		      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);

	if (fd < 0)
		return -errno;
	report_close();
	kmsg_fd = fd;
	return 0;
}

void report_close(void)
{
	if (kmsg_fd >= 0)
		close(kmsg_fd);
	kmsg_fd = -1;
}

static int write_line(const char *line, size_t length)
{
	if (kmsg_fd < 0)
		return -EBADF;
	return write(kmsg_fd, line, length) < 0 ? -errno : 0;
}

int kmsg_kill_line(const struct decision *decision)
{
	char line[KMSG_LINE_BYTES + 1] = PREFIX;
	size_t length = sizeof(PREFIX) - 1;

	length += report_kill_line(decision, line + length, sizeof(line) - length);
	return write_line(line, length);
}

int kmsg_restart_line(const char *service, bool dry)
{
	char name[SERVICE_BYTES], line[KMSG_LINE_BYTES + 1];
	int length;

	log_clean(service, name, sizeof(name));
	length = snprintf(line, sizeof(line), PREFIX "restarted systemd service=%s%s\n", name,
			  dry ? " (dry)" : "");
	return length < 0 ? -EINVAL : write_line(line, (size_t)length);
}
