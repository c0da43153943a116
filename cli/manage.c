/* manage.c - what the subcommands that change runs have in common. */
#include "cli/manage.h"
#include "cli/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

int manage_read(struct manage *m, int argc, char **argv, const char *usage, const char *flag,
                bool where)
{
	const struct option options[] = {
		{ "db", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ flag, no_argument, NULL, 'f' },
		{ where ? "where" : NULL, required_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*m = (struct manage){ .database = "results.db" };
	optind = 0; /* glibc: start anew, main has read its own options */
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
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
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			return option_wrong(argv[0], option);
		}
	}
	m->names = argv + optind;
	m->name_count = argc - optind;
	return -1;
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
