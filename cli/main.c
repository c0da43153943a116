/* main.c - bakeoff: the table of subcommands. */
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/version.h"
#include "core/guard.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const struct command *about;
	int (*run)(int argc, char **argv);
} commands[] = {
#define COMMAND(name) { &command_##name, name##_command },
#include "cli/commands.def"
#undef COMMAND
};

static bool is_one_of(const char *word, const char *name, const char *letter)
{
	return !strcmp(word, name) || !strcmp(word, letter);
}

int main(int argc, char **argv)
{
	guard_memory();
	if (argc < 2) {
		help_overview_print(stderr);
		return 2;
	}
	if (is_one_of(argv[1], "--help", "-h")) {
		help_overview_print(stdout);
		return 0;
	}
	if (is_one_of(argv[1], "--version", "-V")) {
		version_print(stdout);
		return 0;
	}
	optind = 0; /* glibc: options begin anew, at the command's name */
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (!strcmp(argv[1], commands[i].about->name))
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "bakeoff: no command '%s'; `bakeoff --help` lists them\n", argv[1]);
	return 2;
}
