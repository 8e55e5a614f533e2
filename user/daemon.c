/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Start in order, run, stop in reverse order. The loop sleeps on: the source's records, exits of
 * a kill's victims, one timer (the engine's next wish), and signals. On a quiet machine nothing of
 * this becomes ready.
 */
#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "configure.h"
#include "dropin/drop_ins.h"
#include "engine/engine.h"
#include "log.h"
#include "precondition.h"
#include "protection.h"
#include "report/oomd_lines.h"
#include "report/report.h"
#include "report/stats_protocol.h"
#include "report/stats_socket.h"
#include "spawner_loop.h"

#define NS_PER_S	 1000000000ULL
#define NS_PER_US	 1000ULL
#define POLL_WITHOUT_BPF NS_PER_S
#define RUNGS_MAX	 32

struct daemon {
	const struct options *options;
	int lock_fd;
	struct source *source;
	struct killer *killer;
	struct engine *engine;
	struct drop_ins *drop_ins; /* NULL: not asked for, or impossible */
	struct plugin_env env;
	int asked_fd; /* an eventfd: some plugin asks for an evaluation */
	sd_event *event;
	struct spawner_loop *spawner;
	sd_event_source *timer;
	struct stats_socket *stats;
	sd_event_source *records; /* NULL: the source has no fd */
	sd_event_source *drop_in_news;
};

/* --- start --- */

static int open_source(struct daemon *daemon)
{
	const struct options *options = daemon->options;
	const struct source_options source_options = {
		.cgroup_fs = options->cgroup_fs,
		.proc = "/proc",
		.max_cgroups = options->max_cgroups,
		.devices = options->devices,
		.nr_devices = options->nr_devices,
	};
	const char *why = "";
	int err = -ENOTSUP;

	if (options->source != SOURCE_CGROUPFS && precondition_is_cgroup2(options->cgroup_fs)) {
		why = "boomd is in a PID namespace of its own";
		if (precondition_is_initial_pid_namespace())
			err = source_bpf_open(&source_options, &daemon->source, &why);
		if (!err || err == -EBUSY || options->source == SOURCE_BPF) {
			if (err)
				log_err("BPF cannot be used: %s (%s)", why, strerror(-err));
			return err;
		}
		log_warn("BPF cannot be used: %s (%s); falling back to kernel PSI triggers and "
			 "cgroup files", why, strerror(-err));
	}
	return source_cgroupfs_open(&source_options, &daemon->source);
}

static void tell_ladder(struct daemon *daemon)
{
	struct capability rungs[RUNGS_MAX];
	size_t nr = daemon->source->ops->capabilities(daemon->source, rungs, RUNGS_MAX);

	report_ladder(rungs, nr < RUNGS_MAX ? nr : RUNGS_MAX);
}

static void ask_for_evaluation(void *user)
{
	const struct daemon *daemon = user;

	(void)eventfd_write(daemon->asked_fd, 1);
}

static int learn_environment(struct daemon *daemon)
{
	const struct options *options = daemon->options;
	struct snapshot snapshot;
	int err = daemon->source->ops->snapshot(daemon->source, &snapshot);

	if (err)
		return err;
	daemon->env = (struct plugin_env){
		.memory_total_bytes = snapshot.system.memory_total_bytes,
		.swap_total_bytes = snapshot.system.swap_total_bytes,
		.kernel_panic_file = options->kernel_panic_file,
		.cgroup_fs = daemon->source->cgroup_fs,
		.spawner = spawner_loop_spawner(daemon->spawner),
		.evaluate = ask_for_evaluation,
		.user = daemon,
	};
	return 0;
}

static int on_hook(void *user);

static int make_loop(struct daemon *daemon)
{
	int err;

	daemon->asked_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (daemon->asked_fd < 0)
		return -errno;
	err = sd_event_new(&daemon->event);
	if (err < 0)
		return err;
	return spawner_loop_new(daemon->event, "/proc/self/exe", on_hook, daemon, &daemon->spawner);
}

static void on_record(void *user, const struct boomd_record *record, const char *path)
{
	const struct daemon *daemon = user;

	if (daemon->options->verbose || record->kind == BOOMD_RECORD_OOM_KILL)
		report_record(record, path);
}

static void on_decision(void *user, const struct decision *decision)
{
	(void)user;
	report_decision(decision);
}

static void on_outcome(void *user, const struct decision *decision)
{
	(void)user;
	report_outcome(decision);
}

/* The base's protection counts for more than drop-ins: without them it goes on. */
static void start_drop_ins(struct daemon *daemon)
{
	const struct options *options = daemon->options;
	int err = 0;

	if (options->drop_in_dir)
		err = drop_ins_new(options->drop_in_dir, options->strict, &daemon->drop_ins);
	if (err)
		log_err("%s cannot be watched for drop-ins: %s", options->drop_in_dir,
			strerror(-err));
}

