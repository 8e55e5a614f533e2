/* SPDX-License-Identifier: GPL-2.0-only */
/* A drop-in's text. */
#ifndef DROPIN_READ_H
#define DROPIN_READ_H

#include <stddef.h>

#include "config/diagnostics.h"

/*
 * The text of a regular file, or of one that a symlink leads to; nothing else is opened, for that
 * could wait for ever or do something. To be freed. Of one that is too large only as much as makes
 * config_parse_drop_in() say so. 0 or -errno, told to diagnostics.
 */
int drop_in_read(const char *path, struct diagnostics *diagnostics, char **ret_text,
		 size_t *ret_length);

#endif
