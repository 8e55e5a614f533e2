/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one thread that touches cgroups for every senpai: writing memory.high or memory.reclaim
 * reclaims in the writer, for seconds if need be.
 *
 * It is one for the whole process so that there is one order of things: when a configuration is
 * reloaded, the old one's limits are given back before the new one takes its first look. It is
 * never stopped, because it may be stuck when it should be; at the end of the process it is waited
 * for.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "log.h"
#include "plugins/act/senpai_alarm.h"
#include "plugins/act/senpai_ledger.h"
#include "thread.h"

#define STACK_BYTES (128 * 1024)
#define END_WAIT_S  2
#define HURRY_MS    1

static struct {
	pthread_mutex_t lock; /* of the list of ledgers; never held while files are touched */
	pthread_cond_t closed;
	struct senpai_ledger *ledgers;
	bool running;
	sem_t work;
	/* ends a write that takes its time; starts ringing when a ledger is closed */
	struct senpai_alarm timeout, hurry;
} worker = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* --- the worker's side --- */

static void give_all_back(struct senpai_ledger *ledger)
{
	for (size_t i = 0; i < atomic_load(&ledger->nr_used); i++)
		if (atomic_load(&ledger->entries[i].state) != ENTRY_FREE)
			senpai_give_back(ledger, &ledger->entries[i]);
}

static struct senpai_ledger *first_closed(void)
{
	struct senpai_ledger *ledger = worker.ledgers;

	while (ledger && !ledger->closed)
		ledger = ledger->next;
	return ledger;
}

static void unlink_ledger(struct senpai_ledger *ledger)
{
	struct senpai_ledger **at = &worker.ledgers;

	while (*at != ledger)
		at = &(*at)->next;
	*at = ledger->next;
}

/* true: there was one. */
static bool close_one(void)
{
	struct senpai_ledger *ledger;

	pthread_mutex_lock(&worker.lock);
	ledger = first_closed();
	pthread_mutex_unlock(&worker.lock);
	if (!ledger)
		return false;
	give_all_back(ledger);
	pthread_mutex_lock(&worker.lock);
	unlink_ledger(ledger);
	if (!first_closed())
		senpai_alarm_stop(&worker.hurry);
	pthread_cond_broadcast(&worker.closed);
	pthread_mutex_unlock(&worker.lock);
	free(ledger->entries);
	free(ledger);
	return true;
}

static bool is_ours(const struct senpai_entry *entry)
{
	int state = atomic_load_explicit(&entry->state, memory_order_acquire);

	return state == ENTRY_ORDERED || state == ENTRY_LEAVING;
}

/* Goes on behind the one before, so that everybody's turn comes. */
static struct senpai_entry *next_entry(struct senpai_ledger *ledger)
{
	size_t nr = atomic_load(&ledger->nr_used);

	for (size_t i = 0; i < nr; i++) {
		size_t at = (ledger->cursor + i) % nr;

		if (is_ours(&ledger->entries[at])) {
			ledger->cursor = at + 1;
			return &ledger->entries[at];
		}
	}
	return NULL;
}

static struct senpai_entry *find_work(struct senpai_ledger **ret_ledger)
{
	struct senpai_entry *entry = NULL;

	pthread_mutex_lock(&worker.lock);
	for (struct senpai_ledger *l = worker.ledgers; l && !entry; l = l->next) {
		*ret_ledger = l;
		entry = next_entry(l);
	}
	pthread_mutex_unlock(&worker.lock);
	return entry;
}

static void do_work(struct senpai_ledger *ledger, struct senpai_entry *entry)
{
	if (atomic_load(&entry->state) == ENTRY_LEAVING) {
		senpai_give_back(ledger, entry);
		atomic_store_explicit(&entry->state, ENTRY_FREE, memory_order_release);
		return;
	}
	senpai_carry_out(ledger, entry, &worker.timeout);
	atomic_store_explicit(&entry->state, ENTRY_IDLE, memory_order_release);
}

/* What was closed comes first, see senpai_ledger_close(). false: there is nothing to do. */
static bool do_something(void)
{
	struct senpai_ledger *ledger = NULL;
	struct senpai_entry *entry;

	if (close_one())
		return true;
	entry = find_work(&ledger);
	if (entry)
		do_work(ledger, entry);
	return entry;
}

