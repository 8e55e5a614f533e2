/* SPDX-License-Identifier: GPL-2.0-only */
/* Names from outside, made fit for a line of text: short enough, and no control bytes. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "report/decision.h"

#define TEXT_NAME_BYTES (4 * DECISION_NAME_MAX + 8) /* a name of nothing but control bytes fits */
#define TEXT_PATH_BYTES (4 * DECISION_PATH_MAX + 8)

/* A cgroup's path, "/" for the root; a long one keeps its tail. Returns buf. */
const char *text_path(const char *path, char buf[TEXT_PATH_BYTES]);
/* What a rule, group or plugin is called. Returns buf. */
const char *text_name(const char *name, char buf[TEXT_NAME_BYTES]);
/* Fixed point of the kernel's PSI averages to percent. */
double text_psi_percent(uint32_t fixed);
/* snprintf at *used, which never passes the end; what does not fit is cut. */
void text_append(char *buf, size_t size, size_t *used, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
const char *text_record_kind(uint32_t kind);

#endif
