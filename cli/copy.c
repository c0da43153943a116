/* copy.c - bakeoff copy: a database with its runs, whole while they go on. */
#include "cli/commands.h"
#include "cli/options.h"
#include "experiments/database_copy.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

static const struct command_option option_table[] = {
	{ "every", 'e', "SECONDS", NULL,
	  "again and again, first after so long, until it is stopped" },
	{ 0 },
};

const struct command command_copy = {
	.name = "copy",
	.group = GROUP_KEEP,
	.summary = "copy a database with its runs while they go on",
	.usage = { "FROM.db TO.db [OPTION...]" },
	.about = "Copies a database and the folder of its runs (checkpoints, weights), also while "
		 "they go on, so that they can be taken up from the copy at any time. What is "
		 "there already is not written again. TO.db may be on a network file system; what "
		 "another database has is put into one with `bakeoff merge`.",
	.options = option_table,
};

static bool copy(char **names)
{
	struct copy_report report;
	struct error error;
	const bool good = database_copy(names[0], names[1], &report, &error);

	if (good)
		printf("%s: %ld files, %.1f MiB, written; %ld were there\n", names[1], report.files,
		       (double)report.bytes / 1048576, report.same);
	else
		fprintf(stderr, "bakeoff copy: %s\n", error.message);
	fflush(stdout);
	return good;
}

int copy_command(int argc, char **argv)
{
	long every = 0;
	int option;

	while ((option = command_option(&command_copy, argc, argv)) > 0)
		if (!option_number("copy", "--every", optarg, 1, 1000000000, &every))
			return 2;
	if (option != COMMAND_END)
		return command_exit(option);
	if (argc - optind != 2) {
		fputs("bakeoff copy: give two databases: bakeoff copy FROM.db TO.db\n", stderr);
		return 2;
	}
	while (every) {
		sleep((unsigned)every);
		copy(argv + optind);
	}
	return copy(argv + optind) ? 0 : 1;
}
