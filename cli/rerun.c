/* rerun.c - `bakeoff rerun`: makes a run again and says whether the bits are the same. */
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"

#include "core/machine.h"
#include "experiments/rerun.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command_option option_table[] = {
	{ "db", 'd', "FILE", NULL, "the database (results.db)" },
	{ "data", 't', "DIR", NULL, "the folder where the texts are now (where they were)" },
	{ "threads", 'n', "N", NULL, "workers (all processors); they do not change the bits" },
	{ "keep", 'k', NULL, NULL, "keeps the other database in any case" },
	{ "quiet", 'q', NULL, NULL, "only the comparison" },
	{ 0 },
};

const struct command command_rerun = {
	.name = "rerun",
	.group = GROUP_TRAIN,
	.summary = "make a run again: are the bits the same?",
	.usage = { "ID [OPTION...]" },
	.argument = "ID",
	.about = "Makes a run that is done again, from the settings in its row, and says whether "
		 "losses, scores, hypotheses and weights are the same to the last bit; if not, "
		 "what differs first, and what is not as it was then. It works in a database of "
		 "its own beside the first (results-rerunID.db), which it deletes where all is "
		 "equal; after Ctrl-C the same command goes on. Exit status 0: equal, 1: not.",
	.options = option_table,
};

struct request {
	const char *database, *data;
	char again[PATH_MAX];
	long run;
	int threads;
	bool keep, quiet;
};

/* -1: go on; else the exit status. */
static int read_option(struct request *r, int option)
{
	long number;

	switch (option) {
	case 'd':
		r->database = optarg;
		return -1;
	case 't':
		r->data = optarg;
		return -1;
	case 'n':
		if (!option_number("rerun", "--threads", optarg, 1, 256, &number))
			return 2;
		r->threads = (int)number;
		return -1;
	case 'k':
		r->keep = true;
		return -1;
	case 'q':
		r->quiet = true;
		return -1;
	default:
		return command_exit(option);
	}
}

static int read_options(struct request *r, int argc, char **argv)
{
	int option, status;
	size_t length;

	while ((option = command_option(&command_rerun, argc, argv)) != COMMAND_END)
		if ((status = read_option(r, option)) >= 0)
			return status;
	if (optind + 1 != argc) {
		fputs("bakeoff rerun: give the number of one run; `bakeoff runs` lists them\n",
		      stderr);
		return 2;
	}
	if (!option_number("rerun", "run", argv[optind], 1, LONG_MAX, &r->run))
		return 2;
	length = strlen(r->database);
	if (length > 3 && !strcmp(r->database + length - 3, ".db"))
		length -= 3;
	snprintf(r->again, sizeof r->again, "%.*s-rerun%ld.db", (int)length, r->database, r->run);
	return -1;
}

static void print_part(const struct same_part *part)
{
	if (!part->differing) {
		printf("%-12s %s, %ld\n", part->name, part->rows ? "equal" : "none kept",
		       part->rows);
		return;
	}
	printf("%-12s %ld of %ld differ, first ", part->name, part->differing, part->rows);
	output_name(stdout, part->first);
	putchar('\n');
}

static void print_difference(void *context, const char *what, const char *then, const char *now)
{
	bool *any = context;

	if (!*any)
		puts("\nWhat is not as it was then:");
	*any = true;
	if (!strcmp(what, "settings")) {
		printf("  settings: this program has other ones, or other defaults\n");
		return;
	}
	printf("  %s: %s, was ", what, now);
	output_name(stdout, then);
	putchar('\n');
}

static void print_result(const struct rerun *r, const struct rerun_result *result)
{
	static const char *const weights[] = { "equal", "differ", "of the first run are not kept" };
	bool any = false;

	putchar('\n');
	for (int kind = 0; kind < SAME_KINDS; kind++)
		print_part(&result->part[kind]);
	printf("%-12s %s\n", "weights", weights[result->weights]);
	if (result->updates != r->record.totals.updates)
		printf("%-12s %ld, were %ld\n", "updates", result->updates,
		       r->record.totals.updates);
	rerun_differences(&r->record, &result->again, print_difference, &any);
	if (!any && !result->equal)
		puts("\nProgram, kernels, processor and settings are as they were then.");
	if (!result->equal && r->experiment.train.stop_minutes > 0)
		puts("train.stop.minutes looks at a clock: such runs differ.");
	printf("\nThe bits are %sequal.\n", result->equal ? "" : "not ");
}

/* Trains and tests; the exit status plus 1 where that did not end well, else 0. */
static int make_again(const struct request *r, struct rerun *rerun)
{
	const struct run_options options = { .database = r->again,
		                             .threads = r->threads,
		                             .jobs = 1,
		                             .asked = interrupt_asked,
		                             .check = rerun_check_data,
		                             .check_context = rerun };
	struct progress_view view;
	struct run_result result;
	struct error error;
	bool ran;

	interrupt_catch();
	progress_open(&view, 1, 1, r->quiet);
	ran = run_experiment(&rerun->experiment, NULL, &options, progress_line, progress_watch,
	                     &view, &result, &error);
	progress_close(&view);
	if (!ran)
		fprintf(stderr, "bakeoff rerun: %s\n", error.message);
	else if (result.interrupted)
		puts("\nStopped; nothing is lost. The same command again goes on from here.");
	else if (result.skipped)
		printf("%s had it already; delete that file to make the run once more\n", r->again);
	return !ran || result.interrupted || result.failed ? 2 : 0;
}

static bool compare(const struct request *r, const struct rerun *rerun, struct database *database,
                    bool *equal, struct error *error)
{
	struct rerun_result result;
	struct database again;
	bool good;

	if (!database_open(&again, r->again, DATABASE_READ, error))
		return false;
	good = rerun_compare(rerun, database, &again, &result, error);
	if (good)
		print_result(rerun, &result);
	*equal = good && result.equal;
	run_record_free(&result.again);
	database_close(&again);
	return good;
}

int rerun_command(int argc, char **argv)
{
	struct request r = { .database = "results.db", .threads = machine_processors() };
	struct database database = { 0 };
	struct rerun rerun = { 0 };
	struct error error;
	bool good, equal = false;
	int status = read_options(&r, argc, argv);

	if (status >= 0)
		return status;
	good = database_open(&database, r.database, DATABASE_READ, &error) &&
	       rerun_open(&rerun, &database, r.run, r.data, &error);
	status = good ? make_again(&r, &rerun) : 0;
	if (good && !status) {
		good = compare(&r, &rerun, &database, &equal, &error);
		if (good && equal && !r.keep)
			good = rerun_discard(r.again, &error);
		else if (good)
			printf("The run as it was made now is in %s.\n", r.again);
	}
	rerun_close(&rerun);
	database_close(&database);
	if (!good)
		fprintf(stderr, "bakeoff rerun: %s\n", error.message);
	return status ? status - 1 : good && equal ? 0 : 1;
}
