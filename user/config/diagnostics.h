/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages about a configuration: "file:line:column: error: what, expected ...". Collected, so
 * that one run names every mistake, and printed by the caller's choice (log, test).
 */
#ifndef CONFIG_DIAGNOSTICS_H
#define CONFIG_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>

struct where {
	unsigned line, column; /* from 1; 0: nowhere in particular */
};

enum severity { SEVERITY_WARNING, SEVERITY_ERROR };

struct diagnostic {
	enum severity severity;
	struct where at;
	char *text; /* without file and place */
};

struct diagnostics {
	const char *file;
	bool strict; /* warnings count as errors */
	struct diagnostic *items;
	size_t nr_items;
	size_t nr_errors, nr_warnings; /* strict: warnings are in nr_errors */
};

void diagnostics_init(struct diagnostics *diagnostics, const char *file, bool strict);
void diagnostics_fini(struct diagnostics *diagnostics);
void diagnostics_add(struct diagnostics *diagnostics, enum severity severity, struct where at,
		     const char *format, ...) __attribute__((format(printf, 4, 5)));
/* "file:line:column: error: text" into buf; returns buf. */
const char *diagnostic_format(const struct diagnostics *diagnostics,
			      const struct diagnostic *diagnostic, char *buf, size_t size);
/* All of them through log_err and log_warn. */
void diagnostics_log(const struct diagnostics *diagnostics);

/* The name in the list (ends with NULL) nearest to this one by edit distance, or NULL. */
const char *nearest_name(const char *name, const char *const *names);

#endif
