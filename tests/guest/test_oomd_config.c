/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration that Debian's package `oomd` ships, which is oomd's desktop example: it loads
 * unchanged, and boomd runs with it. The package is laid over the guest's root (payload_peer).
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "guest.h"

#define SHIPPED	    "/etc/oomd/oomd.json"
#define WHY_MISSING "/usr/lib/oomd.failed"
#define READY_MS    30000

/* Not asked for in this run: skip. Asked for, and could not be fetched: fail, with the reason. */
static char *shipped(void)
{
	static char why[512], text[64 * 1024];
	FILE *file = fopen(SHIPPED, "re");

	if (!file && access(WHY_MISSING, F_OK))
		cr_skip_test("Debian's oomd is not in this guest");
	if (!file) {
		file = fopen(WHY_MISSING, "re");
		cr_assert(file != NULL);
		why[fread(why, 1, sizeof(why) - 1, file)] = '\0';
		cr_assert(false, "%s", why);
	}
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

Test(oomd_config, is_taken_without_a_warning)
{
	int status;

	shipped();
	status = system("boomd --check-config " SHIPPED " --strict");
	cr_expect(zero(int, status), "its end as of wait(2)");
}

Test(oomd_config, runs)
{
	struct guest_daemon *daemon = guest_daemon_start(shipped(), "--dry-run", NULL);

	cr_expect(guest_daemon_await(daemon, "running: ", READY_MS) != NULL);
	cr_expect(guest_daemon_alive(daemon));
	cr_expect(eq(int, guest_daemon_stop(daemon), 0));
}
