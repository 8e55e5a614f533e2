/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parsers of what cgroup files and /proc/<pid>/stat say.
 *
 * Each takes a text and its length (no NUL needed), knows one format, and either understands the
 * whole of what it was asked for or returns -errno and leaves *ret alone: -EINVAL it is not of
 * this format, -ERANGE a number does not fit, -ENODATA something wanted is missing. Nothing here
 * allocates, logs, or depends on the locale. Numbers are __u64, as in the rows they go to. The
 * last line may lack its newline: who reads a file makes sure that it came whole.
 */
#ifndef SOURCE_PARSE_H
#define SOURCE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/events.h"

/* "123": exactly one line with one number. */
int parse_number(const char *text, size_t len, __u64 *ret_value);
/* The same, or "max", which is BOOMD_MAX. */
int parse_limit(const char *text, size_t len, __u64 *ret_value);

struct parse_key {
	const char *key;
	__u64 *value; /* written when the key is found */
};

/*
 * Lines of "<key> <number>", as in memory.stat, memory.events, cgroup.events, cgroup.stat: looks
 * for the given keys (at most 32) and returns the mask of those found. The first line of a key
 * counts; other lines, and lines that are not like this, are passed over.
 */
uint32_t parse_keyed(const char *text, size_t len, const struct parse_key *keys, size_t nr_keys);

/*
 * A *.pressure file, with its two lines `some` and `full`, in the upstream format
 * ("some avg10=0.12 avg60=0.00 avg300=0.00 total=123") or that of the first patches, which oomd
 * knows too ("some 0.12 0.00 0.00", among lines such as "aggr 123"; no totals).
 *
 * Averages become the least fixed point number that the kernel would print like this (it cuts off
 * behind two digits), so that printing them again, cut or rounded, gives what the file said.
 */
int parse_pressure(const char *text, size_t len, struct boomd_psi ret_psi[BOOMD_STALLS]);

/*
 * io.stat: lines of "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6", other keys passed over;
 * sums up the given devices by their class.
 */
int parse_io_stat(const char *text, size_t len, const struct boomd_device *devices,
		  size_t nr_devices, struct boomd_io ret_io[BOOMD_DEVICE_CLASSES]);

/* What /proc/<pid>/stat says of a process. */
struct parse_process {
	char comm[16];
	char state;	    /* R, S, D, Z, ... */
	__u64 kernel_flags; /* PF_* */
	__u64 start_ticks;  /* since boot, in ticks of sysconf(_SC_CLK_TCK) */
	__u64 rss_pages;
};

/* comm may hold anything, spaces, newlines and ") Z " included: it ends at the last ')'. */
int parse_process(const char *text, size_t len, struct parse_process *ret_process);

/* A line of cgroup.procs: a number from 1 to INT32_MAX. "0" is a process that we cannot see. */
int parse_pid(const char *text, size_t len, int32_t *ret_pid);

#endif