/* The configuration with the drop-ins on top. */
static int make_rules(struct daemon *daemon, struct rules **ret_rules)
{
	int err = configure(daemon->options, &daemon->env, ret_rules);

	if (!err && daemon->drop_ins)
		(void)drop_ins_apply(daemon->drop_ins, *ret_rules);
	return err;
}

static int start_engine(struct daemon *daemon)
{
	const struct options *options = daemon->options;
	struct engine_options engine_options = {
		.source = daemon->source,
		.killer = daemon->killer,
		.real_killer = true,
		.tick_ns = options->interval_s * NS_PER_S,
		.poll_ns = strcmp(daemon->source->ops->name, "bpf") ? POLL_WITHOUT_BPF : 0,
		.dry_run = options->dry_run,
		.own_cgroup_id = precondition_own_cgroup(options->cgroup_fs),
		.max_cgroups = options->max_cgroups,
		.history.oomd_warm_up = options->oomd_warm_up,
		.listener = { daemon, on_record, on_decision, on_outcome },
	};
	struct rules *rules;
	int err;

	start_drop_ins(daemon);
	err = make_rules(daemon, &rules);
	if (err)
		return err;
	memcpy(engine_options.history.io, options->coefficients, sizeof(options->coefficients));
	err = engine_new(&engine_options, &daemon->engine);
	if (err) {
		rules_free(rules);
		return err;
	}
	engine_set_rules(daemon->engine, rules);
	return 0;
}

/* --- run --- */

/* A source whose records cannot be taken stays readable for ever: look by time from now on. */
static void give_up_records(struct daemon *daemon, int err)
{
	int enabled = SD_EVENT_OFF;

	if (daemon->records)
		sd_event_source_get_enabled(daemon->records, &enabled);
	if (enabled == SD_EVENT_OFF)
		return;
	log_err("cannot take records (%s), polling instead", strerror(-err));
	sd_event_source_set_enabled(daemon->records, SD_EVENT_OFF);
	engine_poll_from_now_on(daemon->engine);
}

/* Everything that became ready ends here: take records, act, set the timer. */
static int step(struct daemon *daemon)
{
	uint64_t wake_ns;
	int err;

	err = engine_drain(daemon->engine, clock_now_ns());
	if (err < 0)
		give_up_records(daemon, err);
	engine_run(daemon->engine, clock_now_ns());
	spawner_loop_tend(daemon->spawner, engine_is_calm(daemon->engine));
	wake_ns = engine_wake_ns(daemon->engine);
	if (wake_ns == UINT64_MAX)
		return sd_event_source_set_enabled(daemon->timer, SD_EVENT_OFF);
	err = sd_event_source_set_time(daemon->timer, wake_ns / NS_PER_US + 1);
	return err < 0 ? err : sd_event_source_set_enabled(daemon->timer, SD_EVENT_ONESHOT);
}

static int on_ready(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	(void)source, (void)fd, (void)revents;
	return step(user);
}

/* A hook is over, or its process has died. */
static int on_hook(void *user)
{
	struct daemon *daemon = user;

	engine_ask(daemon->engine);
	return step(daemon);
}

static int on_asked(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct daemon *daemon = user;
	eventfd_t nr;

	(void)source, (void)revents;
	(void)eventfd_read(fd, &nr);
	engine_ask(daemon->engine);
	return step(daemon);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *user)
{
	(void)source, (void)usec;
	return step(user);
}

static int on_drop_in(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct daemon *daemon = user;

	(void)source, (void)fd, (void)revents;
	drop_ins_take(daemon->drop_ins, daemon->engine);
	return step(daemon);
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *user)
{
	struct daemon *daemon = user;

	(void)source;
	log_info("stopping: signal %u", info->ssi_signo);
	return sd_event_exit(daemon->event, 0);
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *user)
{
	struct daemon *daemon = user;
	struct rules *rules;
	int err;

	(void)source, (void)info;
	sd_notify(0, "RELOADING=1");
	err = make_rules(daemon, &rules);
	if (err) {
		log_err("reload failed (%s), the configuration before stays in force", strerror(-err));
	} else {
		engine_set_rules(daemon->engine, rules);
		log_info("reloaded");
	}
	sd_notify(0, "READY=1");
	return step(daemon);
}

/* Behind everything else that is ready: files are read and plugins made. */
static int add_drop_ins(struct daemon *daemon)
{
	int err;

	if (!daemon->drop_ins)
		return 0;
	err = sd_event_add_io(daemon->event, &daemon->drop_in_news, drop_ins_fd(daemon->drop_ins),
			      EPOLLIN, on_drop_in, daemon);
	if (err >= 0)
		err = sd_event_source_set_priority(daemon->drop_in_news, SD_EVENT_PRIORITY_IDLE);
	return err;
}

