/* SPDX-License-Identifier: GPL-2.0-only */
/* The accepted texts of each type of argument: see arg_value.h; the grammar is oomd's. */
#include "config/arg_value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/args.h"
#include "config/number.h"

/*
 * A table that names no bounds gets those of a C int, which is what oomd reads into: nobody means
 * a duration of 100 years, and nobody has to think of overflow when making ns of it.
 */
static void int_bounds(const struct plugin_arg *row, double *ret_min, double *ret_max)
{
	bool any = row->min == 0 && row->max == 0;

	*ret_min = any ? (double)INT32_MIN : row->min;
	*ret_max = any ? (double)INT32_MAX : row->max;
	if (row->type == ARG_UINT && *ret_min < 0)
		*ret_min = 0;
}

static int out_of_range(double min, double max, const char *unit, struct arg_remark *remark)
{
	if (max >= 9e18)
		snprintf(remark->text, sizeof(remark->text), "expected at least %.15g%s", min,
			 unit);
	else
		snprintf(remark->text, sizeof(remark->text), "expected %.15g to %.15g%s", min, max,
			 unit);
	return -EINVAL;
}

static int parse_int(const struct plugin_arg *row, const char *text, bool check_range,
		     int64_t *target, struct arg_remark *remark)
{
	double min, max;
	const char *rest;
	int64_t value;
	int err = number_int(text, &value, &rest);

	int_bounds(row, &min, &max);
	if (err == -EINVAL) {
		snprintf(remark->text, sizeof(remark->text), "expected a whole number, e.g. 60");
		return err;
	}
	if (err || (check_range && !((double)value >= min && (double)value <= max)))
		return out_of_range(min, max, "", remark);
	if (*rest)
		snprintf(remark->text, sizeof(remark->text),
			 "only %lld counts, expected a whole number", (long long)value);
	*target = value;
	return 0;
}

static int parse_double(const struct plugin_arg *row, const char *text, bool check_range,
			double *target, struct arg_remark *remark)
{
	bool bounded = check_range && (row->min != 0 || row->max != 0);
	const char *rest;
	double value;
	int err = number_double(text, &value, &rest);

	if (err == -EINVAL) {
		snprintf(remark->text, sizeof(remark->text), "expected a number, e.g. 0.85");
		return err;
	}
	if (bounded && (err || !(value >= row->min && value <= row->max)))
		return out_of_range(row->min, row->max, "", remark);
	if (err) {
		snprintf(remark->text, sizeof(remark->text), "expected a smaller number");
		return -EINVAL;
	}
	if (*rest)
		snprintf(remark->text, sizeof(remark->text), "only %g counts, expected a number",
			 value);
	*target = value;
	return 0;
}

static int parse_size(const struct plugin_arg *row, const char *text, uint64_t total,
		      bool check_range, int64_t *target, struct arg_remark *remark)
{
	bool bounded = check_range && (row->min != 0 || row->max != 0);
	const char *why;
	int64_t bytes;
	int err = size_parse(text, total, &bytes, &why);

	if (err) {
		snprintf(remark->text, sizeof(remark->text), "expected %s", why);
		return err;
	}
	if (bounded && !((double)bytes >= row->min && (double)bytes <= row->max))
		return out_of_range(row->min, row->max, " bytes", remark);
	if (why)
		snprintf(remark->text, sizeof(remark->text), "%s", why);
	*target = bytes;
	return 0;
}

/* The index of text in words (NULL ends them), or -EINVAL. */
static int parse_word(const char *text, const char *const *words, const char *expected,
		      struct arg_remark *remark)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	snprintf(remark->text, sizeof(remark->text), "expected %s", expected);
	return -EINVAL;
}

static int parse_bool(const char *text, bool *target, struct arg_remark *remark)
{
	static const char *const words[] = { "false", "true", "False", "True", "0", "1", NULL };
	int word = parse_word(text, words, "true or false", remark);

	if (word < 0)
		return word;
	*target = word & 1;
	return 0;
}

static int parse_resource(const char *text, enum boomd_resource *target, struct arg_remark *remark)
{
	static const char *const words[] = { [BOOMD_RESOURCE_MEMORY] = "memory",
					     [BOOMD_RESOURCE_IO] = "io", NULL };
	int word = parse_word(text, words, "\"memory\" or \"io\"", remark);

	if (word < 0)
		return word;
	*target = (enum boomd_resource)word;
	return 0;
}

static int parse_stall(const char *text, enum boomd_stall *target, struct arg_remark *remark)
{
	static const char *const words[] = { [BOOMD_STALL_SOME] = "some",
					     [BOOMD_STALL_FULL] = "full", NULL };
	int word = parse_word(text, words, "\"some\" or \"full\"", remark);

	if (word < 0)
		return word;
	*target = (enum boomd_stall)word;
	return 0;
}

static int parse_string(const char *text, char **target)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(*target);
	*target = copy;
	return 0;
}

static int parse_patterns(const char *text, struct cgroup_patterns *target,
			  struct arg_remark *remark)
{
	struct cgroup_patterns patterns;
	const char *why = "";
	size_t offset = 0;
	int err = cgroup_patterns_parse(text, &patterns, &why, &offset);

	if (err) {
		snprintf(remark->text, sizeof(remark->text),
			 "expected cgroup patterns, e.g. \"system.slice/*,user.slice\": %s", why);
		remark->offset = offset;
		return err;
	}
	cgroup_patterns_free(target);
	*target = patterns;
	return 0;
}

int arg_value_parse(const struct plugin_arg *row, const char *text, const struct plugin_env *env,
		    bool check_range, void *target, struct arg_remark *ret_remark)
{
	ret_remark->text[0] = '\0';
	ret_remark->offset = 0;
	switch (row->type) {
	case ARG_NONE: /* known, and without a meaning here */
		return 0;
	case ARG_BOOL:
		return parse_bool(text, target, ret_remark);
	case ARG_INT:
	case ARG_UINT:
		return parse_int(row, text, check_range, target, ret_remark);
	case ARG_DOUBLE:
		return parse_double(row, text, check_range, target, ret_remark);
	case ARG_STRING:
		return parse_string(text, target);
	case ARG_RESOURCE:
		return parse_resource(text, target, ret_remark);
	case ARG_STALL:
		return parse_stall(text, target, ret_remark);
	case ARG_PATTERNS:
		return parse_patterns(text, target, ret_remark);
	case ARG_SIZE_OF_MEMORY:
		return parse_size(row, text, env->memory_total_bytes, check_range, target,
				  ret_remark);
	case ARG_SIZE_OF_SWAP:
		return parse_size(row, text, env->swap_total_bytes, check_range, target,
				  ret_remark);
	}
	return -EINVAL;
}
