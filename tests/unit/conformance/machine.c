/* SPDX-License-Identifier: GPL-2.0-only */
/* See machine.h. */
#include "unit/conformance/machine.h"

#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/config.h"
#include "engine/engine.h"
#include "log.h"
#include "unit/plugins/kill_by_name.h"
#include "unit/plugins/recording_killer.h"
#include "unit/report/said.h"

#define START_NS  1000000000000ULL
#define PIDS_MAX  64
#define CONFIG_MAX 8192
#define PROC	  "/proc/"
#define STAND_IN  "kill_by_io_cost"

/* A play that is on. */
struct machine {
	const struct machine_play *play;
	struct fixture *fixture;
	struct source *source;
	struct engine *engine;
	struct recording_killer killer;
	sem_t evaluations; /* asked for by plugins */
	size_t nr_told; /* kills that are in the line already */
	char kills[CONFORMANCE_TEXT_MAX / 2];
	char end[CONFORMANCE_TEXT_MAX]; /* of the line */
	char *buf;
};

/* One device of each class; what it costs is the number of bytes read. */
static const struct boomd_device devices[] = {
	{ .major = 8, .minor = 0, .device_class = BOOMD_DEVICE_HDD, .used = 1 },
};

static void append(char *buf, size_t size, const char *text)
{
	size_t used = strlen(buf);

	cr_assert(lt(sz, used + strlen(text) + 1, size), "the line is too long: %s", buf);
	strcpy(buf + used, text);
}

static void make_processes(struct fixture *fixture, const char *procs)
{
	char *end;

	for (long pid; procs && *procs; procs = end + (*end == '\n')) {
		pid = strtol(procs, &end, 10);
		if (pid > 0)
			fixture_process(fixture, (int)pid, "victim", 'S', 1, 1);
		end += strcspn(end, "\n");
	}
}

void machine_write(struct fixture *fixture, const struct machine_cgroup *cgroups)
{
	for (; cgroups->path; cgroups++) {
		if (cgroups->gone)
			fixture_remove(fixture, cgroups->path);
		else if (cgroups->text && !strncmp(cgroups->path, PROC, strlen(PROC)))
			fixture_write_proc(fixture, cgroups->path + strlen(PROC), "%s",
					   cgroups->text);
		else if (cgroups->text)
			fixture_write(fixture, cgroups->path, "%s", cgroups->text);
		else if (!cgroups->files)
			fixture_folder(fixture, cgroups->path);
		else
			fixture_cgroup(fixture, cgroups->path, cgroups->cgroup);
		make_processes(fixture, cgroups->cgroup.procs);
	}
}

static void skip_without_xattrs(const struct machine_play *play, const struct fixture *fixture)
{
	for (size_t i = 0; i < MACHINE_TICKS_MAX; i++)
		for (const struct machine_cgroup *c = play->ticks[i]; c && c->path; c++)
			if (c->cgroup.preference && !(fixture_can_xattr(fixture, "trusted.") &&
						      fixture_can_xattr(fixture, "user.")))
				cr_skip_test("xattrs cannot be set here");
}

/*
 * oomd's tests of the search for a victim rank by name, with a plugin that only tests have: it takes
 * the place of one that is in the registry.
 */
static bool is_by_name(const struct machine_play *play)
{
	return play->action && !strcmp(play->action, plugin_kill_by_name.name);
}

static int put_by_name(struct ruleset *ruleset, struct instance *instance, void *user)
{
	(void)ruleset, (void)user;
	if (strcmp(instance->plugin->name, STAND_IN))
		return 0;
	instance->plugin = &plugin_kill_by_name;
	free(instance->state);
	instance->state = calloc(1, plugin_kill_by_name.state_size);
	cr_assert(ne(ptr, instance->state, NULL));
	return 0;
}

static void configuration(const struct machine_play *play, char buf[CONFIG_MAX])
{
	const char *quiet = "{\"name\": \"continue\", \"args\": {}}";
	char plugin[CONFIG_MAX / 4];

	if (play->config) {
		snprintf(buf, CONFIG_MAX, "%s", play->config);
		return;
	}
	snprintf(plugin, sizeof(plugin), "{\"name\": \"%s\", \"args\": {%s}}",
		 play->detector ? play->detector : is_by_name(play) ? STAND_IN : play->action,
		 play->args ? play->args : "");
	snprintf(buf, CONFIG_MAX,
		 "{\"rulesets\": [{\"name\": \"r\", \"post_action_delay\": 0, "
		 "\"detectors\": [[\"g\", %s]], \"actions\": [%s]}]}",
		 play->detector ? plugin : quiet, play->detector ? quiet : plugin);
}

