/* SPDX-License-Identifier: GPL-2.0-only */
/* What is remembered of the files of the directory, in the order of the drop-ins. */
#ifndef DROPIN_FILES_H
#define DROPIN_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"

struct file {
	char *tag;		 /* its name */
	struct config *accepted; /* the last version that was; NULL: none */
	char *text;		 /* of that version, if it is the one on the disk; else NULL */
	size_t length;
	bool is_refused; /* the version on the disk is not that one */
};

struct files {
	struct file **items; /* the one accepted last is the last one */
	size_t nr;
};

/* NULL when there is none of that name. */
struct file *files_find(const struct files *files, const char *tag);
/* The one of that name, or a new one at the end; NULL when memory is out. */
struct file *files_put(struct files *files, const char *tag);
void files_make_newest(struct files *files, struct file *file);
/* Frees it, too. */
void files_drop(struct files *files, struct file *file);
void files_clear(struct files *files);

/* This text is the version that was accepted. */
bool file_says(const struct file *file, const char *text, size_t length);
/* Takes config over, and text, which is on the heap. */
void file_accept(struct file *file, struct config *config, char *text, size_t length);
/* What is on the disk is not, or not yet known to be, the accepted version. */
void file_forget_text(struct file *file);

#endif
