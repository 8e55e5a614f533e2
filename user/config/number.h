/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers as oomd reads them: the longest number at the front counts, the rest is dropped
 * ("15abc" is 15). The rest is handed back, so that the caller can warn.
 */
#ifndef CONFIG_NUMBER_H
#define CONFIG_NUMBER_H

#include <stdint.h>

/*
 * 0, -EINVAL: no number at the front, -ERANGE: too large for the type. *ret_rest is what was
 * dropped, "" when nothing that matters was: spaces, and for a whole number a fraction of zeros
 * (JSON's 60.0).
 */
int number_int(const char *text, int64_t *ret_value, const char **ret_rest);
int number_double(const char *text, double *ret_value, const char **ret_rest);

#endif
