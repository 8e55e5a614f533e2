/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who is to die: the processes of a cgroup, each proven to be the one that was listed.
 *
 * A pid is only a number; between a list and a signal it can come to mean another process. So:
 * list, open a pidfd of each, list again. A process that is in both lists with the same start
 * time was alive all the while, hence the pidfd in between is its own, and the second list says
 * that it was still in the cgroup. Nobody else is signalled.
 *
 * One turn does this for whoever is new in the former list; then the latter becomes the former. A
 * turn in which nobody was new and after which nobody is new proves the cgroup complete: whoever
 * has SIGKILL pending cannot fork.
 */
#ifndef KILL_VICTIMS_H
#define KILL_VICTIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kill/killer.h"
#include "source/source.h"

/* What became of an entry of a list. */
enum victim_fate {
	VICTIM_NEW = 0,	  /* nothing yet, not even counted */
	VICTIM_WAITING,	  /* counted, to be signalled */
	VICTIM_PASSED,	  /* kernel thread, no straggler, listed twice, or gone */
	VICTIM_SIGNALLED, /* in this turn or before */
	VICTIM_DYING,	  /* the same, but it was dying before */
	VICTIM_FAILED,
};

struct victim_list {
	struct boomd_task *tasks; /* BOOMD_TASKS_MAX */
	uint8_t *fates;		  /* enum victim_fate */
	size_t nr;
	bool more; /* the source had more than it could write */
};

struct victims {
	struct source *source;
	struct victim_list lists[2];
	struct victim_list *former, *latter;
	int *pidfds;		 /* of the former's entries; -1: none */
	uint16_t *index;	 /* pid -> entry of the former + 1; 0: empty */
	uint64_t born_before_ns; /* UINT64_MAX, or: only stragglers, living and older than this */
	pid_t own_pid;
	int signal;	     /* SIGKILL; 0 in the rehearsal */
	size_t nr_waiting;   /* in the former list, after a turn */
	size_t nr_newcomers; /* of this kill: first seen after the first list */
	size_t nr_turns;     /* of this kill */
	bool nameless;	     /* somebody has no pid here: outside our pid namespace */
	int first_error;     /* of this kill: -errno */
	bool short_of_fds;   /* the last victims_open() ended at EMFILE or ENFILE */
};

/* Called for everybody who was signalled; pidfd is its to close. */
typedef void (*victim_signalled_fn)(void *user, const struct boomd_task *task, int pidfd);

/* 0 or -ENOMEM. All memory the room needs for lists, touched. */
int victims_init(struct victims *victims, struct source *source);
void victims_fini(struct victims *victims);

/* Forgets the kill before. */
void victims_reset(struct victims *victims);
/* Lists into the latter; 0 or -errno of the source. */
int victims_list(struct victims *victims, uint64_t cgroup_id, const char *path);
/* true: PID 1 or boomd itself is in the latter list. */
bool victims_protected(const struct victims *victims);
/* The latter becomes the former, with the fates of those in both; who is new is counted. */
void victims_turn(struct victims *victims, struct kill_result *result);

/* Opens a pidfd of each that waits in the former list. */
void victims_open(struct victims *victims, struct kill_result *result);
/* Signals who is in both lists; closes what is left of the pidfds. Returns how many got it. */
size_t victims_signal(struct victims *victims, struct kill_result *result, victim_signalled_fn fn,
		      void *user);
/* Nobody is signalled: closes the pidfds. */
void victims_close(struct victims *victims);
/* Dry: counts those who would have been signalled. */
void victims_count(const struct victims *victims, struct kill_result *result);
/* Gives up on those who still wait in the former list. */
void victims_give_up(struct victims *victims, struct kill_result *result, int error);

/* CLOCK_MONOTONIC, the clock of every time in this room. */
uint64_t kill_clock_ns(void);

#endif
