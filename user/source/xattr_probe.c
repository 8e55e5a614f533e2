/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One question at a time, in one slot. The slot belongs to the thread from the question to the
 * answer; an asker who gave up leaves it there, and until the thread has come back nobody else
 * waits at all.
 */
#include "source/xattr_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "thread.h"

#define STACK_BYTES (128 * 1024) /* the sanitizers need most of it */
#define NS_PER_MS   1000000L
#define NS_PER_S    1000000000L

enum { SLOT_FREE, SLOT_ASKED, SLOT_ANSWERED };

struct xattr_probe {
	const char *cgroup_fs;
	pthread_t thread;
	sem_t asked, answered;
	atomic_int slot;
	atomic_bool stop;
	uint64_t cgroup_id;
	char folder[PATH_MAX], name[XATTR_NAME_MAX + 1];
	bool has;
};

static bool look(const struct xattr_probe *probe)
{
	int fd = open(probe->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat stat;
	bool has;

	if (fd < 0)
		return false;
	has = !fstat(fd, &stat) && stat.st_ino == probe->cgroup_id &&
	      fgetxattr(fd, probe->name, NULL, 0) >= 0;
	close(fd);
	return has;
}

static void *probe_main(void *arg)
{
	struct xattr_probe *probe = arg;

	for (;;) {
		while (sem_wait(&probe->asked) && errno == EINTR)
			;
		if (atomic_load(&probe->stop))
			return NULL;
		probe->has = look(probe);
		atomic_store(&probe->slot, SLOT_ANSWERED);
		sem_post(&probe->answered);
	}
}

int xattr_probe_new(const char *cgroup_fs, struct xattr_probe **ret_probe)
{
	struct xattr_probe *probe = calloc(1, sizeof(*probe));
	int err;

	if (!probe)
		return -ENOMEM;
	probe->cgroup_fs = cgroup_fs;
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
	int length;

	if (atomic_load(&probe->slot) == SLOT_ASKED)
		return false;
	while (!sem_trywait(&probe->answered)) /* an answer that came too late */
		;
	length = snprintf(probe->folder, sizeof(probe->folder), "%s/%s", probe->cgroup_fs, path);
	if (length < 0 || (size_t)length >= sizeof(probe->folder) ||
	    strlen(name) >= sizeof(probe->name))
		return false;
	strcpy(probe->name, name);
	probe->cgroup_id = cgroup_id;
	atomic_store(&probe->slot, SLOT_ASKED);
	sem_post(&probe->asked);
	while (sem_clockwait(&probe->answered, CLOCK_MONOTONIC, &until))
		if (errno != EINTR)
			return false;
	return probe->has;
}
