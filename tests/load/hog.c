/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hog: takes memory, at a rate, and then holds it or keeps touching it.
 *
 *   hog --mib 200                      takes 200 MiB at once and holds them
 *   hog --mib 200 --touch              ... and touches every page again and again: under a
 *                                      memory.high or memory.max of less, this thrashes
 *   hog --mib 9999 --rate 50           leaks 50 MiB a second
 *   hog --mib 10 --children 5          five processes of 10 MiB each
 *
 * How much that stalls (measured in a guest, full pressure): touching 160 MiB under a
 * memory.high of 64 MiB with swap 25 to 30 %; without swap (memory.swap.max 0) 100 %, by
 * throttling alone, and it is never ready.
 *
 * Says "ready" on stdout once all of it was touched, by all children. Every page
 * gets different contents, so that neither KSM nor a compressing swap gets off
 * lightly. Static, so that a guest needs nothing else.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <signal.h>
#include <unistd.h>

#define MIB (1024UL * 1024)
#define PAGE 4096UL

struct hog {
	unsigned long mib;
	unsigned long rate_mib_per_s; /* 0: as fast as it goes */
	unsigned long nr_children;    /* 0: this process is the hog */
	bool touch;
};

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || end == text) {
		fprintf(stderr, "hog: not a number: '%s'\n", text);
		exit(2);
	}
	return value;
}

static struct hog parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "mib", required_argument, NULL, 'm' },
		{ "rate", required_argument, NULL, 'r' },
		{ "children", required_argument, NULL, 'c' },
		{ "touch", no_argument, NULL, 't' },
		{ 0 },
	};
	struct hog hog = { 0 };
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'm':
			hog.mib = number(optarg);
			break;
		case 'r':
			hog.rate_mib_per_s = number(optarg);
			break;
		case 'c':
			hog.nr_children = number(optarg);
			break;
		case 't':
			hog.touch = true;
			break;
		default:
			exit(2);
		}
	}
	return hog;
}

/* xorshift: cheap, and no two pages alike */
static void fill_page(uint64_t *page, uint64_t *seed)
{
	for (size_t i = 0; i < PAGE / sizeof(*page); i++) {
		*seed ^= *seed << 13;
		*seed ^= *seed >> 7;
		*seed ^= *seed << 17;
		page[i] = *seed;
	}
}

/* The time at which MiB number n is due */
static void wait_turn(const struct timespec *start, unsigned long n, unsigned long rate)
{
	uint64_t ns = (uint64_t)start->tv_nsec + (uint64_t)n * 1000000000ULL / rate;
	struct timespec due = { start->tv_sec + (time_t)(ns / 1000000000ULL),
				(long)(ns % 1000000000ULL) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
		;
}

static char *take(const struct hog *hog)
{
	uint64_t seed = 88172645463325252ULL ^ ((uint64_t)getpid() << 20);
	size_t size = hog->mib * MIB;
	struct timespec start;
	char *memory;

	if (!size)
		return NULL;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED) {
		perror("hog: mmap");
		exit(1);
	}
	/* page by page, so that what was asked for is what is charged */
	(void)madvise(memory, size, MADV_NOHUGEPAGE);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (unsigned long n = 0; n < hog->mib; n++) {
		if (hog->rate_mib_per_s)
			wait_turn(&start, n, hog->rate_mib_per_s);
		for (size_t at = n * MIB; at < (n + 1) * MIB; at += PAGE)
			fill_page((uint64_t *)(memory + at), &seed);
	}
	return memory;
}

static void keep(const struct hog *hog, volatile char *memory)
{
	for (;;) {
		if (!hog->touch || !memory)
			pause();
		for (size_t at = 0; at < hog->mib * MIB; at += PAGE)
			memory[at]++;
	}
}

static void be_hog(const struct hog *hog, int ready_fd)
{
	char *memory = take(hog);

	if (write(ready_fd, "ready\n", 6) != 6)
		exit(1);
	keep(hog, memory);
}

/* Children say that they are ready through a pipe; one line goes out for all of them. */
static void be_parent(const struct hog *hog)
{
	char said[6];
	int fds[2];

	if (pipe(fds)) {
		perror("hog: pipe");
		exit(1);
	}
	for (unsigned long i = 0; i < hog->nr_children; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("hog: fork");
			exit(1);
		}
		if (pid == 0) /* not to die with its parent: who kills has to kill each */
			be_hog(hog, fds[1]);
	}
	close(fds[1]);
	for (unsigned long i = 0; i < hog->nr_children; i++) {
		if (read(fds[0], said, sizeof(said)) != (ssize_t)sizeof(said))
			exit(1);
	}
	puts("ready");
	fflush(stdout);
	while (wait(NULL) > 0)
		;
}

int main(int argc, char **argv)
{
	struct hog hog = parse(argc, argv);

	if (hog.nr_children)
		be_parent(&hog);
	else
		be_hog(&hog, STDOUT_FILENO);
	return 0;
}
