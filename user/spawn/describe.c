/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The victim in the environment and as JSON. Names of cgroups may be any bytes: the environment
 * has them as they are, JSON is UTF-8 by its standard and has a replacement character for each
 * byte that is not.
 */
#include "spawn/describe.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <json-c/json.h>

#define NR_VARIABLES 10

char **describe_environment(const struct spawn_request *request)
{
	char **env = calloc(NR_VARIABLES + 1, sizeof(*env));
	int n = 0;

	if (!env)
		return NULL;
	n |= asprintf(&env[0], "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	n |= asprintf(&env[1], "BOOMD_CGROUP=%s", request->cgroup);
	n |= asprintf(&env[2], "BOOMD_CGROUP_ID=%" PRIu64, request->cgroup_id);
	n |= asprintf(&env[3], "BOOMD_MEMORY_BYTES=%" PRIu64, request->memory_bytes);
	n |= asprintf(&env[4], "BOOMD_SWAP_BYTES=%" PRIu64, request->swap_bytes);
	n |= asprintf(&env[5], "BOOMD_RULESET=%s", request->ruleset);
	n |= asprintf(&env[6], "BOOMD_DETECTOR_GROUP=%s", request->group);
	n |= asprintf(&env[7], "BOOMD_PLUGIN=%s", request->plugin);
	n |= asprintf(&env[8], "BOOMD_KILL_UUID=%s", request->uuid);
	n |= asprintf(&env[9], "BOOMD_DRY=%d", request->dry);
	return n < 0 ? NULL : env;
}

/* Length of the UTF-8 character at text, 0: it is none (RFC 3629: shortest form, no surrogates). */
static size_t utf8_length(const unsigned char *text)
{
	static const struct {
		unsigned char first, last; /* of the first byte */
		unsigned char low, high;   /* of the second */
		size_t length;
	} forms[] = {
		{ 0x01, 0x7f, 0, 0, 1 },	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },	{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t n;

		if (*text < forms[i].first || *text > forms[i].last)
			continue;
		if (forms[i].length > 1 && (text[1] < forms[i].low || text[1] > forms[i].high))
			return 0;
		for (n = 2; n < forms[i].length; n++)
			if (text[n] < 0x80 || text[n] > 0xbf)
				return 0;
		return forms[i].length;
	}
	return 0;
}

static struct json_object *json_text(const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	struct json_object *object;
	char *clean = malloc(3 * strlen(text) + 1);
	size_t used = 0;

	if (!clean)
		return NULL;
	while (*text) {
		size_t n = utf8_length((const unsigned char *)text);

		memcpy(clean + used, n ? text : replacement, n ? n : 3);
		used += n ? n : 3;
		text += n ? n : 1;
	}
	object = json_object_new_string_len(clean, (int)used);
	free(clean);
	return object;
}

static struct json_object *json_victim(const struct spawn_request *request)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "cgroup", json_text(request->cgroup));
	json_object_object_add(json, "cgroup_id", json_object_new_uint64(request->cgroup_id));
	json_object_object_add(json, "memory_bytes", json_object_new_uint64(request->memory_bytes));
	json_object_object_add(json, "swap_bytes", json_object_new_uint64(request->swap_bytes));
	json_object_object_add(json, "memory_full_avg10",
			       json_object_new_double(request->memory_full_avg10));
	json_object_object_add(json, "ruleset", json_text(request->ruleset));
	json_object_object_add(json, "detector_group", json_text(request->group));
	json_object_object_add(json, "plugin", json_text(request->plugin));
	json_object_object_add(json, "kill_uuid", json_text(request->uuid));
	json_object_object_add(json, "dry", json_object_new_boolean(request->dry));
	return json;
}

int describe_json(const struct spawn_request *request)
{
	struct json_object *json = json_victim(request);
	int fd = memfd_create("victim", MFD_CLOEXEC), err = 0;

	if (fd < 0)
		err = -errno;
	/* a file of its own: whoever does not read it holds nobody up */
	else if (dprintf(fd, "%s\n", json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN)) < 0 ||
		 lseek(fd, 0, SEEK_SET) < 0)
		err = -errno;
	json_object_put(json);
	if (err && fd >= 0)
		close(fd);
	return err ? err : fd;
}

size_t describe_split(char *command, char *ret_words[DESCRIBE_WORDS_MAX + 1])
{
	char *rest = NULL;
	size_t nr = 0;

	for (char *word = strtok_r(command, " \t", &rest); word;
	     word = strtok_r(NULL, " \t", &rest)) {
		if (nr == DESCRIBE_WORDS_MAX)
			return 0;
		ret_words[nr++] = word;
	}
	ret_words[nr] = NULL;
	return nr;
}
