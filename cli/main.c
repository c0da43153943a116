/* main.c - bakeoff: the table of subcommands. */
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/version.h"
#include "core/guard.h"

#include <errno.h>
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

/* The status that this command line ends with. */
static int run(int argc, char **argv)
{
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

int main(int argc, char **argv)
{
	int status;

	guard_memory();
	status = run(argc, argv);
	errno = 0;
	if (status == 0 && (fflush(stdout) || ferror(stdout))) {
		fprintf(stderr, "bakeoff: standard output cannot be written%s%s\n",
		        errno ? ": " : "", errno ? strerror(errno) : "");
		status = 1;
	}
	return status;
}
