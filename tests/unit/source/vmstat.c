/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/vmstat and vm.swappiness: cut lines, missing lines, missing files. */
#include "source/vmstat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "table_test.h"

#define REST "pgscan_kswapd 30\npgscan_direct 4\n"

static const struct {
	const char *why, *text;
	int err;
	uint64_t swapped_out_pages;
} texts[] = {
	{ "an empty file", "", -ENODATA, 0 },
	{ "no swap line", REST, -ENODATA, 0 },
	{ "no scan lines", "pswpout 7\n", -ENODATA, 0 },
	{ "not a number", "pswpout x\n" REST, -ENODATA, 0 },
	{ "a longer key", "pswpout_zero 7\n" REST, -ENODATA, 0 },
	{ "more than 64 bits", "pswpout 99999999999999999999\n" REST, -ENODATA, 0 },
	{ "all of it", "nr_free_pages 1\npswpin 3\npswpout 7\n" REST "pgscan_khugepaged 9\n", 0, 7 },
	{ "the largest", "pswpout 18446744073709551615\n" REST, 0, UINT64_MAX },
};

TABLE_TEST(vmstat, texts, texts, row)
{
	struct system_facts facts = { .swapped_out_pages = 77, .scanned_pages = 78 };

	cr_assert(eq(int, vmstat_parse(row->text, strlen(row->text), &facts), row->err), "%s",
		  row->why);
	cr_expect(eq(u64, facts.swapped_out_pages, row->err ? 77 : row->swapped_out_pages), "%s",
		  row->why);
	cr_expect(eq(u64, facts.scanned_pages, row->err ? 78 : 34), "%s", row->why);
}

Test(vmstat, reads_this_machine_and_survives_without_files)
{
	struct system_facts facts = { 0 };
	struct vmstat_files files;

	vmstat_open("/nowhere", &files);
	vmstat_read(&files, &facts);
	cr_expect(not(facts.has_vmstat));
	vmstat_close(&files);

	vmstat_open("/proc", &files);
	vmstat_read(&files, &facts);
	cr_expect(facts.has_vmstat);
	cr_expect(le(u64, facts.swappiness, 200));
	facts.has_vmstat = false;
	vmstat_read(&files, &facts);
	cr_expect(facts.has_vmstat, "it reads from the start each time");
	vmstat_close(&files);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	cr_assert(ge(int, fd, 0));
	cr_assert(eq(long, write(fd, text, strlen(text)), (long)strlen(text)));
	close(fd);
}

Test(vmstat, half_a_line_is_no_number_and_counters_do_without_swappiness)
{
	char folder[] = "/tmp/boomd-vmstat-XXXXXX", path[64];
	struct system_facts facts = { 0 };
	struct vmstat_files files;

	cr_assert(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/vmstat", folder);
	write_file(path, "pswpout 7\npgscan_kswapd 30\npgscan_direct 41");
	vmstat_open(folder, &files);
	vmstat_read(&files, &facts);
	cr_expect(not(facts.has_vmstat));
	write_file(path, "pswpout 7\npgscan_kswapd 30\npgscan_direct 4\n");
	vmstat_read(&files, &facts);
	cr_expect(facts.has_vmstat);
	cr_expect(eq(u64, facts.swapped_out_pages, 7));
	vmstat_close(&files);
	unlink(path);
	rmdir(folder);
}
