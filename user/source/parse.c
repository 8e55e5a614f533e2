/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All parsers here eat their text from the front through one struct, which cannot go past its
 * end. The small ones that eat a piece return whether it was there, or 0 or -errno where a number
 * can be too large, and then leave the text where it was.
 */
#include "source/parse.h"

#include <errno.h>
#include <string.h>

struct text {
	const char *at, *end;
};

static struct text text_of(const char *text, size_t len)
{
	return (struct text){ text, text + len };
}

static bool at_end(const struct text *text)
{
	return text->at == text->end;
}

/* Up to the next `end`, which is eaten too, or to the end of the text. */
static struct text eat_until(struct text *text, char end)
{
	const char *found =
		at_end(text) ? NULL : memchr(text->at, end, (size_t)(text->end - text->at));
	struct text piece = { text->at, found ? found : text->end };

	text->at = found ? found + 1 : text->end;
	return piece;
}

static bool eat(struct text *text, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(text->end - text->at) < len || memcmp(text->at, word, len))
		return false;
	text->at += len;
	return true;
}

static bool is_digit(const struct text *text)
{
	return !at_end(text) && *text->at >= '0' && *text->at <= '9';
}

static int eat_number(struct text *text, __u64 *ret_value)
{
	struct text rest = *text;
	__u64 value = 0;

	if (!is_digit(&rest))
		return -EINVAL;
	for (; is_digit(&rest); rest.at++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (__u64)(*rest.at - '0'), &value))
			return -ERANGE;
	*text = rest;
	*ret_value = value;
	return 0;
}

/* A number that is the whole of the text. */
static int whole_number(struct text text, __u64 *ret_value)
{
	__u64 value;
	int err = eat_number(&text, &value);

	if (err)
		return err;
	if (!at_end(&text))
		return -EINVAL;
	*ret_value = value;
	return 0;
}

/* The one line that the text consists of. */
static int only_line(const char *text, size_t len, struct text *ret_line)
{
	struct text rest = text_of(text, len);
	struct text line = eat_until(&rest, '\n');

	if (!at_end(&rest))
		return -EINVAL;
	*ret_line = line;
	return 0;
}

int parse_number(const char *text, size_t len, __u64 *ret_value)
{
	struct text line;
	int err = only_line(text, len, &line);

	return err ? err : whole_number(line, ret_value);
}

int parse_limit(const char *text, size_t len, __u64 *ret_value)
{
	struct text line;
	int err = only_line(text, len, &line);

	if (err)
		return err;
	if (eat(&line, "max") && at_end(&line)) {
		*ret_value = BOOMD_MAX;
		return 0;
	}
	return parse_number(text, len, ret_value);
}

int parse_pid(const char *text, size_t len, int32_t *ret_pid)
{
	__u64 value;
	int err = parse_number(text, len, &value);

	if (err)
		return err;
	if (!value || value > INT32_MAX)
		return -ERANGE;
	*ret_pid = (int32_t)value;
	return 0;
}

uint32_t parse_keyed(const char *text, size_t len, const struct parse_key *keys, size_t nr_keys)
{
	struct text rest = text_of(text, len);
	uint32_t found = 0;

	while (!at_end(&rest)) {
		struct text line = eat_until(&rest, '\n');

		for (size_t i = 0; i < nr_keys; i++) {
			struct text value = line;

			if (!(found & 1U << i) && eat(&value, keys[i].key) && eat(&value, " ") &&
			    !whole_number(value, keys[i].value))
				found |= 1U << i;
		}
	}
	return found;
}

/* "12.34" to fixed point: see parse_pressure. Digits behind the second are cut off. */
static int eat_percent(struct text *text, uint32_t *ret_fixed)
{
	__u64 whole, hundredths;
	unsigned int digit = 0;
	int err = eat_number(text, &whole);

	if (err)
		return err;
	if (__builtin_mul_overflow(whole, 100, &hundredths))
		return -ERANGE;
	if (eat(text, ".")) {
		for (; is_digit(text); text->at++, digit++)
			if (digit < 2)
				hundredths += (uint64_t)(*text->at - '0') * (digit ? 1 : 10);
		if (!digit)
			return -EINVAL;
	}
	if (hundredths > (uint64_t)UINT32_MAX * 100 >> BOOMD_PSI_FIXED_SHIFT)
		return -ERANGE;
	*ret_fixed = (uint32_t)(((hundredths << BOOMD_PSI_FIXED_SHIFT) + 99) / 100);
	return 0;
}

/* The line behind its first word, which is " avg10=..." or, in the old format, three numbers. */
static int parse_pressure_line(struct text line, struct boomd_psi *ret_psi)
{
	static const char *const names[BOOMD_WINDOWS] = { "avg10=", "avg60=", "avg300=" };
	struct boomd_psi psi = { 0 };
	bool named = false;
	int err = 0;

	for (size_t i = 0; i < BOOMD_WINDOWS; i++) {
		if (!eat(&line, " "))
			return -EINVAL;
		if (eat(&line, names[i]) != named) {
			if (i)
				return -EINVAL;
			named = true;
		}
		err = eat_percent(&line, &psi.avg[i]);
		if (err)
			return err;
	}
	if (named)
		err = eat(&line, " total=") ? eat_number(&line, &psi.total_us) : -EINVAL;
	if (err || !at_end(&line))
		return err ? err : -EINVAL;
	*ret_psi = psi;
	return 0;
}

