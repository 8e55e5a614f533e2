/* SPDX-License-Identifier: GPL-2.0-only */
/* The order of hooks, and the choice of one: see hooks.h. */
#include "plugins/hook/hooks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "plugins/kill/pause.h"
#include "source/xattr.h"
#include "source/xattr_probe.h"

struct hooks {
	const char *cgroup_fs;
	const struct hook_list *first;
	struct xattr_probe *probe; /* NULL: no hook asks for an xattr */
	struct kill_pause *pauses; /* KILL_PAUSES_MAX */
};

void hook_list_free(struct hook_list *list)
{
	for (size_t i = 0; i < list->nr_items; i++)
		instance_free(&list->items[i]);
	free(list->items);
	*list = (struct hook_list){ 0 };
}

int hooks_new(const char *cgroup_fs, struct hooks **ret_hooks)
{
	struct hooks *hooks = calloc(1, sizeof(*hooks));

	if (!hooks)
		return -ENOMEM;
	hooks->cgroup_fs = cgroup_fs;
	hooks->pauses = malloc(KILL_PAUSES_MAX * sizeof(*hooks->pauses));
	if (!hooks->pauses) {
		free(hooks);
		return -ENOMEM;
	}
	memset(hooks->pauses, 0xff, KILL_PAUSES_MAX * sizeof(*hooks->pauses)); /* page it in */
	for (size_t i = 0; i < KILL_PAUSES_MAX; i++)
		hooks->pauses[i].used = false;
	*ret_hooks = hooks;
	return 0;
}

void hooks_free(struct hooks *hooks)
{
	if (!hooks)
		return;
	xattr_probe_free(hooks->probe);
	free(hooks->pauses);
	free(hooks);
}

static bool asks_for_xattr(const struct instance *hook)
{
	return hook->hook->xattr && *hook->hook->xattr;
}

void hooks_set(struct hooks *hooks, const struct hook_list *first)
{
	bool needed = false;
	int err;

	hooks->first = first;
	for (const struct hook_list *list = first; list; list = list->next)
		for (size_t i = 0; i < list->nr_items; i++)
			needed |= asks_for_xattr(&list->items[i]);
	if (!needed || hooks->probe)
		return;
	err = xattr_probe_new(hooks->cgroup_fs, xattr_is_set, &hooks->probe);
	if (err)
		log_warn("cannot ask for xattrs (%s), hooks match by their cgroup patterns only",
			 strerror(-err));
}

static bool matches(struct hooks *hooks, const struct instance *hook, const struct cgroup *cgroup)
{
	char path[CGROUP_PATH_MAX];

	if (cgroup_patterns_touch(&hook->hook->cgroup, cgroup))
		return true;
	return asks_for_xattr(hook) && hooks->probe &&
	       xattr_probe_has(hooks->probe, cgroup->row->id,
			       cgroup_path(cgroup, path, sizeof(path)), hook->hook->xattr);
}

const struct instance *hooks_find(struct hooks *hooks, const struct cgroup *cgroup)
{
	for (const struct hook_list *list = hooks->first; list; list = list->next)
		for (size_t i = 0; i < list->nr_items; i++)
			if (matches(hooks, &list->items[i], cgroup))
				return &list->items[i];
	return NULL;
}

struct kill_pause *hooks_claim_pause(struct hooks *hooks)
{
	for (size_t i = 0; i < KILL_PAUSES_MAX; i++) {
		if (hooks->pauses[i].used)
			continue;
		hooks->pauses[i].used = true;
		return &hooks->pauses[i];
	}
	return NULL;
}
