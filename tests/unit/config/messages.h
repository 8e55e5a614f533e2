/* SPDX-License-Identifier: GPL-2.0-only */
/* What a configuration text gives: its result, and all messages as one text to compare with. */
#ifndef TESTS_UNIT_CONFIG_MESSAGES_H
#define TESTS_UNIT_CONFIG_MESSAGES_H

#include "config/config.h"
#include "config/diagnostics.h"

struct parsed {
	int err;
	struct config *config; /* NULL on failure */
	struct diagnostics diagnostics;
	char messages[4096]; /* "t:1:2: error: ...\n" each */
};

struct parsed parsed_new(const char *text);
/* The same as a drop-in. */
struct parsed parsed_drop_in(const char *text);
struct parsed parsed_new_bytes(const char *text, size_t length, bool strict);
void parsed_free(struct parsed *parsed);
void messages_collect(const struct diagnostics *diagnostics, char *buf, size_t size);

#endif
