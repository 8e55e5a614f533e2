/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a configuration, from a file or from memory: see config.h. */
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/document.h"
#include "config/parse.h"

#define FILE_BYTES_MAX (1024 * 1024)

static const struct where nowhere;
static const char byte_order_mark[] = { '\xef', '\xbb', '\xbf' };

static void top_rulesets(struct parser *parser, const struct node *node, void *target)
{
	struct config *config = target;

	parse_list(parser, node, "a list of rulesets", sizeof(*config->rulesets), parse_ruleset,
		   (void **)&config->rulesets, &config->nr_rulesets);
}

static void top_hooks(struct parser *parser, const struct node *node, void *target)
{
	struct config *config = target;

	parse_list(parser, node, "a list of plugins", sizeof(*config->prekill_hooks), parse_plugin,
		   (void **)&config->prekill_hooks, &config->nr_prekill_hooks);
}

static const struct parse_key top_keys[] = {
	{ "rulesets", top_rulesets },
	{ "prekill_hooks", top_hooks },
	{ NULL, NULL },
};

static void parse_top(struct parser *parser, const struct document *document, struct config *config)
{
	struct node top = document_top(document);

	parse_object(parser, &top, "a configuration {\"rulesets\": [...]}", top_keys, config);
	if (!node_is_object(&top) || !node_lacks(&top, "rulesets"))
		return;
	if (!parser->drop_in)
		diagnostics_add(parser->diagnostics, SEVERITY_WARNING, top.at,
				"no rulesets: boomd would do nothing");
	else if (node_lacks(&top, "prekill_hooks"))
		diagnostics_add(parser->diagnostics, SEVERITY_WARNING, top.at,
				"neither rulesets nor prekill_hooks: this drop-in does nothing");
}

static int parse(bool drop_in, const char *file, const char *text, size_t length,
		 struct diagnostics *diagnostics, struct config **ret_config)
{
	struct parser parser = { .diagnostics = diagnostics, .drop_in = drop_in };
	size_t nr_errors = diagnostics->nr_errors;
	struct document document;
	struct config *config;
	int err;

	if (length > FILE_BYTES_MAX) {
		diagnostics_add(diagnostics, SEVERITY_ERROR, nowhere,
				"expected a configuration of at most 1 MiB, found a larger one");
		return -EFBIG;
	}
	if (length >= sizeof(byte_order_mark) &&
	    memcmp(text, byte_order_mark, sizeof(byte_order_mark)) == 0) {
		text += sizeof(byte_order_mark);
		length -= sizeof(byte_order_mark);
	}
	err = document_parse(text, length, diagnostics, &document);
	if (err)
		return err;
	config = calloc(1, sizeof(*config));
	if (config) {
		parse_default_text(&parser, &config->file, file);
		parse_top(&parser, &document, config);
	} else {
		parser.err = -ENOMEM;
	}
	document_free(&document);
	if (!parser.err && diagnostics->nr_errors > nr_errors)
		parser.err = -EINVAL;
	if (parser.err) {
		config_free(config);
		return parser.err;
	}
	*ret_config = config;
	return 0;
}

int config_parse(const char *file, const char *text, size_t length,
		 struct diagnostics *diagnostics, struct config **ret_config)
{
	return parse(false, file, text, length, diagnostics, ret_config);
}

int config_parse_drop_in(const char *file, const char *text, size_t length,
			 struct diagnostics *diagnostics, struct config **ret_config)
{
	return parse(true, file, text, length, diagnostics, ret_config);
}

int config_read(int fd, char **ret_text, size_t *ret_length)
{
	size_t length = 0;
	ssize_t n = 1;
	char *text;
	int err = 0;

	text = malloc(FILE_BYTES_MAX + 1);
	if (!text)
		err = -ENOMEM;
	while (!err && n > 0 && length <= FILE_BYTES_MAX) {
		n = read(fd, text + length, FILE_BYTES_MAX + 1 - length);
		if (n < 0 && errno != EINTR)
			err = -errno;
		length += n > 0 ? (size_t)n : 0;
		n = n < 0 ? 1 : n;
	}
	if (err) {
		free(text);
		return err;
	}
	*ret_text = text;
	*ret_length = length;
	return 0;
}

static int cannot_read(int err, struct diagnostics *diagnostics)
{
	diagnostics_add(diagnostics, SEVERITY_ERROR, nowhere, "expected a file to read: %s",
			strerror(-err));
	return err;
}

int config_load(const char *file, struct diagnostics *diagnostics, struct config **ret_config)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	char *text = NULL;
	int err;

	if (fd < 0)
		return cannot_read(-errno, diagnostics);
	err = config_read(fd, &text, &length);
	close(fd);
	if (err)
		return cannot_read(err, diagnostics);
	err = config_parse(file, text, length, diagnostics, ret_config);
	free(text);
	return err;
}
