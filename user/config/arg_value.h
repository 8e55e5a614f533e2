/* SPDX-License-Identifier: GPL-2.0-only */
/* One value of an argument table, from text to its C type. */
#ifndef CONFIG_ARG_VALUE_H
#define CONFIG_ARG_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "plugins/plugin.h"

/* What there is to say about a value; text is "" when nothing. */
struct arg_remark {
	char text[160]; /* "expected ...", or with success a warning */
	size_t offset;	/* where in the value, when patterns are wrong; else 0 */
};

/*
 * Writes the value to target (the C type of row->type), with everything it owned there freed.
 * 0, -EINVAL or -ENOMEM; target is untouched on failure. check_range: it comes from a
 * configuration, not from the table's own fallback.
 */
int arg_value_parse(const struct plugin_arg *row, const char *text, const struct plugin_env *env,
		    bool check_range, void *target, struct arg_remark *ret_remark);

#endif
