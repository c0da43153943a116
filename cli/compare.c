/* compare.c - `bakeoff compare`: the table of an experiment. */
#include "cli/commands.h"
#include "cli/view.h"

#include "experiments/standard.h"
#include "results/compare.h"

static const char usage[] =
	"usage: bakeoff compare [--db FILE] [--format NAME] [--where COND] [--baseline NAME] "
	"[--pairs[=METRIC]] EXPERIMENT\n"
	"Compares the contestants of an experiment, a row each: means and sample deviations over "
	"the seeds\n"
	"of the runs that are done, the best of each quality marked. Tokens are counted without "
	"padding;\n"
	"speeds are medians, of training alone and of decoding alone. Box, markdown, latex and "
	"html go on with\n"
	"verdicts where the test over seeds and sentences carries them (docs/statistics.md), the "
	"settings that\n"
	"differ but for defaults that others lack, and the runs that are not done; the other "
	"formats leave\n"
	"those to --pairs, `bakeoff query settings` and `bakeoff query unfinished`.\n" VIEW_OPTIONS_HELP
	"  --baseline NAME  verdicts of pairs with this contestant alone\n"
	"  --pairs[=METRIC] instead of all that, every number of every verdict (BLEU)\n"
	VIEW_WHERE_HELP VIEW_WHERE_NAMES;

int compare_command(int argc, char **argv)
{
	struct view view;
	struct database database;
	struct compare_options options;
	struct error error;
	bool good;
	int status = view_read(&view, argc, argv, usage, 1, 1, VIEW_WHERE | VIEW_CONTEST);

	if (status >= 0)
		return status;
	if (!view_open(&view, &database))
		return 1;
	options = (struct compare_options){ view.format, view.baseline, standard_is };
	good = view_select(&view, &database, &error);
	if (good && view.pairs)
		good = compare_pairs(stdout, &database, view.names[0], view.pairs, &options,
		                     &error);
	else if (good)
		good = compare_print(stdout, &database, view.names[0], &options, &error);
	database_close(&database);
	return view_status(good, "compare", &error);
}
