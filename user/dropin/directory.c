/* SPDX-License-Identifier: GPL-2.0-only */
/* From inotify's events to files worth reading: see directory.h. */
#include "dropin/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dropin/chain.h"
#include "dropin/names.h"
#include "log.h"

#define FILES_MAX 1024
/* A storm of events is taken in portions: there is more to do than to read it. */
#define READS_MAX 16

struct directory {
	struct chain chain;
	char *path; /* as given */
	struct directory_listener listener;
	struct names known;   /* told to be there, and not yet to be gone */
	struct names pending; /* events of this call */
	int told_missing;     /* the -errno that has been told */
	bool told_too_many;
};

int directory_new(const char *path, const struct directory_listener *listener,
		  struct directory **ret_directory)
{
	struct directory *directory = calloc(1, sizeof(*directory));
	int err;

	if (!directory)
		return -ENOMEM;
	err = chain_init(&directory->chain, path);
	directory->listener = *listener;
	directory->path = strdup(path);
	if (err || !directory->path) {
		directory_free(directory);
		return err ? err : -ENOMEM;
	}
	for (size_t end = strlen(path); end > 1 && path[end - 1] == '/'; end--)
		directory->path[end - 1] = '\0';
	*ret_directory = directory;
	return 0;
}

void directory_free(struct directory *directory)
{
	if (!directory)
		return;
	chain_fini(&directory->chain);
	names_clear(&directory->known);
	names_clear(&directory->pending);
	free(directory->path);
	free(directory);
}

int directory_fd(const struct directory *directory)
{
	return directory->chain.inotify_fd;
}

const char *directory_path(const struct directory *directory)
{
	return directory->path;
}

/* Remembers the name; false: more files than are looked at. */
static bool is_welcome(struct directory *directory, const char *name)
{
	if (names_find(&directory->known, name))
		return true;
	if (directory->known.nr < FILES_MAX && names_put(&directory->known, name))
		return true;
	if (!directory->told_too_many)
		log_warn("%s: more than %d drop-ins, the rest is not looked at", directory->path,
			 FILES_MAX);
	directory->told_too_many = true;
	return false;
}

static void tell_removed(struct directory *directory, const char *name)
{
	struct name *known = names_find(&directory->known, name);

	if (!known)
		return;
	directory->listener.removed(directory->listener.user, name);
	names_drop(&directory->known, (size_t)(known - directory->known.items));
}

static void tell_pending(struct directory *directory)
{
	for (size_t i = 0; i < directory->pending.nr; i++) {
		const struct name *name = &directory->pending.items[i];

		if (name->removed)
			tell_removed(directory, name->text);
		if (name->changed && is_welcome(directory, name->text))
			directory->listener.changed(directory->listener.user, name->text);
	}
	names_clear(&directory->pending);
}

/* A newcomer that was not written here is whole already: a symlink, or a second name. */
static bool came_whole(const struct directory *directory, const char *name)
{
	char path[PATH_MAX];
	struct stat stat;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", directory->path, name) >= sizeof(path) ||
	    lstat(path, &stat))
		return false;
	return S_ISLNK(stat.st_mode) || (S_ISREG(stat.st_mode) && stat.st_nlink > 1);
}

/* False: it could not be remembered. */
static bool note(struct directory *directory, const struct inotify_event *event)
{
	bool gone = event->mask & (IN_DELETE | IN_MOVED_FROM);
	struct name *name;

	if (!event->len || event->name[0] == '.' || event->mask & IN_ISDIR)
		return true;
	if (event->mask & IN_CREATE && !came_whole(directory, event->name))
		return true;
	name = names_put_last(&directory->pending, event->name);
	if (!name)
		return false;
	name->removed |= gone;
	name->changed = !gone;
	return true;
}

/* True: it is not enough to go by the events. */
static bool take_event(struct directory *directory, const struct inotify_event *event)
{
	if (event->mask & IN_Q_OVERFLOW) {
		log_warn("%s: events were lost, looking at every drop-in again", directory->path);
		return true;
	}
	switch (chain_judge(&directory->chain, event)) {
	case CHAIN_FILE:
		return !note(directory, event);
	case CHAIN_BROKEN:
		return true;
	case CHAIN_OTHER:
		break;
	}
	return false;
}

void directory_take(struct directory *directory)
{
	alignas(struct inotify_event) char buf[4096];
	bool look_again = false;

	for (int i = 0; i < READS_MAX; i++) {
		ssize_t n = read(directory->chain.inotify_fd, buf, sizeof(buf));

		if (n <= 0)
			break;
		for (const char *at = buf; at < buf + n;) {
			const struct inotify_event *event = (const void *)at;

			look_again |= take_event(directory, event);
			at += sizeof(*event) + event->len;
		}
	}
	tell_pending(directory);
	if (look_again)
		(void)directory_look_again(directory);
}

static bool is_folder(DIR *dir, const struct dirent *entry)
{
	struct stat stat;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return !fstatat(dirfd(dir), entry->d_name, &stat, AT_SYMLINK_NOFOLLOW) &&
	       S_ISDIR(stat.st_mode);
}

/* *ret_all: these are all. */
static int list(const struct directory *directory, struct names *ret_names, bool *ret_all)
{
	DIR *dir = opendir(directory->path);
	struct dirent *entry;
	int err = 0;

	if (!dir)
		return -errno;
	while (!err && ret_names->nr <= FILES_MAX && (errno = 0, entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || is_folder(dir, entry))
			continue;
		if (!names_put(ret_names, entry->d_name))
			err = -ENOMEM;
	}
	*ret_all = ret_names->nr <= FILES_MAX;
	if (!err && errno)
		err = -errno;
	closedir(dir);
	names_sort(ret_names);
	return err;
}

/* One line for each way in which it is missing, not one for each look. */
static void tell_missing(struct directory *directory, int err)
{
	if (directory->told_missing == err)
		return;
	directory->told_missing = err;
	if (err == -ENOENT || err == -ENOTDIR)
		log_err("Error: %s is not a directory, waiting for it", directory->path);
	else
		log_err("%s cannot be watched for drop-ins: %s", directory->path, strerror(-err));
}

static void scan(struct directory *directory, const struct names *there, bool all)
{
	for (size_t i = all ? directory->known.nr : 0; i-- > 0;) {
		char *text = directory->known.items[i].text;

		if (!names_find(there, text))
			tell_removed(directory, text);
	}
	for (size_t i = 0; i < there->nr; i++)
		if (is_welcome(directory, there->items[i].text))
			directory->listener.seen(directory->listener.user, there->items[i].text);
}

int directory_look_again(struct directory *directory)
{
	struct names there = { 0 };
	int err = chain_find(&directory->chain);
	bool all = false;

	if (!err)
		err = list(directory, &there, &all);
	if (err) {
		tell_missing(directory, err);
	} else {
		directory->told_missing = 0;
		scan(directory, &there, all);
	}
	names_clear(&there);
	return err;
}
