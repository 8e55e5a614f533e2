/* SPDX-License-Identifier: GPL-2.0-only */
/* A short list, so that order is an array's and looking is linear: see files.h. */
#include "dropin/files.h"

#include <stdlib.h>
#include <string.h>

struct file *files_find(const struct files *files, const char *tag)
{
	for (size_t i = 0; i < files->nr; i++)
		if (!strcmp(files->items[i]->tag, tag))
			return files->items[i];
	return NULL;
}

static void file_free(struct file *file)
{
	config_free(file->accepted);
	free(file->text);
	free(file->tag);
	free(file);
}

static struct file *file_new(const char *tag)
{
	struct file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->tag = strdup(tag);
	if (!file->tag) {
		free(file);
		return NULL;
	}
	return file;
}

struct file *files_put(struct files *files, const char *tag)
{
	struct file **items, *file = files_find(files, tag);

	if (file)
		return file;
	items = reallocarray(files->items, files->nr + 1, sizeof(struct file *));
	if (!items)
		return NULL;
	files->items = items;
	file = file_new(tag);
	if (file)
		items[files->nr++] = file;
	return file;
}

static void take_out(struct files *files, const struct file *file)
{
	size_t i = 0;

	while (files->items[i] != file)
		i++;
	files->nr--;
	memmove(&files->items[i], &files->items[i + 1], (files->nr - i) * sizeof(struct file *));
}

void files_make_newest(struct files *files, struct file *file)
{
	take_out(files, file);
	files->items[files->nr++] = file;
}

void files_drop(struct files *files, struct file *file)
{
	take_out(files, file);
	file_free(file);
}

void files_clear(struct files *files)
{
	for (size_t i = 0; i < files->nr; i++)
		file_free(files->items[i]);
	free(files->items);
	*files = (struct files){ 0 };
}

bool file_says(const struct file *file, const char *text, size_t length)
{
	return file->text && file->length == length && !memcmp(file->text, text, length);
}

void file_accept(struct file *file, struct config *config, char *text, size_t length)
{
	config_free(file->accepted);
	free(file->text);
	file->accepted = config;
	file->text = text;
	file->length = length;
}

void file_forget_text(struct file *file)
{
	free(file->text);
	file->text = NULL;
}
