/* SPDX-License-Identifier: GPL-2.0-only */
/* From files to drop-ins of the engine, and what is remembered of them: see drop_ins.h. */
#include "dropin/drop_ins.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/config.h"
#include "dropin/directory.h"
#include "dropin/files.h"
#include "dropin/read.h"
#include "log.h"

#define LABEL_SIZE 300 /* a file's name fit to print */
#define WHOLE_SIZE (PATH_MAX + NAME_MAX + 2) /* too long is for the kernel to say */

struct drop_ins {
	struct directory *directory;
	bool strict;
	struct files files;
	/* where changes go, while drop_ins_apply() or drop_ins_take() runs */
	struct rules *rules;
	struct engine *engine;
};

/* --- into the engine --- */

static const struct rules *rules_of(const struct drop_ins *drop_ins)
{
	return drop_ins->engine ? engine_rules(drop_ins->engine) : drop_ins->rules;
}

static bool is_in_force(const struct drop_ins *drop_ins, const char *tag)
{
	return rules_find_drop_in(rules_of(drop_ins), tag) != NULL;
}

static void inject(struct drop_ins *drop_ins, struct drop_in *drop_in)
{
	if (drop_ins->engine) {
		engine_add_drop_in(drop_ins->engine, drop_in);
	} else {
		drop_in_free(rules_take_drop_in(drop_ins->rules, drop_in->tag));
		rules_add_drop_in(drop_ins->rules, drop_in);
	}
}

static int compile(struct drop_ins *drop_ins, const struct file *file, const struct config *config,
		   struct diagnostics *diagnostics)
{
	struct drop_in *drop_in;
	int err = drop_in_compile(file->tag, config, rules_of(drop_ins), diagnostics, &drop_in);

	if (!err)
		inject(drop_ins, drop_in);
	return err;
}

/* --- one file's news --- */

static const char *path_of(const struct drop_ins *drop_ins, const char *tag, char buf[WHOLE_SIZE])
{
	snprintf(buf, WHOLE_SIZE, "%s/%s", directory_path(drop_ins->directory), tag);
	return buf;
}

/* Takes *text over if this is what shall be in force. */
static int accept(struct drop_ins *drop_ins, struct file *file, char **text, size_t length,
		  struct diagnostics *diagnostics)
{
	struct config *config;
	int err = config_parse_drop_in(diagnostics->file, *text, length, diagnostics, &config);

	if (err)
		return err;
	err = compile(drop_ins, file, config, diagnostics);
	if (err) {
		config_free(config);
		return err;
	}
	file_accept(file, config, *text, length);
	*text = NULL;
	files_make_newest(&drop_ins->files, file);
	return 0;
}

static void tell_result(const struct drop_ins *drop_ins, const char *tag, int err)
{
	char label[LABEL_SIZE];

	log_clean(tag, label, sizeof(label));
	if (!err)
		log_info("Drop in config=%s injected into engine", label);
	else
		log_err("Failed to inject drop in config=%s into engine (%s), %s", label,
			strerror(-err), is_in_force(drop_ins, tag) ?
						"the version before stays in force" :
						"nothing of it is in force");
}

/* err: what came of reading it. *text is NULL after it if it was taken over. */
static void load(struct drop_ins *drop_ins, struct file *file, int err, char **text, size_t length,
		 struct diagnostics *diagnostics)
{
	char label[LABEL_SIZE];

	log_info("Adding drop in config=%s", log_clean(file->tag, label, sizeof(label)));
	file_forget_text(file);
	if (!err)
		err = accept(drop_ins, file, text, length, diagnostics);
	file->is_refused = err != 0;
	diagnostics_log(diagnostics);
	tell_result(drop_ins, file->tag, err);
}

/* It went while its news were on the way; that it went is news, too. */
static bool is_gone(const char *path)
{
	struct stat stat;

	return lstat(path, &stat) && errno == ENOENT;
}