static void tell_refused(const struct diagnostics *diagnostics, const char *before, char *buf)
{
	for (size_t i = 0; i < diagnostics->nr_items; i++) {
		if (diagnostics->items[i].severity != SEVERITY_ERROR)
			continue;
		append(buf, CONFORMANCE_TEXT_MAX, before);
		append(buf, CONFORMANCE_TEXT_MAX, diagnostics->items[i].text);
		return;
	}
}

static void evaluate(void *user)
{
	sem_post(user);
}

static struct rules *compile(struct machine *machine, const char *text)
{
	const struct system_facts *system = machine->play->system;
	const struct plugin_env env = {
		.memory_total_bytes = system ? system->memory_total_bytes : FIXTURE_MEMORY_TOTAL,
		.swap_total_bytes = system ? system->swap_total_bytes : FIXTURE_SWAP_TOTAL,
		.evaluate = evaluate,
		.user = &machine->evaluations,
	};
	struct diagnostics diagnostics;
	struct config *config = NULL;
	struct rules *rules = NULL;

	diagnostics_init(&diagnostics, "test", false);
	if (!config_parse("test", text, strlen(text), &diagnostics, &config) &&
	    rules_compile(config, &env, &diagnostics, &rules))
		config_free(config);
	if (!rules)
		tell_refused(&diagnostics, "refused: ", machine->buf);
	diagnostics_fini(&diagnostics);
	return rules;
}

/* Inode numbers are ids here. */
static uint64_t id_of(struct fixture *fixture, const char *path)
{
	struct stat folder;
	char buf[PATH_MAX];

	fixture_folder(fixture, path);
	snprintf(buf, sizeof(buf), "%s/%s", fixture_cgroup_fs(fixture), path);
	cr_assert(zero(int, stat(buf, &folder)));
	return folder.st_ino;
}

static void open_machine(struct machine *machine)
{
	const struct machine_play *play = machine->play;
	struct engine_options options = {
		.killer = &machine->killer.killer,
		.tick_ns = MACHINE_TICK_NS,
		.max_cgroups = FIXTURE_CGROUPS_MAX,
		.history.io[BOOMD_DEVICE_HDD].read_bytes = 1,
	};
	struct source_options where = {
		.max_cgroups = FIXTURE_CGROUPS_MAX,
		.devices = devices,
		.nr_devices = ARRAY_SIZE(devices),
	};

	machine->fixture = fixture_new();
	skip_without_xattrs(play, machine->fixture);
	if (play->system)
		fixture_meminfo(machine->fixture, play->system);
	if (play->ticks[0]) /* the files of /proc have to be there when the source opens them */
		machine_write(machine->fixture, play->ticks[0]);
	where.cgroup_fs = fixture_cgroup_fs(machine->fixture);
	where.proc = fixture_proc(machine->fixture);
	cr_assert(zero(int, source_cgroupfs_open(&where, &machine->source)));
	recording_killer_init(&machine->killer);
	recording_killer_refuse(&machine->killer, play->refused, 0);
	options.source = machine->source;
	if (play->own)
		options.own_cgroup_id = id_of(machine->fixture, play->own);
	cr_assert(zero(int, engine_new(&options, &machine->engine)));
}

static void close_machine(struct machine *machine)
{
	engine_free(machine->engine);
	machine->source->ops->close(machine->source);
	fixture_free(machine->fixture);
}

/* Its processes, as oomd's tests name victims, or its path where it has none. */
static void tell_victim(struct machine *machine, const struct recorded_kill *kill)
{
	struct boomd_task tasks[PIDS_MAX];
	bool more = false;
	char pid[16];
	int nr;

	nr = machine->source->ops->tasks(machine->source, kill->cgroup_id, kill->path, tasks, PIDS_MAX,
					 &more);
	if (nr <= 0) {
		append(machine->kills, sizeof(machine->kills), " ");
		append(machine->kills, sizeof(machine->kills), *kill->path ? kill->path : "/");
	}
	for (int i = 0; i < nr; i++) {
		snprintf(pid, sizeof(pid), " %d", tasks[i].pid);
		append(machine->kills, sizeof(machine->kills), pid);
	}
}

/* How many were killed since the last call; in `kills`, whom. */
static size_t tell_kills(struct machine *machine)
{
	size_t nr = 0;

	for (; machine->nr_told < machine->killer.nr_kills; machine->nr_told++) {
		const struct recorded_kill *kill = &machine->killer.kills[machine->nr_told];

		if (kill->result || kill->dry)
			continue;
		tell_victim(machine, kill);
		nr++;
	}
	return nr;
}

/* What the engine said that the plugin returned, in oomd's words. */
static const char *verdict(const struct machine_play *play, const char *said)
{
	char line[128];
	const char *found;

	if (play->detector)
		return strstr(said, "has fired for Ruleset=r") ? "C" : "S";
	snprintf(line, sizeof(line), "Action=%s returned ", play->action);
	found = strstr(said, line);
	found = found ? found + strlen(line) : "-";
	return !strncmp(found, "CONTINUE", 8) ? "C" : !strncmp(found, "STOP", 4) ? "S" :
	       !strncmp(found, "ASYNC", 5)    ? "A" : "-";
}

