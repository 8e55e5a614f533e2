/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may wake the daemon: what the plugins of the rules wait for, made into watch rows, masks,
 * record kinds and PSI triggers, for every cgroup that matches and for those that appear later.
 */
#ifndef ENGINE_WATCHES_H
#define ENGINE_WATCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/rules.h"

struct watches;

/* 0 or -ENOMEM. */
int watches_new(size_t max_cgroups, struct watches **ret_watches);
void watches_free(struct watches *watches);

/*
 * Takes what the rules' plugins declare, gives the rows to the source, and forgets which cgroups
 * had been told; follow with watches_apply(). rules must outlive their use here.
 */
void watches_set(struct watches *watches, struct source *source, struct rules *rules);
/* Tells the source about every cgroup of the tree that has not been told before. */
void watches_apply(struct watches *watches, struct source *source, const struct cgroup_tree *tree);
/* Hands a trigger's record to the plugin that declared it, in every clone that it concerns. */
void watches_notice(struct watches *watches, const struct cgroup_tree *tree,
		    const struct boomd_record *record);

/* The kernel took every trigger, so that a plugin need not compare stall times itself. */
bool watches_triggers_armed(const struct watches *watches);
/* Some plugin waits for something no record tells: evaluations must come by time. */
bool watches_need_polling(const struct watches *watches);

#endif
