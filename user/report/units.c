/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers as people read them: two or three digits that matter, and the unit. */
#include "report/units.h"

#include <inttypes.h>
#include <stdio.h>

const char *units_bytes(uint64_t bytes, char buf[UNITS_BYTES])
{
	static const char suffixes[] = "BKMGTPE";
	double value = (double)bytes;
	size_t i = 0;

	while (value >= 1023.95 && i < sizeof(suffixes) - 2) { /* not "1024.0K" */
		value /= 1024;
		i++;
	}
	(void)snprintf(buf, UNITS_BYTES, "%.*f%c", i ? 1 : 0, value, suffixes[i]);
	return buf;
}

const char *units_time(int64_t ns, char buf[UNITS_BYTES])
{
	const char *sign = ns < 0 ? "-" : "";
	double us = ns < 0 ? -((double)ns / 1e3) : (double)ns / 1e3;

	if (us < 999.5)
		(void)snprintf(buf, UNITS_BYTES, "%s%.0fus", sign, us);
	else if (us < 999950)
		(void)snprintf(buf, UNITS_BYTES, "%s%.1fms", sign, us / 1e3);
	else if (us < 60e6)
		(void)snprintf(buf, UNITS_BYTES, "%s%.2fs", sign, us / 1e6);
	else
		(void)snprintf(buf, UNITS_BYTES, "%s%.0fmin %.0fs", sign,
			       (double)(int64_t)(us / 60e6),
			       us / 1e6 - 60 * (double)(int64_t)(us / 60e6));
	return buf;
}
