/* SPDX-License-Identifier: GPL-2.0-only */
/* Which configuration is taken when none is given. */
#include "configure.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table_test.h"

Test(configure, places_are_boomds_then_oomds)
{
	cr_expect(eq(str, (char *)configure_places[0], (char *)CONFIGURE_INSTALLED));
	cr_expect(eq(str, (char *)configure_places[1], (char *)"/etc/oomd/oomd.json"));
	cr_expect(eq(str, (char *)configure_places[2], (char *)"/etc/oomd.json"));
	cr_expect(zero(ptr, (void *)configure_places[3]));
}

static const struct {
	const char *why;
	bool first, second;
	int taken; /* -1: none */
} there[] = {
	{ "none", false, false, -1 },
	{ "only the second", false, true, 1 },
	{ "only the first", true, false, 0 },
	{ "both", true, true, 0 },
};

static void make(const char *path, bool there_is, mode_t mode)
{
	if (there_is)
		close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, mode));
}

TABLE_TEST(configure, first_that_exists, there, row)
{
	char dir[] = "/tmp/boomd-configure-XXXXXX", first[64], second[64];
	const char *const places[] = { first, second, NULL };

	cr_assert(mkdtemp(dir) != NULL);
	snprintf(first, sizeof(first), "%s/1", dir);
	snprintf(second, sizeof(second), "%s/2", dir);
	make(first, row->first, 0); /* not to be read: an error later, but no reason to go on */
	make(second, row->second, 0600);
	cr_expect(eq(ptr, (void *)configure_find(places),
		     row->taken < 0 ? NULL : (void *)places[row->taken]), "%s", row->why);
	unlink(first);
	unlink(second);
	rmdir(dir);
}
