/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of a command. Fixed size, no pointers: it goes over a socket and into the record. */
#ifndef SPAWN_RESULT_H
#define SPAWN_RESULT_H

#include <stdint.h>

#define SPAWN_OUTPUT_MAX 1024 /* kept of what it says, the NUL included; the rest is only counted */

enum spawn_end {
	SPAWN_NONE = 0, /* there was no command */
	SPAWN_RUNNING,
	SPAWN_EXITED,	   /* status: its exit status */
	SPAWN_SIGNALLED,   /* status: the signal that ended it */
	SPAWN_TIMED_OUT,   /* killed, or about to be */
	SPAWN_NOT_STARTED, /* status: -errno */
	SPAWN_LOST,	   /* whoever looked after it died */
};

struct spawn_result {
	int32_t end; /* enum spawn_end */
	int32_t status;
	uint64_t started_ns, finished_ns; /* CLOCK_MONOTONIC; 0: did not happen */
	uint64_t output_bytes;		  /* all it said, kept or not */
	char output[SPAWN_OUTPUT_MAX];	  /* the beginning; NUL bytes in it are blanks */
};

#endif
