/* SPDX-License-Identifier: GPL-2.0-only */
/* The number at the front of a text: see number.h. */
#include "config/number.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SPACES " \t\n\v\f\r"

static const char *dropped(const char *rest)
{
	return rest[strspn(rest, SPACES)] ? rest : "";
}

int number_int(const char *text, int64_t *ret_value, const char **ret_rest)
{
	const char *rest;
	long long value;
	char *end;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (end == text)
		return -EINVAL;
	if (errno == ERANGE)
		return -ERANGE;
	rest = end;
	if (*rest == '.' && !rest[1 + strspn(rest + 1, "0")])
		rest = "";
	*ret_value = value;
	*ret_rest = dropped(rest);
	return 0;
}

int number_double(const char *text, double *ret_value, const char **ret_rest)
{
	const char *first = text + strspn(text, SPACES "+-");
	double value;
	char *end;

	/* strtod also knows "nan" and "inf": no threshold makes sense with those. */
	if (!*first || !strchr("0123456789.", *first))
		return -EINVAL;
	value = strtod(text, &end);
	if (end == text)
		return -EINVAL;
	if (!isfinite(value))
		return -ERANGE;
	*ret_value = value;
	*ret_rest = dropped(end);
	return 0;
}
