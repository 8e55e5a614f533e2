/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One question at a time, in one slot, and questions have numbers. The slot belongs to the thread
 * until the last question has its answer; an asker who gave up leaves it there, and until the thread
 * has come back nobody else waits at all. The semaphores only wake, what counts is the numbers.
 */
#include "source/xattr_probe.h"

#include <errno.h>
#include <limits.h>
#include <linux/limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "thread.h"

#define STACK_BYTES (128 * 1024) /* the sanitizers need most of it */
#define NS_PER_MS   1000000L
#define NS_PER_S    1000000000L

struct xattr_probe {
	const char *cgroup_fs;
	xattr_look_fn look;
	pthread_t thread;
	sem_t asked, answered;
	unsigned nr_asked;
	atomic_uint nr_answered;
	atomic_bool stop;
	uint64_t cgroup_id;
	char path[PATH_MAX], name[XATTR_NAME_MAX + 1];
	bool has;
};

static void *probe_main(void *arg)
{
	struct xattr_probe *probe = arg;

	for (;;) {
		while (sem_wait(&probe->asked) && errno == EINTR)
			;
		if (atomic_load(&probe->stop))
			return NULL;
		probe->has = probe->look(probe->cgroup_fs, probe->path, probe->cgroup_id,
					 probe->name) == 1;
		atomic_store(&probe->nr_answered, probe->nr_asked);
		sem_post(&probe->answered);
	}
}

int xattr_probe_new(const char *cgroup_fs, xattr_look_fn look, struct xattr_probe **ret_probe)
{
	struct xattr_probe *probe = calloc(1, sizeof(*probe));
	int err;

	if (!probe)
		return -ENOMEM;
	probe->cgroup_fs = cgroup_fs;
	probe->look = look;
	sem_init(&probe->asked, 0, 0);
	sem_init(&probe->answered, 0, 0);
	err = thread_start("boomd-xattr", STACK_BYTES, probe_main, probe, &probe->thread);
	if (err) {
		free(probe);
		return err;
	}
	*ret_probe = probe;
	return 0;
}

static struct timespec in_ms(long ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ms * NS_PER_MS;
	until.tv_sec += until.tv_nsec / NS_PER_S;
	until.tv_nsec %= NS_PER_S;
	return until;
}

void xattr_probe_free(struct xattr_probe *probe)
{
	struct timespec until = in_ms(1000);

	if (!probe)
		return;
	atomic_store(&probe->stop, true);
	sem_post(&probe->asked);
	if (pthread_clockjoin_np(probe->thread, NULL, CLOCK_MONOTONIC, &until)) {
		pthread_detach(probe->thread);
		return;
	}
	sem_destroy(&probe->asked);
	sem_destroy(&probe->answered);
	free(probe);
}

bool xattr_probe_has(struct xattr_probe *probe, uint64_t cgroup_id, const char *path,
		     const char *name)
{
	struct timespec until = in_ms(XATTR_PROBE_MS);

	if (atomic_load(&probe->nr_answered) != probe->nr_asked)
		return false;
	if (strlen(path) >= sizeof(probe->path) || strlen(name) >= sizeof(probe->name))
		return false;
	strcpy(probe->path, path);
	strcpy(probe->name, name);
	probe->cgroup_id = cgroup_id;
	probe->nr_asked++;
	sem_post(&probe->asked);
	while (atomic_load(&probe->nr_answered) != probe->nr_asked)
		if (sem_clockwait(&probe->answered, CLOCK_MONOTONIC, &until) && errno != EINTR)
			return false;
	return probe->has;
}
