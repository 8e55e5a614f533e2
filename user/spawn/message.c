/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests as bytes: a fixed part, and the texts one behind the other. */
#include "spawn/message.h"

#include <errno.h>
#include <string.h>

static const char *text_of(const struct spawn_request *request, enum spawn_text text)
{
	switch (text) {
	case SPAWN_TEXT_COMMAND:
		return request->command;
	case SPAWN_TEXT_CGROUP:
		return request->cgroup;
	case SPAWN_TEXT_RULESET:
		return request->ruleset;
	case SPAWN_TEXT_GROUP:
		return request->group;
	case SPAWN_TEXT_PLUGIN:
		return request->plugin;
	case SPAWN_TEXT_UUID:
		return request->uuid;
	case SPAWN_TEXTS:
		break;
	}
	return "";
}

int spawn_pack(const struct spawn_request *request, uint64_t number, char *buf)
{
	const struct spawn_message message = {
		.kind = SPAWN_RUN,
		.dry = request->dry,
		.number = number,
		.deadline_ns = request->deadline_ns,
		.cgroup_id = request->cgroup_id,
		.memory_bytes = request->memory_bytes,
		.swap_bytes = request->swap_bytes,
		.memory_full_avg10 = request->memory_full_avg10,
	};
	size_t used = sizeof(message);

	memcpy(buf, &message, sizeof(message));
	for (int i = 0; i < SPAWN_TEXTS; i++) {
		const char *text = text_of(request, (enum spawn_text)i);
		size_t length = strlen(text) + 1;

		if (length > SPAWN_MESSAGE_MAX - used)
			return -E2BIG;
		memcpy(buf + used, text, length);
		used += length;
	}
	return (int)used;
}

int spawn_unpack(const char *buf, size_t length, struct spawn_request *ret_request,
		 uint64_t *ret_number)
{
	const char *texts[SPAWN_TEXTS];
	struct spawn_message message;
	size_t used = sizeof(message);

	if (length < sizeof(message))
		return -EBADMSG;
	memcpy(&message, buf, sizeof(message));
	for (int i = 0; i < SPAWN_TEXTS; i++) {
		size_t left = length - used, n = strnlen(buf + used, left);

		if (n == left)
			return -EBADMSG;
		texts[i] = buf + used;
		used += n + 1;
	}
	*ret_request = (struct spawn_request){
		.command = texts[SPAWN_TEXT_COMMAND],
		.cgroup = texts[SPAWN_TEXT_CGROUP],
		.ruleset = texts[SPAWN_TEXT_RULESET],
		.group = texts[SPAWN_TEXT_GROUP],
		.plugin = texts[SPAWN_TEXT_PLUGIN],
		.uuid = texts[SPAWN_TEXT_UUID],
		.dry = message.dry,
		.deadline_ns = message.deadline_ns,
		.cgroup_id = message.cgroup_id,
		.memory_bytes = message.memory_bytes,
		.swap_bytes = message.swap_bytes,
		.memory_full_avg10 = message.memory_full_avg10,
	};
	*ret_number = message.number;
	return 0;
}
