/* compare.c - `bakeoff compare`: the table of an experiment. */
#include "cli/commands.h"
#include "cli/view.h"

#include "experiments/standard.h"
#include "results/compare.h"

static const struct command_option option_table[] = {
	VIEW_OPTIONS,
	VIEW_WHERE,
	{ "baseline", 'b', "CONTESTANT", NULL, "verdicts of pairs with this contestant alone" },
	{ "pairs", 'p', "[METRIC]", NULL,
	  "instead of all that, every number of every verdict (BLEU)" },
	{ 0 },
};

const struct command command_compare = {
	.name = "compare",
	.group = GROUP_RESULTS,
	.summary = "contestants side by side",
	.usage = { "[OPTION...] EXPERIMENT" },
	.argument = "EXPERIMENT",
	.about = "Compares the contestants of an experiment, a row each: means and sample "
		 "deviations over the seeds of the runs that are done, the best of each quality "
		 "marked. Tokens are counted without padding; speeds are medians, of training "
		 "alone and of decoding alone.\n\n"
		 "Box, markdown, latex and html go on with verdicts where the test over seeds and "
		 "sentences carries them (docs/statistics.md), the settings that differ but for "
		 "defaults that others lack, and the runs that are not done; the other formats "
		 "leave those to --pairs, `bakeoff query settings` and `bakeoff query unfinished`.",
	.options = option_table,
	.notes = VIEW_WHERE_NAMES,
	.example = { { "bakeoff compare toy", "the whole comparison" },
		     { "bakeoff compare toy --format latex", "a table for a paper" } },
};

int compare_command(int argc, char **argv)
{
	struct view view;
	struct database database;
	struct compare_options options;
	struct error error;
	bool good;
	int status = view_read(&view, &command_compare, argc, argv, 1, 1);

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
