/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --list-plugins: what there is and what it takes, made from the tables that also parse and check
 * the arguments, so that the list cannot say anything else.
 */
#include <stdio.h>

#include "plugins/hook/hook.h"
#include "plugins/instance.h"
#include "plugins/registry.h"

static const char *kind_name(enum plugin_kind kind)
{
	switch (kind) {
	case PLUGIN_DETECT:
		return "detector";
	case PLUGIN_KILL:
		return "kill action";
	case PLUGIN_ACT:
		return "action";
	case PLUGIN_HOOK:
		return "prekill hook";
	}
	return "?";
}

static const char *type_name(enum plugin_arg_type type)
{
	switch (type) {
	case ARG_NONE:
		return "none";
	case ARG_BOOL:
		return "true|false";
	case ARG_INT:
		return "integer";
	case ARG_UINT:
		return "integer >= 0";
	case ARG_DOUBLE:
		return "number";
	case ARG_STRING:
		return "text";
	case ARG_RESOURCE:
		return "memory|io";
	case ARG_STALL:
		return "some|full";
	case ARG_PATTERNS:
		return "cgroup patterns";
	case ARG_SIZE_OF_MEMORY:
		return "size, % of memory";
	case ARG_SIZE_OF_SWAP:
		return "size, % of swap";
	}
	return "?";
}

static void print_arg(const struct plugin_arg *arg)
{
	printf("    %-23s %-18s %s", arg->name, type_name(arg->type), arg->help);
	if (arg->min || arg->max)
		printf(" (%g to %g)", arg->min, arg->max);
	if (arg->required)
		printf(" [required]");
	else if (arg->fallback && arg->fallback[0] != '-')
		printf(" [default %s]", arg->fallback);
	putchar('\n');
}

static void print_args(const struct plugin_arg *args)
{
	for (; args && args->name; args++)
		print_arg(args);
}

static void print_plugin(const struct plugin *plugin)
{
	printf("%s (%s): %s\n", plugin->name, kind_name(plugin->kind), plugin->about);
	print_args(plugin->args);
	if (plugin->any_args)
		printf("    takes any argument and ignores it\n");
	if (plugin->kind == PLUGIN_KILL)
		printf("    and those of every kill action, below\n");
	if (plugin->kind == PLUGIN_HOOK)
		printf("    and those of every prekill hook, below\n");
	putchar('\n');
}

void registry_print(void)
{
	const struct plugin *plugin;

	for (size_t i = 0; (plugin = registry_at(i)); i++)
		print_plugin(plugin);
	for (size_t i = 0; (plugin = hook_registry_at(i)); i++)
		print_plugin(plugin);
	printf("every kill action also takes:\n");
	print_args(kill_arg_table);
	printf("\nevery prekill hook also takes:\n");
	print_args(hook_arg_table);
}
