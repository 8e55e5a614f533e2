/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A watch is put on each folder before the next one is looked for, so that what appears in between
 * is told and not missed.
 */
#include "dropin/chain.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ABOVE	(IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR)
#define WAITING (ABOVE | IN_CREATE | IN_MOVED_TO)
#define INSIDE	(ABOVE | IN_CLOSE_WRITE | IN_CREATE | IN_MOVE | IN_DELETE | IN_EXCL_UNLINK)

/* Absolute, and each '/' followed by a name. */
static char *absolute(const char *path)
{
	char *cwd = *path == '/' ? strdup("") : getcwd(NULL, 0), *whole = NULL, *out;

	if (!cwd || asprintf(&whole, "%s/%s", cwd, path) < 0)
		whole = NULL;
	free(cwd);
	if (!whole)
		return NULL;
	out = whole;
	for (const char *in = whole; *in; in++)
		if (*in != '/' || (in[1] && in[1] != '/'))
			*out++ = *in;
	*out = '\0';
	return whole;
}

int chain_init(struct chain *chain, const char *path)
{
	*chain = (struct chain){ .inotify_fd = -1, .path = absolute(path) };
	if (!chain->path)
		return -ENOMEM;
	if (strlen(chain->path) >= PATH_MAX) {
		chain_fini(chain);
		return -ENAMETOOLONG;
	}
	chain->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (chain->inotify_fd < 0) {
		int err = -errno;

		chain_fini(chain);
		return err;
	}
	return 0;
}

void chain_fini(struct chain *chain)
{
	free(chain->path);
	if (chain->inotify_fd >= 0)
		close(chain->inotify_fd);
	*chain = (struct chain){ .inotify_fd = -1 };
}

static void forget(struct chain *chain)
{
	for (size_t i = 0; i < chain->nr_wds; i++)
		if (chain->wds[i] >= 0)
			inotify_rm_watch(chain->inotify_fd, chain->wds[i]);
	chain->nr_wds = 0;
	chain->complete = false;
	chain->missing = NULL;
}

/* The folder that the first `length` bytes of the path name. Returns a wd or -errno. */
static int watch(const struct chain *chain, size_t length, uint32_t mask)
{
	char folder[PATH_MAX];
	int wd;

	snprintf(folder, sizeof(folder), "%.*s", length ? (int)length : 1,
		 length ? chain->path : "/");
	wd = inotify_add_watch(chain->inotify_fd, folder, mask);
	return wd < 0 ? -errno : wd;
}

/* Asks the last folder for newcomers before the next one is tried again. */
static int wait_for(struct chain *chain, size_t length)
{
	int wd = watch(chain, length, WAITING);

	if (wd < 0)
		return wd;
	chain->wds[chain->nr_wds - 1] = wd;
	chain->missing = chain->path + length + 1;
	return 0;
}

static int add(struct chain *chain, size_t length)
{
	bool last = !chain->path[length];
	int wd;

	if (chain->nr_wds == CHAIN_FOLDERS_MAX)
		return -ENAMETOOLONG;
	wd = watch(chain, length, last ? INSIDE : ABOVE);
	if (wd == -EACCES && !last) /* may be passed through but not read: its moves are missed */
		wd = -1;
	else if (wd < 0)
		return wd;
	chain->wds[chain->nr_wds++] = wd;
	chain->complete = last;
	return 0;
}

int chain_find(struct chain *chain)
{
	size_t above = 0, length = 0;
	int err;

	forget(chain);
	err = add(chain, 0);
	while (!err && !chain->complete) {
		length = above + 1 + strcspn(chain->path + above + 1, "/");
		err = add(chain, length);
		if (err == -ENOENT || err == -ENOTDIR) {
			int missing = err;

			err = wait_for(chain, above);
			if (!err)
				err = add(chain, length);
			if (err)
				return err == -ENOENT ? missing : err;
			watch(chain, above, ABOVE); /* it came just now: newcomers matter no more */
			chain->missing = NULL;
		}
		above = length;
	}
	return err;
}

static bool is_missing_part(const struct chain *chain, const char *name)
{
	size_t length = strcspn(chain->missing, "/");

	return strlen(name) == length && memcmp(name, chain->missing, length) == 0;
}

enum chain_news chain_judge(const struct chain *chain, const struct inotify_event *event)
{
	size_t i = chain->nr_wds;

	/* from the end: with ".." in the path a folder may be there twice, under one number */
	while (i > 0 && chain->wds[i - 1] != event->wd)
		i--;
	if (!i)
		return CHAIN_OTHER;
	if (event->mask & (IN_MOVE_SELF | IN_DELETE_SELF | IN_UNMOUNT | IN_IGNORED))
		return CHAIN_BROKEN;
	if (chain->complete && i == chain->nr_wds)
		return CHAIN_FILE;
	return event->len && chain->missing && is_missing_part(chain, event->name) ? CHAIN_BROKEN :
										      CHAIN_OTHER;
}