static void tick(struct machine *machine, size_t i, bool first)
{
	const struct machine_play *play = machine->play;
	size_t before = play->counter ? *play->counter : 0, nr;
	const char *said;
	char count[16];

	said_begin();
	engine_run(machine->engine, START_NS + i * MACHINE_TICK_NS);
	said = said_end();
	nr = tell_kills(machine);
	if (play->whom || play->text)
		return;
	snprintf(count, sizeof(count), "%zu", play->counter ? *play->counter - before : nr);
	append(machine->buf, CONFORMANCE_TEXT_MAX, first ? "" : ", ");
	append(machine->buf, CONFORMANCE_TEXT_MAX, play->config ? count : verdict(play, said));
}

static void add_drop_in(struct machine *machine, const struct machine_drop_in *written)
{
	struct diagnostics diagnostics;
	struct config *config = NULL;
	struct drop_in *drop_in = NULL;

	diagnostics_init(&diagnostics, written->tag, false);
	if (!config_parse_drop_in(written->tag, written->text, strlen(written->text), &diagnostics,
				  &config) &&
	    !drop_in_compile(written->tag, config, engine_rules(machine->engine), &diagnostics,
			     &drop_in)) {
		if (machine->play->prepare_drop_in)
			machine->play->prepare_drop_in(drop_in);
		engine_add_drop_in(machine->engine, drop_in);
	} else {
		tell_refused(&diagnostics, "; refused: ", machine->end);
	}
	config_free(config);
	diagnostics_fini(&diagnostics);
}

static void change_drop_ins(struct machine *machine, size_t tick)
{
	const struct machine_drop_in *drop_ins = machine->play->drop_ins;

	for (size_t i = 0; i < MACHINE_DROP_INS_MAX && drop_ins[i].tag; i++) {
		if (drop_ins[i].tick != tick)
			continue;
		if (drop_ins[i].text)
			add_drop_in(machine, &drop_ins[i]);
		else
			engine_remove_drop_in(machine->engine, drop_ins[i].tag);
	}
}

static size_t nr_ticks(const struct machine_play *play)
{
	size_t nr = 0;

	while (nr < MACHINE_TICKS_MAX && play->ticks[nr])
		nr++;
	return play->nr_ticks ? play->nr_ticks : nr;
}

static void await_request(struct machine *machine)
{
	machine->play->answer();
	while (sem_wait(&machine->evaluations) && errno == EINTR)
		;
}

static void play_ticks(struct machine *machine, struct rules *rules)
{
	const struct machine_play *play = machine->play;
	struct rules *none = compile(machine, "{}");

	cr_assert(ne(ptr, none, NULL));
	engine_set_rules(machine->engine, none);
	for (size_t i = 0; i < nr_ticks(play); i++) {
		if (i < MACHINE_TICKS_MAX && play->ticks[i])
			machine_write(machine->fixture, play->ticks[i]);
		if (i == play->warm_up)
			engine_set_rules(machine->engine, rules);
		if (play->answer && i)
			await_request(machine);
		change_drop_ins(machine, i);
		if (i < play->warm_up)
			engine_run(machine->engine, START_NS + i * MACHINE_TICK_NS);
		else
			tick(machine, i, i == play->warm_up);
	}
	if (play->finish)
		play->finish(play);
	if (play->action) {
		append(machine->buf, CONFORMANCE_TEXT_MAX, "; killed:");
		append(machine->buf, CONFORMANCE_TEXT_MAX,
		       *machine->kills ? machine->kills : " nobody");
	}
	if (play->whom)
		append(machine->buf, CONFORMANCE_TEXT_MAX, machine->kills + strspn(machine->kills, " "));
	if (play->text)
		append(machine->buf, CONFORMANCE_TEXT_MAX, play->text);
	append(machine->buf, CONFORMANCE_TEXT_MAX, machine->end);
}

const char *machine_play(const struct machine_play *play, char buf[CONFORMANCE_TEXT_MAX])
{
	static struct machine machine;
	char text[CONFIG_MAX];
	struct rules *rules;

	machine = (struct machine){ .play = play, .buf = buf };
	sem_init(&machine.evaluations, 0, 0);
	*buf = '\0';
	log_set_level(LOG_LEVEL_INFO);
	open_machine(&machine);
	configuration(play, text);
	rules = compile(&machine, text);
	if (rules && is_by_name(play))
		rules_for_each(rules, put_by_name, NULL);
	if (rules && play->prepare)
		play->prepare(rules);
	if (rules)
		play_ticks(&machine, rules);
	close_machine(&machine);
	return buf;
}