static void *worker_main(void *arg)
{
	sem_t *ready = arg;

	if (senpai_alarm_init(&worker.timeout) || senpai_alarm_init(&worker.hurry))
		log_warn("senpai: no timers, memory_high_timeout_ms is without effect");
	sem_post(ready);
	for (;;) {
		while (sem_wait(&worker.work) && errno == EINTR)
			;
		while (do_something())
			;
	}
	return NULL;
}

/* --- the loop's side --- */

bool senpai_ledgers_await_closed(int timeout_s)
{
	struct timespec until;
	int err = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += timeout_s;
	pthread_mutex_lock(&worker.lock);
	while (first_closed() && !err)
		err = pthread_cond_clockwait(&worker.closed, &worker.lock, CLOCK_MONOTONIC, &until);
	pthread_mutex_unlock(&worker.lock);
	return !err;
}

static void wait_for_the_end(void)
{
	if (!senpai_ledgers_await_closed(END_WAIT_S))
		log_err("senpai: not every memory.high could be given back in %d s", END_WAIT_S);
}

static int start(void)
{
	pthread_t thread;
	sem_t ready;
	int err;

	if (worker.running)
		return 0;
	sem_init(&worker.work, 0, 0);
	sem_init(&ready, 0, 0);
	pthread_cond_init(&worker.closed, NULL);
	err = thread_start("boomd-senpai", STACK_BYTES, worker_main, &ready, &thread);
	if (err)
		return err;
	while (sem_wait(&ready) && errno == EINTR)
		;
	sem_destroy(&ready);
	pthread_detach(thread);
	worker.running = true;
	(void)atexit(wait_for_the_end);
	return 0;
}

int senpai_ledger_open(const struct senpai_ledger *settings, size_t nr_entries,
		       struct senpai_ledger **ret_ledger)
{
	struct senpai_ledger *ledger;
	int err = start();

	if (err)
		return err;
	ledger = malloc(sizeof(*ledger));
	if (!ledger)
		return -ENOMEM;
	*ledger = *settings;
	ledger->nr_entries = nr_entries;
	ledger->entries = calloc(nr_entries, sizeof(*ledger->entries)); /* pages come when used */
	if (!ledger->entries) {
		free(ledger);
		return -ENOMEM;
	}
	pthread_mutex_lock(&worker.lock);
	ledger->next = worker.ledgers;
	worker.ledgers = ledger;
	pthread_mutex_unlock(&worker.lock);
	*ret_ledger = ledger;
	return 0;
}

void senpai_ledger_close(struct senpai_ledger *ledger)
{
	if (!ledger)
		return;
	pthread_mutex_lock(&worker.lock);
	ledger->closed = true;
	senpai_alarm_start(&worker.hurry, HURRY_MS);
	pthread_mutex_unlock(&worker.lock);
	sem_post(&worker.work);
}

struct senpai_entry *senpai_entry_claim(struct senpai_ledger *ledger, size_t number,
					const struct cgroup *cgroup)
{
	struct senpai_entry *entry = &ledger->entries[number];

	if (atomic_load_explicit(&entry->state, memory_order_acquire) != ENTRY_FREE)
		return NULL;
	entry->changed = false;
	entry->result = (struct senpai_result){ 0 };
	entry->cgroup_id = cgroup->row->id;
	cgroup_path(cgroup, entry->path, sizeof(entry->path));
	atomic_store(&entry->state, ENTRY_IDLE);
	if (number >= atomic_load(&ledger->nr_used))
		atomic_store(&ledger->nr_used, number + 1);
	return entry;
}

void senpai_entry_order(struct senpai_entry *entry)
{
	atomic_store_explicit(&entry->state, ENTRY_ORDERED, memory_order_release);
	sem_post(&worker.work);
}

void senpai_entry_leave(struct senpai_entry *entry)
{
	atomic_store_explicit(&entry->state, ENTRY_LEAVING, memory_order_release);
	sem_post(&worker.work);
}

bool senpai_entry_is_idle(const struct senpai_entry *entry)
{
	return atomic_load_explicit(&entry->state, memory_order_acquire) == ENTRY_IDLE;
}
