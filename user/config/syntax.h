/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with a text that is not JSON, in words for people who write configurations. */
#ifndef CONFIG_SYNTAX_H
#define CONFIG_SYNTAX_H

#include <stddef.h>

#include <json-c/json_tokener.h>

#include "config/diagnostics.h"

/*
 * json-c stopped at byte `at` with this error. text is what people see, json the same without
 * comments (dialect.h); multiline is the first string that spans
 * lines (dialect.h). One error to diagnostics.
 */
void syntax_explain(const char *text, const char *json, size_t length, size_t at,
		    enum json_tokener_error wrong, size_t multiline,
		    struct diagnostics *diagnostics);
/* The text has a NUL byte in it. */
void syntax_explain_nul(const char *text, size_t length, struct diagnostics *diagnostics);

#endif
