/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exec: runs a command, which is told about the victim by its environment and by JSON on its
 * standard input (spawn/describe.c). The command is an absolute path and arguments, split at
 * blanks. No shell reads it: whoever may name a cgroup must not get near one that runs as root. Who
 * needs a shell names a script.
 *
 * The spawner does all the work; what is done here is one packet to it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "plugins/hook/hook.h"
#include "report/decision.h"
#include "spawn/spawner.h"

#define NS_PER_S	 1000000000ULL
#define COMMAND_SIZE_MAX 1024

struct exec {
	char *command;
	int64_t timeout_s; /* -1: the ruleset's alone */
	struct spawner *spawner;
};

static const struct plugin_arg exec_args[] = {
	{ "command", ARG_STRING, offsetof(struct exec, command), .required = true,
	  .help = "absolute path and arguments, split at blanks" },
	{ "timeout", ARG_UINT, offsetof(struct exec, timeout_s), .fallback = "-1",
	  .help = "seconds, within the ruleset's prekill_hook_timeout" },
	{ 0 },
};

static int exec_init(void *state, const struct plugin_env *env, struct plugin_error *ret_error)
{
	struct exec *exec = state;
	char path[COMMAND_SIZE_MAX];
	size_t length = strcspn(exec->command, " \t");

	if (*exec->command != '/' || strlen(exec->command) >= sizeof(path)) {
		ret_error->arg = "command";
		snprintf(ret_error->text, sizeof(ret_error->text),
			 "expected an absolute path, with arguments behind it if need be, shorter "
			 "than %d bytes", COMMAND_SIZE_MAX);
		return -EINVAL;
	}
	snprintf(path, sizeof(path), "%.*s", (int)length, exec->command);
	if (access(path, X_OK)) /* it may come later */
		log_warn("hook exec: %s cannot be run now (%s)", path, strerror(errno));
	exec->spawner = env->spawner;
	if (exec->spawner)
		spawner_want(exec->spawner);
	return 0;
}

static void fill_request(const struct exec *exec, const struct hook_target *target,
			 struct spawn_request *request)
{
	const struct decision *decision = target->decision;
	const struct cgroup *cgroup = target->cgroup;

	*request = (struct spawn_request){
		.command = exec->command,
		.cgroup = target->path,
		.ruleset = decision->ruleset,
		.group = decision->group,
		.plugin = decision->plugin,
		.uuid = decision->uuid,
		.dry = decision->dry,
		.cgroup_id = cgroup->row->id,
		.memory_bytes = cgroup->row->memory_bytes,
		.swap_bytes = cgroup->row->swap_bytes,
		.memory_full_avg10 = cgroup_psi_percent(cgroup, BOOMD_RESOURCE_MEMORY,
							BOOMD_STALL_FULL, BOOMD_AVG10),
	};
}

static void exec_fire(void *state, const struct moment *now, const struct hook_target *target,
		      struct hook_run *run, struct spawn_result *ret_result)
{
	const struct exec *exec = state;
	struct spawn_request request;
	char label[PLUGIN_LABEL_SIZE];
	int err = -ENOTCONN;

	fill_request(exec, target, &request);
	if (exec->timeout_s >= 0 &&
	    now->now_ns + (uint64_t)exec->timeout_s * NS_PER_S < run->until_ns)
		run->until_ns = now->now_ns + (uint64_t)exec->timeout_s * NS_PER_S;
	request.deadline_ns = run->until_ns;
	if (exec->spawner)
		err = spawner_fire(exec->spawner, &request, &run->number);
	run->spawner = exec->spawner;
	*ret_result = (struct spawn_result){ .end = err ? SPAWN_NOT_STARTED : SPAWN_RUNNING,
					     .status = err };
	if (!now->silent)
		log_info("Prekill hook exec %s on %s", err ? "could not be fired" : "fired",
			 plugin_label(target->cgroup, label));
}

static bool exec_take(struct hook_run *run, struct spawn_result *ret_result)
{
	return spawner_take(run->spawner, run->number, ret_result);
}

static void exec_cancel(struct hook_run *run)
{
	spawner_abandon(run->spawner, run->number);
}

static const struct hook_ops exec_ops = { exec_fire, exec_take, exec_cancel };

const struct plugin plugin_exec = {
	.api = PLUGIN_API,
	.kind = PLUGIN_HOOK,
	.name = "exec",
	.about = "runs a command that is told about the victim",
	.args = exec_args,
	.state_size = sizeof(struct exec),
	.init = exec_init,
	.hook = &exec_ops,
};
