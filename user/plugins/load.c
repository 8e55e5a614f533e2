/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a file to a plugin in the registry. The file is loaded through the descriptor that was
 * checked, so that nothing can be swapped in between. That descriptor stays open: the loader knows
 * objects by their names, and would take the next one under the same number for this one.
 */
#include "plugins/load.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "plugins/export.h"
#include "plugins/instance.h"
#include "plugins/registry.h"
#include "trust.h"

#define REASON_BYTES 512

struct loading {
	char path[PATH_MAX];
	int fd;
	void *handle;
	const struct plugin *plugin;
	char reason[REASON_BYTES]; /* why not */
};

static int refuse(struct loading *loading, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(struct loading *loading, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(loading->reason, sizeof(loading->reason), format, args);
	va_end(args);
	return -EINVAL;
}

static int open_object(struct loading *loading)
{
	struct trust_failure failure;
	char fd_path[32];

	loading->fd = trust_open(loading->path, S_IFREG, &failure);
	if (loading->fd < 0)
		return refuse(loading, "%s: %s", failure.path, failure.why);
	snprintf(fd_path, sizeof(fd_path), "/proc/self/fd/%d", loading->fd);
	loading->handle = dlopen(fd_path, RTLD_NOW | RTLD_LOCAL);
	return loading->handle ? 0 : refuse(loading, "%s", dlerror());
}

/* Sizes end with a 0, which differs from whatever a longer list has in its place. */
static bool same_layout(const size_t *theirs)
{
	static const size_t ours[] = PLUGIN_LAYOUT;

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (theirs[i] != ours[i])
			return false;
	return true;
}

static int check_versions(struct loading *loading)
{
	const struct plugin *plugin = loading->plugin;
	const size_t *layout = dlsym(loading->handle, "boomd_plugin_layout");

	if (plugin->api != PLUGIN_API)
		return refuse(loading,
			      "was built for plugin API %u, table of %u bytes; this is API %u, "
			      "%u bytes: build it again",
			      plugin->api >> 16, plugin->api & 0xffff, PLUGIN_API >> 16,
			      PLUGIN_API & 0xffff);
	if (!layout || !same_layout(layout))
		return refuse(loading, "was built for structs of other sizes: build it again with "
			      "PLUGIN_EXPORT() and this boomd's headers");
	return 0;
}

static int check_table(struct loading *loading)
{
	const struct plugin *const *symbol = dlsym(loading->handle, "boomd_plugin");
	int err;

	if (!symbol || !*symbol)
		return refuse(loading, "has no boomd_plugin: it ends with no PLUGIN_EXPORT()");
	loading->plugin = *symbol;
	err = check_versions(loading);
	if (err)
		return err;
	if (loading->plugin->kind >= PLUGIN_HOOK) /* in a registry of their own, closed to others */
		return refuse(loading, "is no detector and no action; a hook can be a command: exec");
	if (!plugin_is_complete(loading->plugin))
		return refuse(loading,
			      "its table lacks a name, an about, or a callback that its kind "
			      "needs");
	return 0;
}

static int add(struct loading *loading)
{
	int err = open_object(loading);

	if (!err)
		err = check_table(loading);
	if (err)
		return err;
	err = registry_add(loading->plugin);
	if (err == -EEXIST)
		return refuse(loading, "there is a plugin %s already", loading->plugin->name);
	return err ? refuse(loading, "cannot be kept: %s", strerror(-err)) : 0;
}

static int load_one(const char *dir, const char *name)
{
	struct loading loading = { .fd = -1 };
	char path[PATH_MAX], reason[4 * REASON_BYTES];
	int err;

	snprintf(loading.path, sizeof(loading.path), "%s/%s", dir, name);
	log_clean(loading.path, path, sizeof(path));
	err = add(&loading);
	if (!err) {
		log_info("plugin %s from %s", loading.plugin->name, path);
		return 0;
	}
	log_err("plugin %s is refused: %s", path,
		log_clean(loading.reason, reason, sizeof(reason)));
	if (loading.handle)
		dlclose(loading.handle);
	if (loading.fd >= 0)
		close(loading.fd);
	return err;
}

static int is_object(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 3 && !strcmp(entry->d_name + length - 3, ".so");
}

int plugins_load(const char *dir)
{
	struct trust_failure failure;
	struct dirent **objects;
	int fd = trust_open(dir, S_IFDIR, &failure), nr, nr_refused = 0;

	if (fd < 0) {
		log_err("no plugins from %s: %s: %s", dir, failure.path, failure.why);
		return fd;
	}
	nr = scandirat(fd, ".", &objects, is_object, alphasort);
	close(fd);
	if (nr < 0) {
		nr = -errno;
		log_err("no plugins from %s: %s", dir, strerror(-nr));
		return nr;
	}
	for (int i = 0; i < nr; i++) {
		nr_refused += load_one(dir, objects[i]->d_name) != 0;
		free(objects[i]);
	}
	free(objects);
	return nr_refused;
}
