/* SPDX-License-Identifier: GPL-2.0-only */
/* See recording_killer.h. */
#include "unit/plugins/recording_killer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SIGNALLED_NS 4242 /* told as the time of the first signal */

static bool is_refused(const struct recording_killer *recorder, const char *path)
{
	for (size_t i = 0; i < REFUSED_MAX && recorder->refused[i]; i++) {
		const char *refused = recorder->refused[i];
		size_t length = strcspn(refused, " ");

		if (*refused == '*' || (!strncmp(refused, path, length) && !path[length]))
			return true;
	}
	return false;
}

static int recording_kill(struct killer *killer, const struct kill_request *request,
			  struct kill_result *ret_result)
{
	struct recording_killer *recorder = (struct recording_killer *)killer;
	int result = is_refused(recorder, request->path) ?
			     (recorder->refusal ? recorder->refusal : -EPERM) : 0;

	if (recorder->nr_kills < RECORDED_MAX) {
		struct recorded_kill *kill = &recorder->kills[recorder->nr_kills];

		*kill = (struct recorded_kill){
			.cgroup_id = request->cgroup_id,
			.dry = request->dry,
			.reap_memory = request->reap_memory,
			.kernelkill = request->kernelkill,
			.result = result,
		};
		snprintf(kill->path, sizeof(kill->path), "%s", request->path);
		snprintf(kill->uuid, sizeof(kill->uuid), "%s", request->uuid);
	}
	recorder->nr_kills++;
	*ret_result = (struct kill_result){
		.nr_listed = 1,
		.nr_signalled = result ? 0 : 1,
		.nr_failed = result ? 1 : 0,
		.first_signal_ns = result ? 0 : SIGNALLED_NS,
		.last_signal_ns = result ? 0 : SIGNALLED_NS,
	};
	return result;
}

static const struct killer_ops recording_ops = { .kill = recording_kill };

void recording_killer_init(struct recording_killer *recorder)
{
	*recorder = (struct recording_killer){ .killer.ops = &recording_ops };
}

void recording_killer_refuse(struct recording_killer *recorder, const char *paths, int refusal)
{
	recorder->refusal = refusal;
	for (size_t i = 0; paths && *paths && i < REFUSED_MAX; i++) {
		recorder->refused[i] = paths;
		paths += strcspn(paths, " ");
		paths += strspn(paths, " ");
	}
}

const char *recording_killer_paths(const struct recording_killer *recorder, char *buf, size_t size)
{
	size_t used = 0;

	*buf = '\0';
	for (size_t i = 0; i < recorder->nr_kills && i < RECORDED_MAX && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? " " : "",
					 recorder->kills[i].path);
	return buf;
}
