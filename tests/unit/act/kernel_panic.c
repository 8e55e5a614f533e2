/* SPDX-License-Identifier: GPL-2.0-only */
/* kernel_panic, with a file of ours in the place of /proc/sysrq-trigger. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "plugins/registry.h"
#include "table_test.h"
#include "unit/plugins/world.h"

static const struct world_row nobody[] = { { 0 } };

static const struct {
	const char *why;
	bool there, dry_run; /* is there such a file */
	enum verdict verdict;
	const char *written;
} panics[] = {
	{ "it crashes", true, false, VERDICT_STOP, "c" },
	{ "--dry-run", true, true, VERDICT_STOP, "" },
	{ "no sysrq here", false, false, VERDICT_CONTINUE, "" },
};

TABLE_TEST(kernel_panic, panics, panics, row)
{
	static struct world world;
	char path[] = "/tmp/boomd-sysrq.XXXXXX", text[8] = "";
	int fd = mkostemp(path, O_CLOEXEC);
	const struct plugin_env env = { .kernel_panic_file = path };
	struct plugin_error error = { 0 };
	struct instance instance;

	cr_assert(fd >= 0);
	if (!row->there)
		unlink(path);
	world_open(&world, nobody);
	world.now.dry_run = row->dry_run;
	cr_assert(zero(int, world_try_plugin_in(&env, registry_find("kernel_panic"), "", &instance,
						&error)));
	cr_expect(eq(int, world_run(&world, &instance), (int)row->verdict), "%s", row->why);
	cr_expect(read(fd, text, sizeof(text) - 1) >= 0);
	cr_expect(eq(str, text, (char *)row->written), "%s", row->why);
	instance_free(&instance);
	world_close(&world);
	close(fd);
	unlink(path);
}

Test(kernel_panic, needs_to_be_allowed)
{
	struct plugin_error error = { 0 };
	struct instance instance = { 0 };

	cr_expect(eq(int, world_try_plugin(registry_find("kernel_panic"), "", &instance, &error),
		     -EPERM));
	cr_expect(strstr(error.text, "--allow-kernel-panic") != NULL, "%s", error.text);
	instance_free(&instance);
	cr_expect(eq(int, world_try_plugin(registry_find("kernel_panic"), "dry=true", &instance,
					   &error), -EINVAL), "it takes no arguments");
	instance_free(&instance);
}

/* The option, and only the option, names the real file. */
Test(kernel_panic, option)
{
	char *without[] = { "boomd", NULL }, *with[] = { "boomd", "--allow-kernel-panic", NULL };
	struct options options;

	cr_assert(eq(int, options_parse(1, without, &options), 0));
	cr_expect(options.kernel_panic_file == NULL);
	cr_assert(eq(int, options_parse(2, with, &options), 0));
	cr_expect(eq(str, (char *)options.kernel_panic_file, "/proc/sysrq-trigger"));
}
