/* copy.c - bakeoff copy: a database with its runs, whole while they go on. */
#include "cli/commands.h"
#include "experiments/database_copy.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
	"usage: bakeoff copy FROM.db TO.db\n\n"
	"Copies a database and the folder of its runs (checkpoints, weights), also while they go "
	"on, so that they can\n"
	"be taken up from the copy at any time. What is there already is not written again. TO.db "
	"may be on a network\n"
	"file system; what another database has is put into one with `bakeoff merge`.\n";

int copy_command(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct copy_report report;
	struct error error;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'h')
			return 2;
		fputs(usage, stdout);
		return 0;
	}
	if (argc - optind != 2) {
		fputs("bakeoff copy: give two databases: bakeoff copy FROM.db TO.db\n", stderr);
		return 2;
	}
	if (!database_copy(argv[optind], argv[optind + 1], &report, &error)) {
		fprintf(stderr, "bakeoff copy: %s\n", error.message);
		return 1;
	}
	printf("%s: %ld files, %.1f MiB, written; %ld were there\n", argv[optind + 1], report.files,
	       (double)report.bytes / 1048576, report.same);
	return 0;
}
