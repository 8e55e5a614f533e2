/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Amounts of memory in oomd's grammar (oomd.md 1.0):
 *
 *	80%		of the total; only the whole number at the front counts
 *	1536		a whole number and nothing else: MiB
 *	1.5G 512K 16	numbers with units of 1024, summed; the last may go without: bytes
 *
 * and so, as in oomd, 1536.0 is 1536 bytes. That is warned about.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "config/args.h"
#include "config/number.h"

#define MIB_SHIFT    20
#define TEXT_MAX     128
#define EXPECTED     "an amount like \"80%\", \"1536\" (MiB) or \"1.5G 512K\""
#define WARN_BYTES   "without a unit and not whole, this is bytes (a whole number alone is MiB)"
#define WARN_PERCENT "only the whole number in front of the % counts"

static int parse_percent(const char *text, uint64_t total, int64_t *ret_bytes, const char **ret_why)
{
	const char *rest;
	int64_t percent;
	uint64_t bytes;

	if (number_int(text, &percent, &rest) || percent < 0 || percent > 100) {
		*ret_why = "0% to 100%";
		return -EINVAL;
	}
	/* Never more than total, and exact where total * percent would overflow. */
	bytes = total / 100 * (uint64_t)percent + total % 100 * (uint64_t)percent / 100;
	*ret_bytes = bytes > INT64_MAX ? INT64_MAX : (int64_t)bytes;
	*ret_why = strcmp(rest + strspn(rest, " \t"), "%") == 0 ? NULL : WARN_PERCENT;
	return 0;
}

/* Lower case without spaces, as oomd compares it. */
static int normalise(const char *text, char *buf, size_t size)
{
	size_t used = 0;

	for (; *text; text++) {
		if (isspace((unsigned char)*text))
			continue;
		if (used + 1 >= size)
			return -EINVAL;
		buf[used++] = (char)tolower((unsigned char)*text);
	}
	buf[used] = '\0';
	return 0;
}

/* One <number><unit> at the front of *text, which moves on. */
static int parse_part(const char **text, long double *ret_bytes, bool *ret_unit)
{
	static const char units[] = "kmgt";
	const char *unit, *found;
	long double value;
	char *end;

	if (!isdigit((unsigned char)**text) && **text != '.')
		return -EINVAL;
	value = strtold(*text, &end);
	if (end == *text)
		return -EINVAL;
	unit = end;
	found = *unit ? strchr(units, *unit) : NULL;
	if (*unit && !found)
		return -EINVAL;
	if (found)
		value *= (long double)(1ULL << (10 * (found - units + 1)));
	*text = found ? unit + 1 : unit;
	*ret_bytes = value;
	*ret_unit = found != NULL;
	return 0;
}

static int parse_parts(const char *text, int64_t *ret_bytes, bool *ret_any_unit)
{
	bool negative = *text == '-', any_unit = false;
	int64_t sum = 0;

	for (text += *text == '-' || *text == '+'; *text;) {
		long double bytes;
		bool unit;

		if (parse_part(&text, &bytes, &unit))
			return -EINVAL;
		if (!(bytes < (long double)INT64_MAX) ||
		    __builtin_add_overflow(sum, (int64_t)bytes, &sum))
			return -EINVAL;
		any_unit |= unit;
	}
	*ret_bytes = negative ? -sum : sum;
	*ret_any_unit = any_unit;
	return 0;
}

int size_parse(const char *text, uint64_t total_bytes, int64_t *ret_bytes, const char **ret_why)
{
	size_t length = strlen(text);
	char normal[TEXT_MAX], *end;
	bool any_unit;
	long long mib;

	if (length && text[length - 1] == '%')
		return parse_percent(text, total_bytes, ret_bytes, ret_why);
	*ret_why = EXPECTED;
	errno = 0;
	mib = strtoll(text, &end, 10);
	/* oomd looks for a whole number first, so that ".5G" is wrong although "0.5G" is not. */
	if (end == text || errno == ERANGE)
		return -EINVAL;
	if (!*end) {
		if (mib > INT64_MAX >> MIB_SHIFT || mib < INT64_MIN >> MIB_SHIFT)
			return -EINVAL;
		*ret_bytes = mib * (1LL << MIB_SHIFT);
		*ret_why = NULL;
		return 0;
	}
	if (normalise(text, normal, sizeof(normal)) || parse_parts(normal, ret_bytes, &any_unit))
		return -EINVAL;
	*ret_why = any_unit ? NULL : WARN_BYTES;
	return 0;
}
