/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A daemon under test (boomd, or its peer), in a cgroup of its own that has the program's
 * name, with everything that it prints collected line by line.
 *
 * A thread of its own reads the pipe: a daemon must never block on a test that is
 * waiting for something else.
 */
#include "guest/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guest/internal.h"

#define BOOMD "/usr/bin/boomd"
#define STOP_MS 10000

struct line {
	struct line *next;
	char text[];
};

struct guest_daemon {
	struct guest_daemon *next;
	struct guest_child child;
	pthread_t reader;
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct line *first, **end; /* all lines so far */
	struct line **unseen;	   /* the first that no guest_daemon_await() has passed */
	bool closed;		   /* no more will come */
	char config[32];	   /* path of its configuration, or empty */
};

static struct guest_daemon *daemons;

static void *read_lines(void *data)
{
	struct guest_daemon *d = data;
	FILE *f = fdopen(dup(d->child.out_fd), "re");
	char *text = NULL;
	size_t size = 0;
	ssize_t n;

	while (f && (n = getline(&text, &size, f)) > 0) {
		struct line *line = calloc(1, sizeof(*line) + (size_t)n + 1);

		if (!line)
			break;
		memcpy(line->text, text, (size_t)n);
		line->text[strcspn(line->text, "\n")] = 0;
		pthread_mutex_lock(&d->lock);
		*d->end = line;
		d->end = &line->next;
		pthread_cond_broadcast(&d->news);
		pthread_mutex_unlock(&d->lock);
	}
	free(text);
	if (f)
		fclose(f);
	pthread_mutex_lock(&d->lock);
	d->closed = true;
	pthread_cond_broadcast(&d->news);
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

static void listen_to(struct guest_daemon *d)
{
	pthread_condattr_t attr;

	d->end = d->unseen = &d->first;
	pthread_mutex_init(&d->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&d->news, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&d->reader, NULL, read_lines, d))
		guest_fail("cannot start a thread");
}

static void save_config(struct guest_daemon *d, const char *config)
{
	int fd;

	snprintf(d->config, sizeof(d->config), "/tmp/boomd.XXXXXX");
	fd = mkostemp(d->config, O_CLOEXEC);
	if (fd < 0 || write(fd, config, strlen(config)) != (ssize_t)strlen(config))
		guest_fail("cannot write %s: %s", d->config, strerror(errno));
	close(fd);
}

static struct guest_daemon *start(const char *program, const char *config, va_list args)
{
	struct guest_daemon *d = calloc(1, sizeof(*d));
	const char *argv[GUEST_MAX_ARGV] = { program };
	size_t n = 1;

	if (!d)
		guest_fail("out of memory");
	if (config) {
		save_config(d, config);
		argv[n++] = "--config";
		argv[n++] = d->config;
	}
	guest_argv(argv, n, args);
	d->child = guest_spawn(guest_cgroup_new(strrchr(program, '/') + 1), true, argv);
	listen_to(d);
	d->next = daemons;
	daemons = d;
	return d;
}

struct guest_daemon *guest_daemon_start(const char *config, ...)
{
	struct guest_daemon *d;
	va_list args;

	va_start(args, config);
	d = start(BOOMD, config, args);
	va_end(args);
	return d;
}

struct guest_daemon *guest_daemon_start_program(const char *program, const char *config, ...)
{
	struct guest_daemon *d;
	va_list args;

	va_start(args, config);
	d = start(program, config, args);
	va_end(args);
	return d;
}

/* The first line from FROM on that contains TEXT; the lock is held */
static struct line *search(struct line *from, const char *text)
{
	while (from && !strstr(from->text, text))
		from = from->next;
	return from;
}

/* Everything that it said, for a failure's message */
static void fail_with_output(struct guest_daemon *d, const char *why)
{
	char said[6000];
	size_t at = 0;

	said[0] = 0;
	for (struct line *l = d->first; l; l = l->next) {
		size_t left = sizeof(said) - at;
		int n = snprintf(said + at, left, "    %s\n", l->text);

		if (n < 0 || (size_t)n >= left)
			break;
		at += (size_t)n;
	}
	pthread_mutex_unlock(&d->lock);
	guest_fail("%s; it said so far:\n%s", why, said);
}

static struct timespec deadline(int timeout_ms)
{
	uint64_t ns = guest_now_ns() + (uint64_t)timeout_ms * 1000000;

	return (struct timespec){ (time_t)(ns / 1000000000), (long)(ns % 1000000000) };
}

const char *guest_daemon_await(struct guest_daemon *d, const char *text, int timeout_ms)
{
	struct timespec end = deadline(timeout_ms);
	char why[512];
	struct line *found;
	int err = 0;

	pthread_mutex_lock(&d->lock);
	while (!(found = search(*d->unseen, text)) && !d->closed && err != ETIMEDOUT)
		err = pthread_cond_timedwait(&d->news, &d->lock, &end);
	if (!found) {
		snprintf(why, sizeof(why), "%s %s before it said '%s' (%d ms)", d->child.name,
			 d->closed ? "ended" : "let the time pass", text, timeout_ms);
		fail_with_output(d, why);
	}
	d->unseen = &found->next;
	pthread_mutex_unlock(&d->lock);
	return found->text;
}

const char *guest_daemon_find(struct guest_daemon *d, const char *text)
{
	struct line *found;

	pthread_mutex_lock(&d->lock);
	found = search(d->first, text);
	pthread_mutex_unlock(&d->lock);
	return found ? found->text : NULL;
}

size_t guest_daemon_count(struct guest_daemon *d, const char *text)
{
	struct line *l;
	size_t nr = 0;

	pthread_mutex_lock(&d->lock);
	for (l = search(d->first, text); l; l = search(l->next, text))
		nr++;
	pthread_mutex_unlock(&d->lock);
	return nr;
}

pid_t guest_daemon_pid(const struct guest_daemon *d)
{
	return d->child.pid;
}

bool guest_daemon_alive(const struct guest_daemon *d)
{
	return !guest_poll(d->child.pidfd, POLLIN, 0);
}

void guest_daemon_signal(const struct guest_daemon *d, int signal)
{
	if (kill(d->child.pid, signal))
		guest_fail("cannot signal %s: %s", d->child.name, strerror(errno));
}

int guest_daemon_await_exit(struct guest_daemon *d, int timeout_ms)
{
	int result = guest_child_await(&d->child, timeout_ms);
	struct timespec end = deadline(timeout_ms);
	int err = 0;

	/* its last words are still on their way */
	pthread_mutex_lock(&d->lock);
	while (!d->closed && err != ETIMEDOUT)
		err = pthread_cond_timedwait(&d->news, &d->lock, &end);
	pthread_mutex_unlock(&d->lock);
	return result;
}

int guest_daemon_stop(struct guest_daemon *d)
{
	guest_daemon_signal(d, SIGTERM);
	return guest_daemon_await_exit(d, STOP_MS);
}

void guest_daemon_kill(struct guest_daemon *d)
{
	guest_daemon_signal(d, SIGKILL);
	(void)guest_daemon_await_exit(d, STOP_MS);
}

/* The daemons are dead by now: the sweep killed them, which ends their readers. */
void guest_daemons_forget(void)
{
	while (daemons) {
		struct guest_daemon *d = daemons;

		daemons = d->next;
		pthread_join(d->reader, NULL);
		while (d->first) {
			struct line *line = d->first;

			d->first = line->next;
			free(line);
		}
		pthread_cond_destroy(&d->news);
		pthread_mutex_destroy(&d->lock);
		if (d->config[0])
			(void)unlink(d->config);
		guest_child_close(&d->child);
		free(d);
	}
}