/* The file as it is now. maybe: it is taken only if it differs from what is in force. */
static void look_at(struct drop_ins *drop_ins, const char *tag, bool maybe)
{
	struct file *file = files_put(&drop_ins->files, tag);
	struct diagnostics diagnostics;
	char path[WHOLE_SIZE], *text = NULL;
	size_t length = 0;
	int err;

	if (!file) {
		log_err("out of memory, a drop-in is not looked at");
		return;
	}
	diagnostics_init(&diagnostics, path_of(drop_ins, tag, path), drop_ins->strict);
	err = drop_in_read(path, &diagnostics, &text, &length);
	if (err == -ENOENT && is_gone(path))
		log_debug("%s is gone", path);
	else if (!err && !length && !file->accepted)
		file->is_refused = false; /* to be filled later; oomd does not look either */
	else if (err || !maybe || !file_says(file, text, length))
		load(drop_ins, file, err, &text, length, &diagnostics);
	free(text);
	diagnostics_fini(&diagnostics);
}

static void on_changed(void *user, const char *name)
{
	look_at(user, name, false);
}

static void on_seen(void *user, const char *name)
{
	look_at(user, name, true);
}

static void on_removed(void *user, const char *name)
{
	struct drop_ins *drop_ins = user;
	struct file *file = files_find(&drop_ins->files, name);
	char label[LABEL_SIZE];

	if (!file)
		return;
	log_info("Removing drop in config=%s", log_clean(name, label, sizeof(label)));
	if (drop_ins->engine ? engine_remove_drop_in(drop_ins->engine, name) :
			       is_in_force(drop_ins, name)) {
		if (!drop_ins->engine)
			drop_in_free(rules_take_drop_in(drop_ins->rules, name));
		log_info("Drop in config=%s removed from engine", label);
	}
	files_drop(&drop_ins->files, file);
}

/* --- all of them --- */

int drop_ins_new(const char *directory, bool strict, struct drop_ins **ret_drop_ins)
{
	struct drop_ins *drop_ins = calloc(1, sizeof(*drop_ins));
	const struct directory_listener listener = { drop_ins, on_changed, on_seen, on_removed };
	int err;

	if (!drop_ins)
		return -ENOMEM;
	drop_ins->strict = strict;
	err = directory_new(directory, &listener, &drop_ins->directory);
	if (err) {
		drop_ins_free(drop_ins);
		return err;
	}
	*ret_drop_ins = drop_ins;
	return 0;
}

void drop_ins_free(struct drop_ins *drop_ins)
{
	if (!drop_ins)
		return;
	files_clear(&drop_ins->files);
	directory_free(drop_ins->directory);
	free(drop_ins);
}

/* An accepted version onto a base that it was not made for. */
static void apply_again(struct drop_ins *drop_ins, const struct file *file)
{
	struct diagnostics diagnostics;
	char path[WHOLE_SIZE], label[LABEL_SIZE];
	int err;

	diagnostics_init(&diagnostics, path_of(drop_ins, file->tag, path), drop_ins->strict);
	err = compile(drop_ins, file, file->accepted, &diagnostics);
	if (err) {
		diagnostics_log(&diagnostics);
		log_err("Drop in config=%s does not fit the new configuration (%s) and is left out",
			log_clean(file->tag, label, sizeof(label)), strerror(-err));
	}
	diagnostics_fini(&diagnostics);
}

int drop_ins_apply(struct drop_ins *drop_ins, struct rules *rules)
{
	int err;

	drop_ins->rules = rules;
	drop_ins->engine = NULL;
	for (size_t i = 0; i < drop_ins->files.nr; i++)
		if (drop_ins->files.items[i]->accepted)
			apply_again(drop_ins, drop_ins->files.items[i]);
	err = directory_look_again(drop_ins->directory);
	for (size_t i = 0; i < drop_ins->files.nr && !err; i++) {
		const struct file *file = drop_ins->files.items[i];

		if (file->is_refused || (file->accepted && !is_in_force(drop_ins, file->tag)))
			err = -EINVAL;
	}
	drop_ins->rules = NULL;
	return err;
}

int drop_ins_fd(const struct drop_ins *drop_ins)
{
	return directory_fd(drop_ins->directory);
}

void drop_ins_take(struct drop_ins *drop_ins, struct engine *engine)
{
	drop_ins->engine = engine;
	directory_take(drop_ins->directory);
	drop_ins->engine = NULL;
}
