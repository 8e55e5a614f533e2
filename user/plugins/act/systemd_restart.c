/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * systemd_restart: have systemd restart a service (oomd.md 1.4).
 *
 * It has worked when systemd has queued a job, as with oomd. Unlike oomd (oomd.md 0.18) it neither
 * waits for systemd inside the loop nor sleeps there afterwards: run() is PAUSED until the answer
 * is there, and post_action_delay is a pause of the ruleset. A dry one asks nobody and is no restart
 * in the statistics.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "plugins/act/unit_restart.h"
#include "report/kmsg.h"
#include "report/stats.h"

#define NS_PER_S 1000000000ULL
#define LABEL_BYTES 512

struct systemd_restart {
	char *service, *machine_type;
	int64_t post_action_delay; /* s */
	bool dry;
	struct unit_restart *restart; /* NULL: nothing will run (--check-config) */
	bool waiting;		      /* run() has asked and has no answer yet */
	bool late;		      /* run() has given up, the answer may still come */
	uint64_t deadline_ns;	      /* of waiting */
};

#define ARG(member) .offset = offsetof(struct systemd_restart, member)

static const struct plugin_arg systemd_restart_args[] = {
	{ "service", ARG_STRING, ARG(service), .required = true, .help = "the unit to restart" },
	{ "post_action_delay", ARG_UINT, ARG(post_action_delay), .fallback = "15",
	  .help = "seconds until the ruleset may act again" },
	{ "dry", ARG_BOOL, ARG(dry), .fallback = "false", .help = "say it, but restart nothing" },
	{ "machine_type", ARG_STRING, ARG(machine_type), .fallback = "",
	  .help = "the container it runs in, as machinectl names it; empty: none" },
	{ 0 },
};

static int systemd_restart_init(void *state, const struct plugin_env *env,
				struct plugin_error *ret_error)
{
	struct systemd_restart *s = state;
	int err;

	if (!*s->service) {
		ret_error->arg = "service";
		snprintf(ret_error->text, sizeof(ret_error->text), "the name of a unit is needed");
		return -EINVAL;
	}
	stats_show_restarts();
	if (!env->evaluate)
		return 0;
	err = unit_restart_new(s->service, s->machine_type, env, &s->restart);
	if (err)
		snprintf(ret_error->text, sizeof(ret_error->text), "cannot start a thread: %s",
			 strerror(-err));
	return err;
}

static void systemd_restart_fini(void *state)
{
	struct systemd_restart *s = state;

	unit_restart_free(s->restart);
}

static const char *service_label(const struct systemd_restart *s, char buf[LABEL_BYTES])
{
	return log_clean(s->service, buf, LABEL_BYTES);
}

/* It has worked: the lines of oomd. stderr has them without the kernel log's prefix. */
static void report(const struct systemd_restart *s, const struct moment *now, bool dry)
{
	char service[LABEL_BYTES];
	int err = kmsg_restart_line(s->service, dry);

	if (!now->silent)
		log_info("restarted systemd service=%s%s", service_label(s, service),
			 dry ? " (dry)" : "");
	if (err && err != -EBADF) /* which was told at start */
		log_warn("cannot write to the kernel log: %s", strerror(-err));
	if (!dry)
		stats_add(STATS_RESTARTS, 1);
}

static void say_begin(const struct systemd_restart *s, const struct moment *now)
{
	char service[LABEL_BYTES], machine[LABEL_BYTES];

	if (now->silent)
		return;
	log_clean(s->machine_type, machine, sizeof(machine));
	log_info("Restarting systemd service \"%s\"%s%s", service_label(s, service),
		 *machine ? " on machine=" : "", machine);
}

/* false: systemd has refused, or cannot be asked. */
static bool judge(const struct systemd_restart *s, const struct moment *now,
		  const struct unit_restart_answer *answer)
{
	char service[LABEL_BYTES], text[UNIT_RESTART_TEXT];

	log_clean(answer->text, text, sizeof(text));
	if (answer->err) {
		log_err("systemd does not restart \"%s\": %s", service_label(s, service), text);
		return false;
	}
	if (!now->silent)
		log_info("Queued service job as %s", text);
	report(s, now, false);
	return true;
}

static enum verdict stop(const struct systemd_restart *s, const struct moment *now)
{
	now->evaluation->pause_s = s->post_action_delay;
	return VERDICT_STOP;
}

static enum verdict wait_for_answer(struct systemd_restart *s, const struct moment *now)
{
	struct unit_restart_answer answer;
	char service[LABEL_BYTES];

	if (unit_restart_take(s->restart, &answer)) {
		s->waiting = false;
		return judge(s, now, &answer) ? stop(s, now) : VERDICT_CONTINUE;
	}
	if (now->now_ns < s->deadline_ns) {
		moment_wake_at(now, s->deadline_ns);
		return VERDICT_PAUSED;
	}
	s->waiting = false;
	s->late = true;
	log_err("systemd was asked to restart \"%s\" and has not answered for %d s",
		service_label(s, service), UNIT_RESTART_TIMEOUT_S);
	return VERDICT_CONTINUE;
}

/* An answer that nobody waits for any more still says whether the service was restarted. */
static void systemd_restart_prerun(void *state, const struct moment *now)
{
	struct systemd_restart *s = state;
	struct unit_restart_answer answer;

	if (!s->late || !unit_restart_take(s->restart, &answer))
		return;
	s->late = false;
	(void)judge(s, now, &answer);
}

static enum verdict systemd_restart_run(void *state, const struct moment *now)
{
	struct systemd_restart *s = state;
	char service[LABEL_BYTES];

	if (s->waiting)
		return wait_for_answer(s, now);
	say_begin(s, now);
	if (s->dry || now->dry_run) {
		report(s, now, true);
		return stop(s, now);
	}
	if (!s->restart || !unit_restart_begin(s->restart)) {
		log_err("systemd has not answered the last request to restart \"%s\" yet",
			service_label(s, service));
		return VERDICT_CONTINUE;
	}
	s->waiting = true;
	s->deadline_ns = now->now_ns + UNIT_RESTART_TIMEOUT_S * NS_PER_S;
	moment_wake_at(now, s->deadline_ns);
	return VERDICT_PAUSED;
}

const struct plugin plugin_systemd_restart = {
	.api = PLUGIN_API,
	.kind = PLUGIN_ACT,
	.name = "systemd_restart",
	.about = "ask systemd to restart a service",
	.args = systemd_restart_args,
	.state_size = sizeof(struct systemd_restart),
	.init = systemd_restart_init,
	.fini = systemd_restart_fini,
	.prerun = systemd_restart_prerun,
	.run = systemd_restart_run,
};
