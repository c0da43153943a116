/* curves.c - `bakeoff curves`: power laws of learning, and what it costs to reach a score. */
#include "cli/commands.h"
#include "cli/view.h"

#include "core/number.h"
#include "results/curves.h"

#include <math.h>
#include <stdio.h>

static const struct command_option option_table[] = {
	VIEW_OPTIONS,
	{ "x", VIEW_X, "COST", CURVE_COSTS, "(tokens)" },
	{ "metric", 'm', "NAME", NULL,
	  "a curve in the database (valid_nll, in nats a token; also valid_perplexity)" },
	{ "target", 'g', "VALUE", NULL, "a value of the metric" },
	VIEW_WHERE,
	{ 0 },
};

const struct command command_curves = {
	.name = "curves",
	.group = GROUP_RESULTS,
	.summary = "how contestants learn, and what a score costs",
	.usage = { "[OPTION...] EXPERIMENT" },
	.argument = "EXPERIMENT",
	.about = "Fits a + b x^-c to the learning curve of each contestant, all its seeds "
		 "together, the first tenth of x left out, and says where it would be at twice "
		 "and four times the x that was trained, with a 95 % band (docs/statistics.md).\n\n"
		 "With --target, what every run had used when it first was as good; runs that "
		 "never were are listed, and a mean over seeds is given only where all were. csv, "
		 "tsv and json have one of the tables: runs where there is a --target, else fits.",
	.options = option_table,
	.notes = VIEW_WHERE_NAMES,
	.example = { { "bakeoff curves toy --x seconds --metric valid_perplexity --target 12",
		       "seconds to a validation perplexity of 12" } },
};

static bool read_options(const struct view *view, struct curves_options *options,
                         struct error *error)
{
	*options = (struct curves_options){ view->format, COST_TOKENS, "valid_nll", (double)NAN };
	if (view->metric)
		options->metric = view->metric;
	if (view->x && !curve_cost_find(view->x, &options->x, error))
		return false;
	if (view->target && !number_read_real(view->target, &options->target))
		return error_set(error, "--target %s: must be a number", view->target);
	return true;
}

int curves_command(int argc, char **argv)
{
	struct view view;
	struct curves_options options;
	struct database database;
	struct error error;
	bool good;
	int status = view_read(&view, &command_curves, argc, argv, 1, 1);

	if (status >= 0)
		return status;
	if (!read_options(&view, &options, &error)) {
		view_status(false, "curves", &error);
		return 2;
	}
	if (!view_open(&view, &database))
		return 1;
	good = view_select(&view, &database, &error) &&
	       curves_print(stdout, &database, view.names[0], &options, &error);
	database_close(&database);
	return view_status(good, "curves", &error);
}
