/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reader: reads from a block device past the page cache, so that io.stat counts every byte of it.
 *
 *   reader --device /dev/vda --rate 100   100 reads of 64 KiB a second, one after the other
 *
 * It holds 8 MiB of anonymous memory, for nobody counts who has none. Says "ready" on stdout
 * after its first read.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HELD_BYTES  (8UL << 20)
#define READ_BYTES  65536UL
#define SPAN_BYTES  (64UL << 20) /* of the device, again and again */
#define ALIGN_BYTES 4096UL

struct reader {
	const char *device;
	unsigned long rate_per_s;
};

static struct reader parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "rate", required_argument, NULL, 'r' },
		{ 0 },
	};
	struct reader reader = { .rate_per_s = 100 };
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'd':
			reader.device = optarg;
			break;
		case 'r':
			reader.rate_per_s = strtoul(optarg, NULL, 10);
			break;
		default:
			exit(2);
		}
	}
	if (!reader.device || !reader.rate_per_s) {
		fputs("usage: reader --device FILE [--rate READS_PER_SECOND]\n", stderr);
		exit(2);
	}
	return reader;
}

static void fail(const char *what)
{
	fprintf(stderr, "reader: %s: %s\n", what, strerror(errno));
	exit(1);
}

static char *hold(void)
{
	char *memory = aligned_alloc(ALIGN_BYTES, HELD_BYTES);

	if (!memory)
		fail("no memory");
	memset(memory, 1, HELD_BYTES);
	return memory;
}

static void add_ns(struct timespec *time, uint64_t ns)
{
	ns += (uint64_t)time->tv_nsec;
	time->tv_sec += (time_t)(ns / 1000000000);
	time->tv_nsec = (long)(ns % 1000000000);
}

int main(int argc, char **argv)
{
	struct reader reader = parse(argc, argv);
	int fd = open(reader.device, O_RDONLY | O_DIRECT | O_CLOEXEC);
	char *memory = hold();
	struct timespec due;

	if (fd < 0)
		fail(reader.device);
	clock_gettime(CLOCK_MONOTONIC, &due);
	for (unsigned long n = 0;; n++) {
		unsigned long at = n * READ_BYTES;

		if (pread(fd, memory + at % HELD_BYTES, READ_BYTES, (off_t)(at % SPAN_BYTES)) < 0)
			fail("read");
		if (n == 0 && write(STDOUT_FILENO, "ready\n", 6) != 6)
			return 1;
		add_ns(&due, 1000000000 / reader.rate_per_s);
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
			;
	}
}
