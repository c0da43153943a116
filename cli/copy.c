/* copy.c - bakeoff copy: a database with its runs, whole while they go on. */
#include "cli/commands.h"
#include "cli/options.h"
#include "experiments/database_copy.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

static const char usage[] =
	"usage: bakeoff copy FROM.db TO.db [--every SECONDS]\n\n"
	"Copies a database and the folder of its runs (checkpoints, weights), also while they go "
	"on, so that they can\n"
	"be taken up from the copy at any time. What is there already is not written again. TO.db "
	"may be on a network\n"
	"file system; what another database has is put into one with `bakeoff merge`.\n\n"
	"  --every SECONDS   again and again, first after so long, until it is stopped\n";

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
	static const struct option options[] = {
		{ "every", required_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	long every = 0;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h')
			return fputs(usage, stdout), 0;
		if (option != 'e' ||
		    !option_number("copy", "--every", optarg, 1, 1000000000, &every))
			return 2;
	}
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
