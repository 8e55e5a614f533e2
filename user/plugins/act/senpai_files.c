/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * senpai's hands: writes memory.high, memory.reclaim and, where a kernel older than 6.9 leaves no
 * other way, vm.swappiness. Runs in the worker only.
 *
 * Every cgroup is opened by its name and proven by its id first. memory.high is only changed from
 * what we have written ourselves, so that nobody else's setting is lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "plugins/act/senpai_alarm.h"
#include "plugins/act/senpai_facts.h"
#include "plugins/act/senpai_ledger.h"
#include "source/cgroupfs_file.h"

#define NUMBER_BYTES 32
#define TEXT_BYTES   96
#define SWAPPINESS   "sys/vm/swappiness"

static int open_cgroup(const struct senpai_ledger *ledger, const struct senpai_entry *entry,
		       int *ret_fd)
{
	char folder[PATH_MAX];
	int n = snprintf(folder, sizeof(folder), "%s/%s", ledger->cgroup_fs, entry->path);

	if (n < 0 || (size_t)n >= sizeof(folder))
		return -ENAMETOOLONG;
	return cgroupfs_folder_open(folder, entry->cgroup_id, ret_fd);
}

static int read_facts(const struct senpai_ledger *ledger, const struct senpai_entry *entry, int fd,
		      struct senpai_facts *ret_facts)
{
	*ret_facts = (struct senpai_facts){
		.swap_free_bytes = entry->request.swap_free_bytes,
		.memory_total_bytes = ledger->memory_total_bytes,
	};
	return senpai_read_facts(fd, ret_facts);
}

/* Lowering it reclaims until it is reached, which may take long. */
static int write_high(const struct senpai_ledger *ledger, int fd, uint64_t bytes,
		      struct senpai_alarm *alarm)
{
	char text[NUMBER_BYTES] = "max";
	int err;

	if (bytes != BOOMD_MAX)
		(void)snprintf(text, sizeof(text), "%" PRIu64, bytes);
	if (alarm && ledger->high_timeout_ms)
		senpai_alarm_start(alarm, ledger->high_timeout_ms);
	err = cgroupfs_file_write(fd, "memory.high", text);
	if (alarm && ledger->high_timeout_ms)
		senpai_alarm_stop(alarm);
	return err;
}

/* Sets our own limit; the kernel may round it. */
static int set_high(const struct senpai_ledger *ledger, struct senpai_entry *entry, int fd,
		    uint64_t bytes, struct senpai_alarm *alarm)
{
	int err;

	entry->changed = true;
	entry->ours_bytes = bytes;
	err = write_high(ledger, fd, bytes, alarm);
	if (!err)
		err = senpai_read_limit(fd, "memory.high", &entry->ours_bytes);
	entry->result.limit_bytes = entry->ours_bytes;
	return err;
}

/* To limit_bytes, changed by the factor, within all bounds and never above what it was before. */
static int move_high(const struct senpai_ledger *ledger, struct senpai_entry *entry, int fd,
		     const struct senpai_facts *facts, int64_t limit_bytes, double factor,
		     struct senpai_alarm *alarm)
{
	struct senpai_facts bounded = *facts;
	int64_t limit;

	if (senpai_signed(entry->original_bytes) < bounded.max_bytes)
		bounded.max_bytes = senpai_signed(entry->original_bytes);
	limit = senpai_adjusted_limit(&ledger->settings, &bounded, limit_bytes, factor);
	return set_high(ledger, entry, fd, (uint64_t)limit, alarm);
}

static int reset(const struct senpai_ledger *ledger, struct senpai_entry *entry, int fd,
		 struct senpai_alarm *alarm)
{
	struct senpai_facts facts;
	uint64_t high;
	int err = senpai_read_limit(fd, "memory.high", &high);

	if (!err)
		err = read_facts(ledger, entry, fd, &facts);
	if (err)
		return err;
	if (!entry->changed || high != entry->ours_bytes)
		entry->original_bytes = high;
	return move_high(ledger, entry, fd, &facts, facts.current_bytes, 0, alarm);
}

static int adjust(const struct senpai_ledger *ledger, struct senpai_entry *entry, int fd,
		  struct senpai_alarm *alarm)
{
	struct senpai_facts facts;
	uint64_t high;
	int err = senpai_read_limit(fd, "memory.high", &high);

	if (err)
		return err;
	entry->result.before_bytes = entry->ours_bytes;
	entry->result.found_bytes = entry->result.limit_bytes = high;
	if (high != entry->ours_bytes)
		return 0;
	err = read_facts(ledger, entry, fd, &facts);
	if (err)
		return err;
	return move_high(ledger, entry, fd, &facts, senpai_signed(high), entry->request.factor, alarm);
}

