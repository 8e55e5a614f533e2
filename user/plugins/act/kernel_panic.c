/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel_panic: crash the machine at once by sysrq (oomd.md 1.4), for those who would rather reboot
 * than thrash. oomd has the source but does not build it (oomd.md 0.1). Whoever can edit a
 * configuration should not be able to do this by a slip, so the command line must allow it, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "plugins/plugin.h"

struct kernel_panic {
	const char *file; /* the environment's */
};

static int kernel_panic_init(void *state, const struct plugin_env *env,
			     struct plugin_error *ret_error)
{
	struct kernel_panic *k = state;

	k->file = env->kernel_panic_file;
	if (k->file)
		return 0;
	snprintf(ret_error->text, sizeof(ret_error->text),
		 "it crashes the whole machine, and is only allowed with --allow-kernel-panic");
	return -EPERM;
}

static int crash(const char *file)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	int err;

	if (fd < 0)
		return -errno;
	err = write(fd, "c", 1) == 1 ? 0 : -errno;
	close(fd);
	return err;
}

static enum verdict kernel_panic_run(void *state, const struct moment *now)
{
	const struct kernel_panic *k = state;
	int err;

	if (now->dry_run) {
		log_warn("kernel_panic: would crash the machine now (dry)");
		return VERDICT_STOP;
	}
	log_err("kernel_panic: crashing the machine for Ruleset=%s", now->ruleset);
	err = crash(k->file);
	if (!err)
		return VERDICT_STOP;
	log_err("kernel_panic: cannot write to %s: %s", k->file, strerror(-err));
	return VERDICT_CONTINUE;
}

const struct plugin plugin_kernel_panic = {
	.api = PLUGIN_API,
	.kind = PLUGIN_ACT,
	.name = "kernel_panic",
	.about = "crash the machine; needs --allow-kernel-panic",
	.state_size = sizeof(struct kernel_panic),
	.init = kernel_panic_init,
	.run = kernel_panic_run,
};
