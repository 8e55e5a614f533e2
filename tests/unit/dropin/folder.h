/* SPDX-License-Identifier: GPL-2.0-only */
/* A temporary folder with files in it, for what watches one. Paths are relative to it. */
#ifndef TESTS_UNIT_DROPIN_FOLDER_H
#define TESTS_UNIT_DROPIN_FOLDER_H

/* Makes it and goes there, so that "d/a" is a file in its folder "d". */
void folder_enter(void);
void folder_leave(void); /* and removes it with all in it */
/* Writes a file as one does: open, truncate, write, close. */
void folder_write(const char *path, const char *text);
/* Opens it for writing and writes, but does not close it: returns the fd. */
int folder_begin(const char *path, const char *text);
void folder_make(const char *path);
void folder_move(const char *from, const char *to);
void folder_delete(const char *path); /* a file or an empty folder */

#endif
