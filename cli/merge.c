/* merge.c - `bakeoff merge`: many databases become one. */
#include "cli/commands.h"
#include "cli/output.h"
#include "experiments/merge.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const struct command_option option_table[] = {
	{ "no-files", 'n', NULL, NULL,
	  "leaves the folders of the runs (weights, checkpoints, vocabularies) where they are" },
	{ "strict", 's', NULL, NULL, "exit status 1 where there was a conflict" },
	{ 0 },
};

const struct command command_merge = {
	.name = "merge",
	.group = GROUP_KEEP,
	.summary = "take the runs of other databases over into one",
	.usage = { "INTO.db FROM.db... [OPTION...]" },
	.about = "Takes the runs of other databases over into one, which is made where it is "
		 "missing. A run is known by its experiment's name and its key; of one that both "
		 "have, the one that is further along counts. Merging again changes nothing. Two "
		 "finished runs that differ are a conflict: it is named, and what INTO.db has is "
		 "kept.",
	.options = option_table,
	.example = { { "bakeoff merge all.db desk/results.db laptop/results.db", "" } },
};

/* Says a conflict; names may be anybody's. */
static void print_conflict(void *source, const struct merge_run *run)
{
	output_name(stdout, source);
	printf(": conflict: run %ld there, %ld here (", run->from->id, run->id);
	output_name(stdout, run->from->contestant);
	printf(", seed %ld) is finished in both and differs: ", run->from->seed);
	output_name(stdout, run->difference);
	puts(" here; what is here is kept");
}

static void print_report(const char *path, const struct merge_report *r)
{
	static const char *const words[MERGE_OUTCOMES] = {
		[MERGE_ADDED] = "added",
		[MERGE_REPLACED] = "further along there, taken over",
		[MERGE_SAME] = "the same",
		[MERGE_BEHIND] = "further along here",
		[MERGE_CONFLICT] = "in conflict",
	};
	const char *between = "";

	output_name(stdout, path);
	fputs(": ", stdout);
	for (int i = 0; i < MERGE_OUTCOMES; i++) {
		if (!r->runs[i])
			continue;
		printf("%s%ld %s", between, r->runs[i], words[i]);
		if (i == MERGE_ADDED && r->runs[i] == 1)
			printf(" (run %ld here)", r->first_added);
		else if (i == MERGE_ADDED)
			printf(" (runs %ld to %ld here)", r->first_added, r->last_added);
		between = ", ";
	}
	puts(*between ? "" : "no runs");
	if (!r->without_files)
		return;
	output_name(stdout, path);
	printf(": %ld of these without files: there is no folder of them beside it\n",
	       r->without_files);
}

struct request {
	bool files, strict;
};

static int read_options(struct request *r, int argc, char **argv)
{
	int option;

	*r = (struct request){ .files = true };
	while ((option = command_option(&command_merge, argc, argv)) > 0) {
		if (option == 'n')
			r->files = false;
		else
			r->strict = true;
	}
	if (option != COMMAND_END || argc - optind >= 2)
		return command_exit(option);
	fputs("bakeoff merge: give the database to merge into, and those to merge: bakeoff merge "
	      "all.db a.db b.db\n",
	      stderr);
	return 2;
}

int merge_command(int argc, char **argv)
{
	struct request r;
	struct database into;
	struct error error;
	bool good = true, conflict = false;
	const int status = read_options(&r, argc, argv);

	if (status >= 0)
		return status;
	if (!database_open(&into, argv[optind], DATABASE_WRITE, &error)) {
		fprintf(stderr, "bakeoff merge: %s\n", error.message);
		return 1;
	}
	for (int i = optind + 1; i < argc; i++) {
		struct merge_report report;

		if (merge_database(&into, argv[i], r.files, print_conflict, argv[i], &report,
		                   &error)) {
			print_report(argv[i], &report);
			conflict |= report.runs[MERGE_CONFLICT] > 0;
		} else {
			fprintf(stderr, "bakeoff merge: %s; nothing of %s is taken\n",
			        error.message, argv[i]);
			good = false;
		}
	}
	database_close(&into);
	return good && !(r.strict && conflict) ? 0 : 1;
}
