/* manage.c - what the subcommands that change runs have in common. */
#include "cli/manage.h"
#include "cli/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

int manage_read(struct manage *m, const struct command *command, int argc, char **argv)
{
	int option;

	*m = (struct manage){ .database = "results.db" };
	while ((option = command_option(command, argc, argv)) > 0) {
		switch (option) {
		case 'd':
			m->database = optarg;
			break;
		case 'f':
			m->flag = true;
			break;
		case 'w':
			m->where = optarg;
			break;
		}
	}
	m->names = argv + optind;
	m->name_count = argc - optind;
	return command_exit(option);
}

bool manage_run(const char *command, const char *text, long *run)
{
	return option_number(command, "run", text, 1, LONG_MAX, run);
}

bool manage_open(const char *command, const struct manage *m, struct database *database)
{
	struct error error;

	if (access(m->database, F_OK) != 0)
		error_set(&error, "no database %s; name one with --db FILE", m->database);
	else if (database_open(database, m->database, DATABASE_WRITE, &error))
		return true;
	fprintf(stderr, "bakeoff %s: %s\n", command, error.message);
	return false;
}
