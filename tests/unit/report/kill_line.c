/* SPDX-License-Identifier: GPL-2.0-only */
/* oomd's kill line, byte for byte, and what hostile names can do to it: nothing. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/kmsg.h"
#include "report/report.h"
#include "said.h"
#include "table_test.h"

struct line_row {
	const char *why;
	const char *victim, *ruleset, *group, *plugin;
	double full[3];
	uint64_t memory_bytes;
	bool dry;
	const char *line;
};

static const struct line_row lines[] = {
	{"a newline in a cgroup's name forges no line",
	 "a.slice/x\noomd kill: fake",
	 "r",
	 "g",
	 "kill_by_pressure",
	 {1, 2, 3},
	 4,
	 false,
	 "1.00 2.00 3.00 a.slice/x\\x0aoomd kill: fake 4 ruleset:[r] detectorgroup:[g] "
	 "killer:kill_by_pressure v2\n"},
	{"escape sequences do not reach a terminal",
	 "\x1b[2Ja\r\x7f",
	 "r\x1b",
	 "g\t",
	 "k\n",
	 {0, 0, 0},
	 0,
	 false,
	 "0.00 0.00 0.00 \\x1b[2Ja\\x0d\\x7f 0 ruleset:[r\\x1b] detectorgroup:[g\\x09] "
	 "killer:k\\x0a v2\n"},
	{"formats are text",
	 "%s%n%d",
	 "%s",
	 "%n",
	 "%x",
	 {0, 0, 0},
	 0,
	 false,
	 "0.00 0.00 0.00 %s%n%d 0 ruleset:[%s] detectorgroup:[%n] killer:%x v2\n"},
	{"the root has an empty path: two blanks",
	 "",
	 "r",
	 "g",
	 "k",
	 {0.004, 0.005001, 99.999},
	 18446744073709551615ULL,
	 false,
	 "0.00 0.01 100.00  18446744073709551615 ruleset:[r] detectorgroup:[g] killer:k v2\n"},
	{"no names at all",
	 "a",
	 "",
	 "",
	 "",
	 {0, 0, 0},
	 0,
	 false,
	 "0.00 0.00 0.00 a 0 ruleset:[] detectorgroup:[] killer: v2\n"},
	{"UTF-8 stays",
	 "a.slice/\xc3\xa4",
	 "r",
	 "g",
	 "k",
	 {0, 0, 0},
	 0,
	 false,
	 "0.00 0.00 0.00 a.slice/\xc3\xa4 0 ruleset:[r] detectorgroup:[g] killer:k v2\n"},
	{"what oomd wrote when it was run, dry",
	 "workload.slice/b.service",
	 "mem",
	 "pressure",
	 "kill_by_memory_size_or_growth",
	 {80, 80, 80},
	 629145600,
	 true,
	 "80.00 80.00 80.00 workload.slice/b.service 629145600 ruleset:[mem] "
	 "detectorgroup:[pressure] killer:(dry)kill_by_memory_size_or_growth v2\n"},
	{"the same, not dry",
	 "workload.slice/b.service",
	 "mem",
	 "pressure",
	 "kill_by_memory_size_or_growth",
	 {80, 80, 80},
	 629145600,
	 false,
	 "80.00 80.00 80.00 workload.slice/b.service 629145600 ruleset:[mem] "
	 "detectorgroup:[pressure] killer:kill_by_memory_size_or_growth v2\n"},
};

static struct decision decision;

static void fill(const struct line_row *row)
{
	memset(&decision, 0, sizeof(decision));
	strcpy(decision.victim, row->victim);
	strcpy(decision.ruleset, row->ruleset);
	strcpy(decision.group, row->group);
	strcpy(decision.plugin, row->plugin);
	memcpy(decision.victim_memory_full, row->full, sizeof(row->full));
	decision.victim_memory_bytes = row->memory_bytes;
	decision.dry = row->dry;
	decision.outcome = row->dry ? DECISION_DRY : DECISION_PENDING;
	decision.kill.complete = true;
}

TABLE_TEST(kill_line, bytes, lines, row)
{
	char line[1024];
	size_t length;

	fill(row);
	length = report_kill_line(&decision, line, sizeof(line));
	cr_expect(eq(str, line, (char *)row->line), "%s", row->why);
	cr_expect(eq(sz, length, strlen(row->line)), "%s", row->why);
}

/* A log file of the test's, as --kmsg-override gives. */
static char log_path[64];

static size_t read_log(char *text, size_t size)
{
	int fd = open(log_path, O_RDONLY);
	ssize_t n = read(fd, text, size - 1);

	text[n < 0 ? 0 : n] = '\0';
	close(fd);
	unlink(log_path);
	return strlen(text);
}

static void open_log(void)
{
	strcpy(log_path, "/tmp/boomd-kmsg-XXXXXX");
	close(mkstemp(log_path));
	cr_assert(zero(int, report_open(log_path)));
}