static int add_sources(struct daemon *daemon)
{
	int fd = daemon->source->ops->event_fd(daemon->source);
	int err;

	err = sd_event_add_time(daemon->event, &daemon->timer, CLOCK_MONOTONIC, 0, 1, on_timer,
				daemon);
	if (err >= 0 && fd >= 0)
		err = sd_event_add_io(daemon->event, &daemon->records, fd, EPOLLIN, on_ready, daemon);
	if (err >= 0)
		err = sd_event_add_io(daemon->event, NULL, killer_exit_fd(daemon->killer), EPOLLIN,
				      on_ready, daemon);
	if (err >= 0)
		err = sd_event_add_io(daemon->event, NULL, daemon->asked_fd, EPOLLIN, on_asked,
				      daemon);
	if (err >= 0)
		err = add_drop_ins(daemon);
	if (err >= 0)
		err = sd_event_add_signal(daemon->event, NULL, SIGTERM, on_stop, daemon);
	if (err >= 0)
		err = sd_event_add_signal(daemon->event, NULL, SIGINT, on_stop, daemon);
	if (err >= 0)
		err = sd_event_add_signal(daemon->event, NULL, SIGHUP, on_reload, daemon);
	if (err >= 0)
		err = sd_event_set_watchdog(daemon->event, true);
	return err;
}

static int run_loop(struct daemon *daemon)
{
	int err = add_sources(daemon);

	if (err >= 0)
		err = step(daemon); /* the first evaluation touches the whole path */
	if (err < 0) {
		log_err("cannot set up the event loop: %s", strerror(-err));
		return EXIT_STATUS_USAGE;
	}
	if (stats_socket_open(daemon->event, daemon->options->runtime_dir, STATS_LIMIT_US,
			      &daemon->stats))
		return EXIT_STATUS_USAGE;
	log_info("running: source %s, %s%s", daemon->source->ops->name,
		 daemon->options->interval_s ? "fixed tick" : "by events",
		 daemon->options->dry_run ? ", dry run" : "");
	sd_notify(0, "READY=1\nSTATUS=Watching for memory pressure");
	err = sd_event_loop(daemon->event);
	sd_notify(0, "STOPPING=1");
	return err < 0 ? EXIT_STATUS_USAGE : EXIT_STATUS_OK;
}

/* --- stop --- */

static void stop(struct daemon *daemon)
{
	stats_socket_close(daemon->stats);
	sd_event_source_unref(daemon->timer);
	sd_event_source_unref(daemon->records);
	sd_event_source_unref(daemon->drop_in_news);
	drop_ins_free(daemon->drop_ins);
	engine_free(daemon->engine);
	spawner_loop_free(daemon->spawner);
	sd_event_unref(daemon->event);
	killer_free(daemon->killer);
	if (daemon->source)
		daemon->source->ops->close(daemon->source);
	report_close();
	if (daemon->asked_fd >= 0)
		close(daemon->asked_fd);
	if (daemon->lock_fd >= 0)
		close(daemon->lock_fd);
}

/* The signals the loop takes are blocked before any thread is made, so that all inherit it. */
static void block_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int start(struct daemon *daemon)
{
	int err;

	daemon->lock_fd = protection_lock_instance(daemon->options->runtime_dir);
	if (daemon->lock_fd < 0) {
		log_err("cannot take the lock in %s (%s)%s", daemon->options->runtime_dir,
			strerror(-daemon->lock_fd),
			daemon->lock_fd == -EWOULDBLOCK ? ": another boomd is running" : "");
		return EXIT_STATUS_USAGE;
	}
	oomd_lines_set_root(daemon->options->cgroup_fs);
	err = report_open(daemon->options->kmsg);
	if (err)
		log_warn("cannot write to %s (%s): kills are reported on standard error only",
			 daemon->options->kmsg, strerror(-err));
	err = open_source(daemon);
	if (err) {
		log_err("no source of facts: %s", strerror(-err));
		return err == -EBUSY ? EXIT_STATUS_USAGE : EXIT_STATUS_CANNOT_RUN;
	}
	tell_ladder(daemon);
	err = killer_new(daemon->source, &daemon->killer);
	if (!err)
		err = make_loop(daemon);
	if (!err)
		err = learn_environment(daemon);
	if (!err)
		err = start_engine(daemon);
	if (err) {
		log_err("cannot start: %s", strerror(-err));
		return EXIT_STATUS_CANNOT_RUN;
	}
	return EXIT_STATUS_OK;
}

int daemon_main(const struct options *options)
{
	struct daemon daemon = { .options = options, .lock_fd = -1, .asked_fd = -1 };
	struct precondition_failure failure;
	int status;

	if (precondition_check(options->cgroup_fs, options->source == SOURCE_CGROUPFS, &failure)) {
		log_err("%s", failure.text);
		return EXIT_STATUS_CANNOT_RUN;
	}
	block_signals();
	protection_against_kernel_oom();
	status = start(&daemon);
	if (status == EXIT_STATUS_OK) {
		protection_lock_memory();
		status = run_loop(&daemon);
	}
	stop(&daemon);
	return status;
}
