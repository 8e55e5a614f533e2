/* SPDX-License-Identifier: GPL-2.0-only */
/* What was written to standard error since said_begin(). */
#ifndef TESTS_REPORT_SAID_H
#define TESTS_REPORT_SAID_H

void said_begin(void);
/* Puts standard error back; the text is valid until the next call. */
char *said_end(void);

#endif
