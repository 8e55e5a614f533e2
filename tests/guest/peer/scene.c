/* SPDX-License-Identifier: GPL-2.0-only */
#include "guest/peer/scene.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "guest/guest.h"
#include "guest/internal.h"
#include "table_test.h"

#define DISK	  "/dev/vda"
#define DROP_IN	  SCENE_DROP_IN_DIR "/actions.json"
#define WORDS_MAX 6
#define LONG_MS	  40000

/* Splits TEXT, a copy, at spaces; the rest of WORDS is NULL. */
static void split(char *text, const char *words[WORDS_MAX])
{
	for (int i = 0; i < WORDS_MAX; i++)
		words[i] = strtok_r(i ? NULL : text, " ", &text);
}

static char *copy(const char *text)
{
	char *copied = strdup(text);

	if (!copied)
		guest_fail("out of memory");
	return copied;
}

static void apply(const struct guest_cgroup *cgroup, const char *settings)
{
	char *text = copy(settings);
	const char *words[WORDS_MAX];

	split(text, words);
	for (int i = 0; i < WORDS_MAX && words[i]; i++) {
		char *name = (char *)words[i], *value = strchr(name, '=');

		*value++ = 0;
		if (!strncmp(name, "trusted.", 8) || !strncmp(name, "user.", 5))
			guest_cgroup_set_xattr(cgroup, name, value);
		else
			guest_cgroup_write(cgroup, name, value);
	}
	free(text);
}

static struct guest_load *start_load(const struct guest_cgroup *cgroup, const char *load)
{
	char *text = copy(load);
	const char *w[WORDS_MAX];
	struct guest_load *started;

	split(text, w);
	started = guest_load_start(cgroup, w[0], w[1], w[2], w[3], w[4], w[5], NULL);
	free(text);
	return started;
}

/* A load that thrashes is ready late, or never. */
static bool gets_ready(const char *load)
{
	return !strstr(load, "--touch");
}

int scene_nr_cgroups(const struct peer_situation *s)
{
	int nr = 0;

	while (nr < PEER_CGROUPS_MAX && s->cgroups[nr].name)
		nr++;
	return nr;
}

static void make_cgroups(const struct peer_situation *s)
{
	for (int i = 0; i < scene_nr_cgroups(s); i++) {
		const struct peer_cgroup *c = &s->cgroups[i];
		struct guest_cgroup *cgroup = guest_cgroup_new(c->name);

		if (c->settings)
			apply(cgroup, c->settings);
	}
}

void scene_start_loads(struct scene *scene, int first, int end)
{
	const struct peer_cgroup *cgroups = scene->situation->cgroups;

	for (int i = first; i < end; i++)
		if (cgroups[i].load)
			scene->loads[i] = start_load(guest_cgroup_new(cgroups[i].name),
						     cgroups[i].load);
	for (int i = first; i < end; i++)
		if (cgroups[i].load && gets_ready(cgroups[i].load))
			guest_load_await_ready(scene->loads[i], LONG_MS);
}

static void to_json(char *text)
{
	for (; *text; text++)
		if (*text == '\'')
			*text = '"';
}

static void save_drop_in(const struct peer_situation *s)
{
	char text[1024];
	FILE *f;

	snprintf(text, sizeof(text), "{ 'rulesets': [ { 'name': '%s', 'actions': [ %s ] } ] }",
		 s->name, s->drop_in);
	to_json(text);
	if (mkdir(SCENE_DROP_IN_DIR, 0755) && errno != EEXIST)
		guest_fail("cannot make " SCENE_DROP_IN_DIR ": %s", strerror(errno));
	f = fopen(DROP_IN, "we");
	if (!f || fputs(text, f) < 0 || fclose(f))
		guest_fail("cannot write " DROP_IN ": %s", strerror(errno));
}

static void make_config(struct scene *scene)
{
	const struct peer_situation *s = scene->situation;
	struct stat disk;

	if (asprintf(&scene->config,
		     "{ 'rulesets': [ { 'name': '%s', 'post_action_delay': '300'%s,"
		     " 'detectors': [ %s ], 'actions': [ %s ] } ], 'prekill_hooks': [ %s ] }",
		     s->name, s->ruleset ? s->ruleset : "", s->detectors, s->actions,
		     s->hooks ? s->hooks : "") < 0)
		guest_fail("out of memory");
	to_json(scene->config);
	if (s->drop_in)
		save_drop_in(s);
	if (!s->counts_io)
		return;
	if (stat(DISK, &disk))
		guest_fail("no " DISK);
	snprintf(scene->device, sizeof(scene->device), "%u:%u", major(disk.st_rdev),
		 minor(disk.st_rdev));
}

static bool is_in(const char *cgroup, const char *victim)
{
	size_t length = strlen(victim);

	return !strncmp(cgroup, victim, length) && (!cgroup[length] || cgroup[length] == '/');
}

void scene_expect_dead(const struct scene *scene, const char *victim)
{
	const struct peer_cgroup *cgroups = scene->situation->cgroups;
	int how = 0;

	for (int i = 0; i < scene_nr_cgroups(scene->situation); i++) {
		if (!cgroups[i].load)
			continue;
		if (is_in(cgroups[i].name, victim)) {
			cr_assert(guest_load_await_death(scene->loads[i], LONG_MS, &how),
				  "%s lives", cgroups[i].name);
			cr_expect(eq(int, how, SIGKILL));
		} else {
			cr_expect(guest_load_alive(scene->loads[i]), "%s died", cgroups[i].name);
		}
	}
}

/* fires when all below the pool stall for 50 ms within half a second */
static void arm_trigger(struct scene *scene)
{
	static const char trigger[] = "full 50000 500000";
	const char *path = GUEST_CGROUP_ROOT "/pool.slice/memory.pressure";

	scene->stall_fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (scene->stall_fd < 0 ||
	    write(scene->stall_fd, trigger, sizeof(trigger)) != sizeof(trigger))
		guest_fail("no PSI trigger at %s: %s", path, strerror(errno));
}

void scene_await_stall(struct scene *scene)
{
	if (!guest_poll(scene->stall_fd, POLLPRI, LONG_MS))
		guest_fail("%s: nothing stalls", scene->situation->name);
	scene->stalled_ns = guest_now_ns();
}

struct scene scene_begin(const struct peer_situation *s)
{
	struct scene scene = { .situation = s, .stall_fd = -1 };

	guest_setup();
	make_cgroups(s);
	make_config(&scene);
	if (s->is_timed)
		arm_trigger(&scene);
	return scene;
}

void scene_end(struct scene *scene)
{
	if (scene->situation->drop_in)
		(void)unlink(DROP_IN);
	if (scene->stall_fd >= 0)
		close(scene->stall_fd);
	free(scene->config);
	guest_teardown();
}
