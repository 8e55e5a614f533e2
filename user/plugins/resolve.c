/* SPDX-License-Identifier: GPL-2.0-only */
/* From a plugin's pattern arguments to cgroups, and from a cgroup to text. */
#include <string.h>

#include "log.h"
#include "plugins/plugin.h"

int plugin_resolve(const struct moment *now, const struct cgroup_patterns *cgroup,
		   const struct cgroup_patterns *ruleset_cgroup, struct cgroup_list *ret_list)
{
	struct arena *arena = now->evaluation->arena;
	struct cgroup_list global = { 0 }, local = { 0 };
	int err = cgroup_patterns_resolve(cgroup, now->tree, NULL, arena, &global);

	if (!err && now->ruleset_cgroup)
		err = cgroup_patterns_resolve(ruleset_cgroup, now->tree, now->ruleset_cgroup, arena,
					      &local);
	if (err)
		return err;
	if (global.nr_items && local.nr_items)
		return cgroup_list_union(&global, &local, arena, ret_list);
	*ret_list = global.nr_items ? global : local;
	return 0;
}

const char *plugin_label(const struct cgroup *cgroup, char buf[PLUGIN_LABEL_SIZE])
{
	char path[CGROUP_PATH_MAX], clean[4 * PLUGIN_LABEL_SIZE + 8];
	size_t length = strlen(cgroup_path(cgroup, path, sizeof(path)));
	bool cut = length >= PLUGIN_LABEL_SIZE;

	/* text only grows by being cleaned: what is cut here would not have fitted either */
	log_clean(cut ? path + length - PLUGIN_LABEL_SIZE : path, clean, sizeof(clean));
	length = strlen(clean);
	if (length < PLUGIN_LABEL_SIZE)
		return memcpy(buf, clean, length + 1);
	memcpy(buf, "...", 3);
	memcpy(buf + 3, clean + length - (PLUGIN_LABEL_SIZE - 4), PLUGIN_LABEL_SIZE - 3);
	return buf;
}
