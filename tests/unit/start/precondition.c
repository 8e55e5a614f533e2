/* SPDX-License-Identifier: GPL-2.0-only */
/* Each precondition that fails says so in its own sentence. */
#include "precondition.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table_test.h"

static const struct {
	const char *controllers; /* of the folder; NULL: no such file */
	int any_directory;
	int err;
	const char *says;
} folders[] = {
	{ NULL, 1, -ENOENT, "is not laid out like cgroup2" },
	{ "", 1, -ENOTSUP, "does not list the memory controller" },
	{ "cpu io memory2 xmemory\n", 1, -ENOTSUP, "does not list the memory controller" },
	{ "cpu memory io\n", 1, 0, NULL },
	{ "memory\n", 1, 0, NULL },
	{ "memory\n", 0, -EINVAL, "takes --source cgroupfs" },
};

TABLE_TEST(precondition, folder, folders, row)
{
	char folder[] = "/tmp/boomd-precondition-XXXXXX", path[64];
	struct precondition_failure failure = { "" };

	if (!row->any_directory && geteuid() != 0)
		cr_skip_test("not root");
	cr_assert(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/cgroup.controllers", folder);
	if (row->controllers) {
		FILE *file = fopen(path, "we");

		cr_assert(file != NULL);
		fputs(row->controllers, file);
		fclose(file);
	}
	cr_expect(eq(int, precondition_check(folder, row->any_directory, &failure), row->err), "%s",
		  failure.text);
	if (row->says)
		cr_expect(strstr(failure.text, row->says) != NULL, "says: %s", failure.text);
	unlink(path);
	rmdir(folder);
}

Test(precondition, a_folder_that_is_not_there_is_named)
{
	struct precondition_failure failure = { "" };

	cr_expect(eq(int, precondition_check("/nowhere/at/all", true, &failure), -ENOENT));
	cr_expect(strstr(failure.text, "/nowhere/at/all") != NULL);
}

Test(precondition, own_cgroup_of_a_folder_without_it_is_unknown)
{
	cr_expect(zero(u64, precondition_own_cgroup("/nowhere/at/all")));
}
