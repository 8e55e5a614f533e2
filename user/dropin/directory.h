/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One directory whose files come and go: which of them to read, by inotify (inotify(7)).
 *
 * A file counts once it is whole: closed after writing, renamed into place, or linked. What is
 * written and not yet closed is not looked at. The directory itself may be missing, be removed or
 * moved away and come again: the folder in which it would appear is watched then, so that nobody
 * has to look for it. Names with a dot in front are nobody's, and so are folders.
 *
 * A symlink in the path is followed when the directory is looked for; that it leads elsewhere
 * later is only seen by directory_look_again().
 */
#ifndef DROPIN_DIRECTORY_H
#define DROPIN_DIRECTORY_H

#include <stdbool.h>

struct directory;

/* Names without the path. Several events of one call to directory_take() are told as one. */
struct directory_listener {
	void *user;
	void (*changed)(void *user, const char *name); /* there is a new version of it */
	void (*seen)(void *user, const char *name);    /* it is there, and may have changed */
	void (*removed)(void *user, const char *name);
};

/*
 * path is copied. Tells nothing yet: directory_look_again() follows. 0 or -errno. There can be
 * one listener only; it may not free the directory.
 */
int directory_new(const char *path, const struct directory_listener *listener,
		  struct directory **ret_directory);
void directory_free(struct directory *directory);

/* Readable when there is something for directory_take(). */
int directory_fd(const struct directory *directory);
/* Takes what has happened. Events that were lost make it look at everything again. */
void directory_take(struct directory *directory);
/*
 * Finds the directory and tells of every file in it, sorted by name: seen(), and removed() for
 * those that are gone. While the directory is missing, nothing is removed. 0 or -errno, told.
 */
int directory_look_again(struct directory *directory);

/* The path as it was given, without slashes at its end. */
const char *directory_path(const struct directory *directory);

#endif
