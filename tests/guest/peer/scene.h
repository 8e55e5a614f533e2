/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A situation for boomd and for its peer, Debian's oomd: cgroups with loads in them, and one
 * ruleset that kills one of them.
 */
#ifndef TESTS_GUEST_PEER_SCENE_H
#define TESTS_GUEST_PEER_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#define PEER_CGROUPS_MAX 6
#define SCENE_DROP_IN_DIR "/tmp/drop-in"

/* How boomd runs; oomd has one way only. Loading BPF takes seconds in an emulated guest. */
enum peer_boomd {
	BOOMD_BY_FILES, /* --interval 1, as oomd, and the facts from cgroup files */
	BOOMD_BY_TICKS, /* --interval 1, and BPF */
	BOOMD_BY_EVENTS,
};

struct peer_cgroup {
	const char *name;
	const char *load;     /* a program of tests/load with its arguments, or NULL */
	const char *settings; /* "FILE=TEXT" or "XATTR=VALUE", with spaces between, or NULL */
};

struct peer_situation {
	const char *name;
	struct peer_cgroup cgroups[PEER_CGROUPS_MAX]; /* in the order in which they are made */
	/* all JSON has ' in place of " */
	const char *detectors, *actions;
	const char *ruleset; /* more keys of it: ", 'KEY': VALUE" */
	const char *hooks;   /* of "prekill_hooks", or NULL */
	const char *drop_in; /* actions of a drop-in, or NULL */
	const char *victim;
	const char *boomds_victim, *why; /* where it is another one */
	const char *said;		 /* by both, before they kill */
	const char *oomd_refuses;	 /* Debian's is too old: it says this, and ends */
	enum peer_boomd boomd;
	bool counts_io;	 /* --device is the guest's disk */
	/* Both look on at the same time: some ticks of each, the last load, some ticks, "go.slice". */
	bool is_history;
	int ticks_before, ticks_after;
	bool kills;    /* no dry run: the victim's loads die, and no others */
	bool is_timed; /* a kill whose loads start last; its time since the first stall is printed */
};

struct guest_load;

/* A situation that was made */
struct scene {
	const struct peer_situation *situation;
	struct guest_load *loads[PEER_CGROUPS_MAX];
	char *config;	 /* JSON */
	char device[32]; /* MAJ:MIN, or empty */
	int stall_fd;	 /* a PSI trigger, or -1 */
	uint64_t stalled_ns;
};

/* A clean guest with the cgroups and the configuration, but no load */
struct scene scene_begin(const struct peer_situation *s);
void scene_end(struct scene *scene);
int scene_nr_cgroups(const struct peer_situation *s);
/* Starts those of the cgroups from FIRST up to, but without, END, and waits until they hold. */
void scene_start_loads(struct scene *scene, int first, int end);
/* Of a timed one: waits for the first stall, and notes when that was. */
void scene_await_stall(struct scene *scene);
/* Every load in the victim is killed by SIGKILL, every other one lives. */
void scene_expect_dead(const struct scene *scene, const char *victim);

#endif