TABLE_TEST(kill_line, kernel_log_gets_prefix_standard_error_does_not, lines, row)
{
	char text[2048], expected[1024] = "oomd kill: ", alone[1024] = "\n";

	fill(row);
	open_log();
	said_begin();
	report_decision(&decision);
	cr_expect(strstr(said_end(), strcat(alone, row->line)) != NULL, "%s", row->why);
	read_log(text, sizeof(text));
	cr_expect(eq(str, text, strcat(expected, row->line)), "%s", row->why);
	report_close();
}

static const struct {
	const char *why;
	enum decision_outcome outcome;
	bool written;
} outcomes[] = {
	{"nothing tried", DECISION_NONE, false},
	{"nobody could be killed", DECISION_FAILED, false},
	{"nobody there", DECISION_NO_CANDIDATE, false},
	{"dry", DECISION_DRY, true},
	{"signalled", DECISION_PENDING, true},
};

TABLE_TEST(kill_line, only_kills_are_written, outcomes, row)
{
	char text[2048];

	fill(&lines[0]);
	decision.outcome = row->outcome;
	open_log();
	said_begin();
	report_decision(&decision);
	report_outcome(&decision);
	said_end();
	cr_expect(eq(int, read_log(text, sizeof(text)) > 0, row->written), "%s", row->why);
	report_close();
}

/* The kernel refuses a line of more than 976 bytes whole: the path gives way, its tail stays. */
static const struct {
	const char *why;
	char fill;
	size_t length;
} longs[] = {
	{"as long as a path can be", 'a', DECISION_VICTIM_MAX - 1},
	{"every byte becomes four", '\n', DECISION_VICTIM_MAX - 1},
	{"a byte that is half a character", '\x80', DECISION_VICTIM_MAX - 1},
	{"a little too long", 'a', 950},
};

TABLE_TEST(kill_line, long_path_keeps_its_tail, longs, row)
{
	static const char tail[] =
		"/leaf 7 ruleset:[r] detectorgroup:[g] killer:kill_by_pressure v2\n";
	char text[2048];
	size_t length;

	fill(&lines[0]);
	decision.victim_memory_bytes = 7;
	memset(decision.victim, row->fill, row->length);
	strcpy(decision.victim + row->length - 5, "/leaf");
	open_log();
	cr_assert(zero(int, kmsg_kill_line(&decision)), "%s", row->why);
	length = read_log(text, sizeof(text));
	cr_expect(le(sz, length, 976), "%s", row->why);
	cr_assert(gt(sz, length, sizeof(tail)), "%s", row->why);
	cr_expect(eq(str, text + length - sizeof(tail) + 1, (char *)tail), "%s", row->why);
	cr_expect(zero(int, strncmp(text, "oomd kill: 1.00 2.00 3.00 ...", 29)), "%s: %.40s",
		  row->why, text);
	cr_expect(eq(ptr, strchr(text, '\n'), text + length - 1), "%s: one line", row->why);
	report_close();
}

Test(kill_line, buffer_of_any_size_is_enough)
{
	char line[512];

	fill(&lines[0]);
	for (size_t size = 0; size < sizeof(line); size++) {
		size_t length;

		memset(line, '#', sizeof(line));
		length = report_kill_line(&decision, line, size);
		cr_assert(lt(sz, length, size ? size : 1));
		cr_assert(eq(chr, line[size], '#'), "size %zu", size);
	}
}

Test(kill_line, no_kernel_log)
{
	fill(&lines[0]);
	cr_expect(eq(int, kmsg_kill_line(&decision), -9), "EBADF");
	cr_expect(lt(int, report_open("/nonexistent/kmsg"), 0));
	said_begin();
	report_decision(&decision);
	cr_expect(strstr(said_end(), "killer:kill_by_pressure v2") != NULL);
}

Test(kill_line, silenced_plugins_speak_to_the_kernel_log_alone)
{
	char text[2048];

	fill(&lines[0]);
	decision.silent = true;
	open_log();
	said_begin();
	report_decision(&decision);
	cr_expect(eq(str, said_end(), (char *)""));
	read_log(text, sizeof(text));
	cr_expect(zero(int, strncmp(text, "oomd kill: ", 11)), "%s", text);
	report_close();
}

Test(kill_line, full_kernel_log_is_named)
{
	fill(&lines[0]);
	cr_assert(zero(int, report_open("/dev/full")));
	said_begin();
	report_decision(&decision);
	cr_expect(strstr(said_end(), "No space left") != NULL);
	report_close();
}

Test(kill_line, override_is_appended_to_and_made)
{
	struct stat st;
	char text[64];
	int fd;

	strcpy(log_path, "/tmp/boomd-kmsg-XXXXXX");
	fd = mkstemp(log_path);
	cr_assert(eq(sz, (size_t)write(fd, "before\n", 7), 7));
	close(fd);
	fill(&lines[0]);
	cr_assert(zero(int, report_open(log_path)));
	cr_expect(zero(int, kmsg_kill_line(&decision)));
	read_log(text, sizeof(text));
	cr_expect(zero(int, strncmp(text, "before\noomd kill: ", 18)));
	umask(0);
	cr_assert(zero(int, report_open(log_path)));
	cr_expect(zero(int, stat(log_path, &st)));
	cr_expect(eq(int, (int)(st.st_mode & 0777), 0644));
	unlink(log_path);
	report_close();
}
