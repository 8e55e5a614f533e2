/* SPDX-License-Identifier: GPL-2.0-only */
/* Names made fit for a line: cut first, then cleaned, so that nothing is cut inside an escape. */
#include "report/text.h"

#include <stdarg.h>
#include <stdio.h>

#include "log.h"

const char *text_path(const char *path, char buf[TEXT_PATH_BYTES])
{
	char shortened[DECISION_PATH_MAX];

	decision_set_path(shortened, sizeof(shortened), *path ? path : "/");
	return log_clean(shortened, buf, TEXT_PATH_BYTES);
}

const char *text_name(const char *name, char buf[TEXT_NAME_BYTES])
{
	return log_clean(name, buf, TEXT_NAME_BYTES);
}

double text_psi_percent(uint32_t fixed)
{
	return (double)fixed / (1 << BOOMD_PSI_FIXED_SHIFT);
}

void text_append(char *buf, size_t size, size_t *used, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(buf + *used, size - *used, format, args);
	va_end(args);
	if (n > 0)
		*used += (size_t)n < size - *used ? (size_t)n : size - *used - 1;
}

const char *text_record_kind(uint32_t kind)
{
	switch ((enum boomd_record_kind)kind) {
	case BOOMD_RECORD_NONE:
		return "none";
	case BOOMD_RECORD_PSI_TRIGGER:
		return "psi-trigger";
	case BOOMD_RECORD_MEMORY_EVENTS:
		return "memory-events";
	case BOOMD_RECORD_SWAP_EVENTS:
		return "swap-events";
	case BOOMD_RECORD_CGROUP_EVENTS:
		return "cgroup-events";
	case BOOMD_RECORD_WATCH_ABOVE:
		return "watch-above";
	case BOOMD_RECORD_WATCH_BELOW:
		return "watch-below";
	case BOOMD_RECORD_CGROUP_MADE:
		return "cgroup-made";
	case BOOMD_RECORD_CGROUP_FREED:
		return "cgroup-freed";
	case BOOMD_RECORD_OOM_KILL:
		return "oom-kill";
	case BOOMD_RECORD_EXIT:
		return "exit";
	case BOOMD_RECORD_PREFERENCE:
		return "preference";
	case BOOMD_RECORD_XATTR:
		return "xattr";
	case BOOMD_RECORD_CGROUP_RELEASED:
		return "cgroup-released";
	case BOOMD_RECORD_KINDS:
		break;
	}
	return "unknown";
}
