/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One way to say something: a line on standard error, with the priority prefix that journald
 * understands when standard error is its socket ($JOURNAL_STREAM). Lines are formatted into a
 * buffer on the stack and written with one write(2): no allocation, no stdio.
 * Text from outside (names, xattrs, command lines) is made printable first: see log_clean().
 */
#ifndef USER_LOG_H
#define USER_LOG_H

#include <stddef.h>

enum log_level { LOG_LEVEL_ERR = 3, LOG_LEVEL_WARN = 4, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/* Lines above this level are dropped; LOG_LEVEL_INFO at start. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);
/* Names the program in front of each line ("" for none) and finds out about the journal. */
void log_init(const char *program);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_err(...)   log_line(LOG_LEVEL_ERR, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* Copies text to buf with control bytes as \xNN; always terminated; returns buf. */
const char *log_clean(const char *text, char *buf, size_t size);

#endif
