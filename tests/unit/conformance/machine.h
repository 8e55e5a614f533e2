/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine of files, and a configuration that runs on it tick by tick: everything between the file
 * system and the killer is the daemon's own (the source `cgroupfs`, tree, history, JSON, rules,
 * engine). The killer only records. What happened comes out as one line of text.
 */
#ifndef TESTS_CONFORMANCE_MACHINE_H
#define TESTS_CONFORMANCE_MACHINE_H

#include <stdbool.h>

#include "engine/drop_in.h"
#include "unit/conformance/catalogue.h"
#include "unit/fixture.h"

#define MACHINE_TICKS_MAX 24
#define MACHINE_TICK_NS	  5000000000ULL

/*
 * The path is a folder; without `files` it has none of cgroup2's files in it. With a text it is one file,
 * below the cgroup root or, with "/proc/" in front, of /proc.
 */
struct machine_cgroup {
	const char *path; /* NULL ends the table */
	bool files, gone;
	const char *text;
	struct fixture_cgroup cgroup;
};

#define CGROUP(path_, ...) { .path = (path_), .files = true, .cgroup = { __VA_ARGS__ } }
#define FOLDER(path_)	   { .path = (path_) }
#define TEXT(path_, text_) { .path = (path_), .text = (text_) }
#define GONE(path_)	   { .path = (path_), .gone = true }
#define CGROUPS(...)	   ((const struct machine_cgroup[]){ __VA_ARGS__, { 0 } })

#define MACHINE_DROP_INS_MAX 8

/* Before this tick (from 0), a drop-in comes, or, without a text, goes. */
struct machine_drop_in {
	size_t tick;
	const char *tag, *text; /* no tag ends the list */
};

/* Writes, makes and removes what the table says. */
void machine_write(struct fixture *fixture, const struct machine_cgroup *cgroups);

/* One of detector, action, config. */
struct machine_play {
	const char *detector; /* a plugin: does its group fire? "C" or "S" for each tick */
	const char *action;   /* a plugin: what does it return, and who dies? */
	const char *args;     /* of the plugin, as members of a JSON object */
	const char *config;   /* a whole configuration: how many kills are there in each tick? */
	/* What is written, made or removed before each tick; NULL: the table before goes on. */
	const struct machine_cgroup *ticks[MACHINE_TICKS_MAX];
	struct machine_drop_in drop_ins[MACHINE_DROP_INS_MAX];
	size_t nr_ticks; /* 0: as many as there are tables */
	size_t warm_up;	 /* of these, the first ones run without rules: history only */
	const struct system_facts *system;
	const char *own;		   /* boomd lives there */
	const char *refused;		   /* paths that cannot be killed, or "*" */
	void (*prepare)(struct rules *rules); /* the compiled rules, before they run */
	void (*prepare_drop_in)(struct drop_in *drop_in); /* likewise */
	void (*finish)(const struct machine_play *play); /* after the last tick */
	void (*answer)(void); /* before each tick but the first: whereupon a plugin asks for the tick */
	const size_t *counter; /* with a config: what is counted instead of kills */
	const char *text;      /* with a config: what stands there at the end is all that is told */
	bool whom; /* with a config: who dies, in their order, and not how many */
};

/*
 * Plays it; the line in buf, which is returned. A configuration that is refused: "refused: " and
 * the first message; of a drop-in the same at the end of the line. Skips the test where it needs xattrs that cannot be set here.
 */
const char *machine_play(const struct machine_play *play, char buf[CONFORMANCE_TEXT_MAX]);

#endif
