/* SPDX-License-Identifier: GPL-2.0-only */
/* Amounts of memory, with oomd's traps (oomd.md 1.0 and 5.7). */
#include <errno.h>

#include "config/args.h"
#include "table_test.h"

#define EXPECTED "an amount like \"80%\", \"1536\" (MiB) or \"1.5G 512K\""
#define BYTES	 "without a unit and not whole, this is bytes (a whole number alone is MiB)"
#define PERCENT	 "only the whole number in front of the % counts"

static const struct {
	const char *text;
	uint64_t total;
	int err;
	int64_t bytes;
	const char *why; /* NULL: nothing to say */
} sizes[] = {
	{ "", 100, -EINVAL, 0, EXPECTED },
	{ " ", 100, -EINVAL, 0, EXPECTED },
	{ "??", 100, -EINVAL, 0, EXPECTED },
	{ "K", 100, -EINVAL, 0, EXPECTED },
	{ "1GB", 100, -EINVAL, 0, EXPECTED },
	{ "1.5MK", 100, -EINVAL, 0, EXPECTED },
	{ "1P", 100, -EINVAL, 0, EXPECTED },
	{ "+-1", 100, -EINVAL, 0, EXPECTED },
	{ "+-123M", 100, -EINVAL, 0, EXPECTED },
	{ ".5G", 100, -EINVAL, 0, EXPECTED },
	{ "-.5G", 100, -EINVAL, 0, EXPECTED },
	{ "1M-5K", 100, -EINVAL, 0, EXPECTED },
	{ "1M,5K", 100, -EINVAL, 0, EXPECTED },
	{ "1.2.3K", 100, -EINVAL, 0, EXPECTED },
	{ "1..K", 100, -EINVAL, 0, EXPECTED },
	{ "infK", 100, -EINVAL, 0, EXPECTED },
	{ "nan", 100, -EINVAL, 0, EXPECTED },
	{ "1infM", 100, -EINVAL, 0, EXPECTED },
	{ "5%z", 100, -EINVAL, 0, EXPECTED },
	{ "99999999999999999999", 100, -EINVAL, 0, EXPECTED },
	{ "9223372036854775807", 100, -EINVAL, 0, EXPECTED },
	{ "-9223372036854775808", 100, -EINVAL, 0, EXPECTED },
	{ "8796093022208", 100, -EINVAL, 0, EXPECTED },
	{ "9999999999T", 100, -EINVAL, 0, EXPECTED },
	{ "1e400K", 100, -EINVAL, 0, EXPECTED },
	{ "8388607T 8388607T", 100, -EINVAL, 0, EXPECTED },
	{ "1                                                                               "
	  "0                                                                               K",
	  100, 0, 10240, NULL },
	{ "1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K"
	  "1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K1K",
	  100, -EINVAL, 0, EXPECTED },

	{ "%", 100, -EINVAL, 0, "0% to 100%" },
	{ "abc%", 100, -EINVAL, 0, "0% to 100%" },
	{ "101%", 100, -EINVAL, 0, "0% to 100%" },
	{ "-1%", 100, -EINVAL, 0, "0% to 100%" },
	{ "99999999999999999999%", 100, -EINVAL, 0, "0% to 100%" },
	{ "0%", 100, 0, 0, NULL },
	{ "1%", 100, 0, 1, NULL },
	{ "100%", 100, 0, 100, NULL },
	{ " 50 %", 100, 0, 50, NULL },
	{ "33%", 1000003, 0, 330000, NULL },
	{ "99%", 4ULL << 30, 0, 4252017623, NULL },
	{ "50%", 0, 0, 0, NULL },
	{ "100%", UINT64_MAX, 0, INT64_MAX, NULL },
	{ "50%", UINT64_MAX, 0, INT64_MAX, NULL },
	{ "49%", UINT64_MAX, 0, 9038904596117680291, NULL },
	{ "1.5%", 1000, 0, 10, PERCENT },
	{ "5%%", 100, 0, 5, PERCENT },

	{ "0", 100, 0, 0, NULL },
	{ "5", 100, 0, 5LL << 20, NULL },
	{ "1536", 100, 0, 1536LL << 20, NULL },
	{ "+5", 100, 0, 5LL << 20, NULL },
	{ " 5", 100, 0, 5LL << 20, NULL },
	{ "-5", 100, 0, -(5LL << 20), NULL },
	{ "8796093022207", 100, 0, 8796093022207LL << 20, NULL },

	{ "5K", 100, 0, 5120, NULL },
	{ "8k", 100, 0, 8192, NULL },
	{ "5M", 100, 0, 5LL << 20, NULL },
	{ "5g", 100, 0, 5LL << 30, NULL },
	{ "2T", 100, 0, 2LL << 40, NULL },
	{ "-1K", 100, 0, -1024, NULL },
	{ "+1K", 100, 0, 1024, NULL },
	{ "0.5G", 100, 0, 1LL << 29, NULL },
	{ "1.5M 32K 512", 100, 0, 1572864 + 32768 + 512, NULL },
	{ "1.5M32K512", 100, 0, 1572864 + 32768 + 512, NULL },
	{ "1K 1K", 100, 0, 2048, NULL },
	{ "1K.5K", 100, 0, 1536, NULL },
	{ "1.0009K 1.0009K", 100, 0, 2 * 1024, NULL }, /* each is truncated, then they are summed */
	{ "1 2 K", 100, 0, 12 * 1024, NULL },		/* blanks vanish first */

	{ "1536.0", 100, 0, 1536, BYTES },
	{ "1536.9", 100, 0, 1536, BYTES },
	{ "1e3", 100, 0, 1000, BYTES },
	{ "5 ", 100, 0, 5, BYTES },
};

TABLE_TEST(config_size, sizes, sizes, row)
{
	const char *why = "untouched";
	int64_t bytes = 0;

	cr_expect(eq(int, size_parse(row->text, row->total, &bytes, &why), row->err), "\"%s\"",
		  row->text);
	cr_expect(eq(i64, bytes, row->bytes), "\"%s\"", row->text);
	if (row->why) {
		cr_assert(not(zero(ptr, (void *)why)), "\"%s\"", row->text);
		cr_expect(eq(str, (char *)why, (char *)row->why), "\"%s\"", row->text);
	} else {
		cr_expect(zero(ptr, (void *)why), "\"%s\": %s", row->text, why);
	}
}