int parse_pressure(const char *text, size_t len, struct boomd_psi ret_psi[BOOMD_STALLS])
{
	static const char *const words[BOOMD_STALLS] = { "some", "full" };
	struct text rest = text_of(text, len);
	struct boomd_psi psi[BOOMD_STALLS];
	bool found[BOOMD_STALLS] = { false };

	while (!at_end(&rest)) {
		struct text line = eat_until(&rest, '\n');

		for (size_t i = 0; i < BOOMD_STALLS; i++) {
			struct text values = line;
			int err;

			if (found[i] || !eat(&values, words[i]))
				continue;
			err = parse_pressure_line(values, &psi[i]);
			if (err)
				return err;
			found[i] = true;
		}
	}
	if (!found[BOOMD_STALL_SOME] || !found[BOOMD_STALL_FULL])
		return -ENODATA;
	memcpy(ret_psi, psi, sizeof(psi));
	return 0;
}

/* " rbytes=1 wbytes=2 ..." */
static int parse_io_line(struct text line, struct boomd_io *ret_io)
{
	struct boomd_io io = { 0 };
	const struct {
		const char *key;
		__u64 *value;
	} keys[] = {
		{ "rbytes=", &io.read_bytes },	  { "wbytes=", &io.write_bytes },
		{ "rios=", &io.read_ios },	  { "wios=", &io.write_ios },
		{ "dbytes=", &io.discard_bytes }, { "dios=", &io.discard_ios },
	};

	while (!at_end(&line)) {
		struct text word = eat_until(&line, ' ');

		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			__u64 value;
			int err;

			if (!eat(&word, keys[i].key))
				continue;
			err = whole_number(word, &value);
			if (err)
				return err;
			*keys[i].value = value;
		}
	}
	*ret_io = io;
	return 0;
}

static void io_add(struct boomd_io *sum, const struct boomd_io *io)
{
	sum->read_ios += io->read_ios;
	sum->read_bytes += io->read_bytes;
	sum->write_ios += io->write_ios;
	sum->write_bytes += io->write_bytes;
	sum->discard_ios += io->discard_ios;
	sum->discard_bytes += io->discard_bytes;
}

int parse_io_stat(const char *text, size_t len, const struct boomd_device *devices,
		  size_t nr_devices, struct boomd_io ret_io[BOOMD_DEVICE_CLASSES])
{
	struct text rest = text_of(text, len);
	struct boomd_io sums[BOOMD_DEVICE_CLASSES] = { 0 };

	while (!at_end(&rest)) {
		struct text line = eat_until(&rest, '\n');
		struct boomd_io io;
		__u64 major, minor;
		int err;

		if (eat_number(&line, &major) || !eat(&line, ":") || eat_number(&line, &minor) ||
		    !(at_end(&line) || eat(&line, " ")))
			return -EINVAL;
		err = parse_io_line(line, &io);
		if (err)
			return err;
		for (size_t i = 0; i < nr_devices; i++)
			if (devices[i].used && devices[i].major == major &&
			    devices[i].minor == minor &&
			    devices[i].device_class < BOOMD_DEVICE_CLASSES)
				io_add(&sums[devices[i].device_class], &io);
	}
	memcpy(ret_io, sums, sizeof(sums));
	return 0;
}

/* Fields of /proc/<pid>/stat behind the state, which is the third (proc(5)). */
enum { FIELD_FLAGS = 9, FIELD_START = 22, FIELD_RSS = 24 };

static int parse_process_numbers(struct text text, struct parse_process *process)
{
	__u64 *const wanted[] = {
		[FIELD_FLAGS] = &process->kernel_flags,
		[FIELD_START] = &process->start_ticks,
		[FIELD_RSS] = &process->rss_pages,
	};

	for (size_t field = 4; field <= FIELD_RSS; field++) {
		struct text word = eat_until(&text, ' ');
		int err;

		if (!wanted[field])
			continue;
		/* the last one wanted may be the last one there is */
		if (field == FIELD_RSS)
			word = eat_until(&word, '\n');
		err = whole_number(word, wanted[field]);
		if (err)
			return err;
	}
	return 0;
}

int parse_process(const char *text, size_t len, struct parse_process *ret_process)
{
	struct text rest = text_of(text, len), comm;
	struct parse_process process = { .comm = "" };
	const char *close = len ? memrchr(text, ')', len) : NULL;
	size_t comm_len;
	__u64 pid;
	int err;

	if (eat_number(&rest, &pid) || !eat(&rest, " (") || !close || close < rest.at)
		return -EINVAL;
	comm = (struct text){ rest.at, close };
	rest.at = close + 1;
	comm_len = (size_t)(comm.end - comm.at);
	memcpy(process.comm, comm.at,
	       comm_len < sizeof(process.comm) ? comm_len : sizeof(process.comm) - 1);
	if (!eat(&rest, " ") || at_end(&rest))
		return -EINVAL;
	process.state = *rest.at++;
	if (!eat(&rest, " "))
		return -EINVAL;
	err = parse_process_numbers(rest, &process);
	if (err)
		return err;
	*ret_process = process;
	return 0;
}