/* Without memory.reclaim (before 5.19): a limit below what is used, for a moment. */
static int reclaim_by_high(const struct senpai_ledger *ledger, int fd, int64_t current_bytes,
			   int64_t bytes, struct senpai_alarm *alarm)
{
	uint64_t high, low = (uint64_t)(current_bytes - bytes);
	int err = senpai_read_limit(fd, "memory.high", &high), back;

	if (err)
		return err;
	err = write_high(ledger, fd, low < high ? low : high, alarm);
	back = write_high(ledger, fd, high, NULL);
	return err ? err : back;
}

static int write_reclaim(int fd, int64_t bytes, const char *how)
{
	char text[TEXT_BYTES];
	int err;

	(void)snprintf(text, sizeof(text), "%" PRId64 "%s", bytes, how);
	err = cgroupfs_file_write(fd, "memory.reclaim", text);
	/* EAGAIN: not all of it could be had; EINTR: it was told to end */
	return err == -EAGAIN || err == -EINTR ? 0 : err;
}

static int reclaim(const struct senpai_ledger *ledger, int fd, const struct senpai_facts *facts,
		   int64_t bytes, struct senpai_alarm *alarm)
{
	int err = write_reclaim(fd, bytes, "");

	if (err == -ENOENT)
		err = reclaim_by_high(ledger, fd, facts->current_bytes, bytes, alarm);
	return err;
}

/* The machine's own, for as long as one write takes. */
static int reclaim_with_swappiness(const struct senpai_ledger *ledger, int fd,
				   const struct senpai_facts *facts, int64_t bytes, double factor,
				   struct senpai_alarm *alarm)
{
	int proc_fd = open(ledger->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char before[NUMBER_BYTES], during[NUMBER_BYTES], how[TEXT_BYTES / 2];
	uint64_t swappiness = 0;
	int err = proc_fd < 0 ? -errno : senpai_read_limit(proc_fd, SWAPPINESS, &swappiness);

	(void)snprintf(before, sizeof(before), "%" PRIu64, swappiness);
	(void)snprintf(during, sizeof(during), "%d", (int)((double)swappiness * factor));
	(void)snprintf(how, sizeof(how), " swappiness=%s", during);
	if (!err)
		err = write_reclaim(fd, bytes, how);
	if (err == -EINVAL || err == -ENOENT) { /* older than 6.9 */
		err = cgroupfs_file_write(proc_fd, SWAPPINESS, during);
		if (!err) {
			err = reclaim(ledger, fd, facts, bytes, alarm);
			if (cgroupfs_file_write(proc_fd, SWAPPINESS, before))
				log_err("senpai: cannot set vm.swappiness back to %s", before);
		}
	}
	if (proc_fd >= 0)
		close(proc_fd);
	return err;
}

static int reclaim_some(const struct senpai_ledger *ledger, struct senpai_entry *entry, int fd,
			struct senpai_alarm *alarm)
{
	double factor = entry->request.swappiness_factor;
	struct senpai_facts facts;
	int64_t bytes;
	int err = read_facts(ledger, entry, fd, &facts);

	if (err)
		return err;
	bytes = senpai_reclaim_bytes(&ledger->settings, &facts);
	if (!bytes)
		return 0;
	if (factor < 1)
		err = reclaim_with_swappiness(ledger, fd, &facts, bytes, factor, alarm);
	else
		err = reclaim(ledger, fd, &facts, bytes, alarm);
	if (!err)
		entry->result.reclaimed_bytes = bytes;
	return err;
}

void senpai_carry_out(const struct senpai_ledger *ledger, struct senpai_entry *entry,
		      struct senpai_alarm *alarm)
{
	int fd, err;

	entry->result = (struct senpai_result){ 0 };
	err = open_cgroup(ledger, entry, &fd);
	if (!err) {
		switch (entry->request.order) {
		case SENPAI_RESET:
			err = reset(ledger, entry, fd, alarm);
			break;
		case SENPAI_ADJUST:
			err = adjust(ledger, entry, fd, alarm);
			break;
		case SENPAI_RECLAIM:
			err = reclaim_some(ledger, entry, fd, alarm);
			break;
		}
		close(fd);
	}
	entry->result.err = err;
}

void senpai_give_back(const struct senpai_ledger *ledger, struct senpai_entry *entry)
{
	char path[CGROUP_PATH_MAX];
	uint64_t high;
	int fd, err;

	if (!entry->changed)
		return;
	entry->changed = false;
	if (open_cgroup(ledger, entry, &fd)) /* it is gone, and its limit with it */
		return;
	err = senpai_read_limit(fd, "memory.high", &high);
	if (!err && high == entry->ours_bytes)
		err = write_high(ledger, fd, entry->original_bytes, NULL);
	if (err && err != -ENODEV)
		log_err("senpai: cannot give %s its memory.high back: %s",
			log_clean(entry->path, path, sizeof(path)), strerror(-err));
	close(fd);
}
