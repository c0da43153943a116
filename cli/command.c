/* command.c - the list of commands, and their options read as their tables say. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "core/error.h"
#include "core/setting.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "cli/commands.def"
#undef COMMAND
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };
enum { MOST_OPTIONS = 80, HELP_CODE = 1 << 20 };

const struct command *command_at(int i)
{
	return i >= 0 && i < COMMANDS ? commands[i] : NULL;
}

const struct command *command_find(const char *name)
{
	for (int i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

/* The table as getopt_long wants it. */
struct options {
	struct option name[MOST_OPTIONS];
	char letters[2 * MOST_OPTIONS + 8];
	const char *names[MOST_OPTIONS]; /* of the long ones; ends with NULL */
	int count;
};

static int kind_of(const char *argument)
{
	if (!argument)
		return no_argument;
	return argument[0] == '[' ? optional_argument : required_argument;
}

static void add(struct options *o, const char *name, int code, const char *argument)
{
	const bool letter = name[0] == code && !name[1];
	const size_t used = strlen(o->letters);

	if (letter) {
		snprintf(o->letters + used, sizeof o->letters - used, "%s%s", name,
		         argument ? ":" : "");
		return;
	}
	if (o->count + 1 == MOST_OPTIONS)
		panic("more than %d options", MOST_OPTIONS);
	o->names[o->count] = name;
	o->name[o->count++] = (struct option){ name, kind_of(argument), NULL, code };
}

/* Of another spelling, the argument stands in the option itself. */
static void fill(struct options *o, const struct command *c)
{
	const char *argument = NULL;

	*o = (struct options){ .count = 0 };
	strcpy(o->letters, c->in_order ? "-:h" : ":h");
	for (const struct command_option *p = c->options; p && (p->name || p->about); p++) {
		if (!p->name)
			continue;
		argument = p->about ? p->argument : argument;
		add(o, p->name, p->code, argument);
	}
	add(o, "help", HELP_CODE, NULL);
}

int command_wrong(const struct command *c, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "bakeoff %s: ", c->name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "; `bakeoff %s --help` says more\n", c->name);
	return 2;
}

/* What is wrong with the word that getopt stopped at. */
static int say_wrong(const struct command *c, const struct options *o, int got, const char *word)
{
	char name[64];
	const char *near;

	snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
	if (got == ':') {
		command_wrong(c, "%s lacks its value", name);
		return COMMAND_WRONG;
	}
	for (int i = 0; i < o->count; i++)
		if (word[0] == '-' && (word[1] == '-' || c->in_order) &&
		    !strcmp(name + 1 + (name[1] == '-'), o->names[i])) {
			command_wrong(c, "%s takes no value", name);
			return COMMAND_WRONG;
		}
	near = strncmp(name, "--", 2) ? NULL : nearest_word(name + 2, o->names);
	if (near)
		command_wrong(c, "%s is unknown, perhaps --%s", name, near);
	else
		command_wrong(c, "%s is unknown", name);
	return COMMAND_WRONG;
}

int command_option(const struct command *c, int argc, char **argv)
{
	struct options o;
	int got, at = optind ? optind : 1;

	fill(&o, c);
	got = (c->in_order ? getopt_long_only : getopt_long)(argc, argv, o.letters, o.name, NULL);
	if (got == 'h' || got == HELP_CODE) {
		help_command_print(stdout, c);
		return COMMAND_HELP;
	}
	if (got == ':' || got == '?')
		return say_wrong(c, &o, got, argv[optind > at ? optind - 1 : at]);
	return got;
}

int command_exit(int option)
{
	return option == COMMAND_END ? -1 : option == COMMAND_HELP ? 0 : 2;
}
