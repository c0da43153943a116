/* compare.c - `bakeoff compare`: the table of an experiment. */
#include "cli/commands.h"
#include "cli/view.h"

#include "results/compare.h"

static const char usage[] =
	"usage: bakeoff compare [--db FILE] [--format NAME] [--where COND] EXPERIMENT\n"
	"Compares the contestants of an experiment, a row each: means and sample deviations over "
	"the seeds\n"
	"of the runs that are done, the best of each quality marked. Tokens are counted without "
	"padding;\n"
	"speeds are medians, of training alone and of decoding alone. Box, markdown and latex go "
	"on with\n"
	"the settings that differ and the runs that are not done; the other formats leave those "
	"to\n"
	"`bakeoff query settings` and `bakeoff query unfinished`.\n" VIEW_OPTIONS_HELP VIEW_WHERE_HELP VIEW_WHERE_NAMES;

int compare_command(int argc, char **argv)
{
	struct view view;
	struct database database;
	struct error error;
	bool good;
	int status = view_read(&view, argc, argv, usage, 1, 1, VIEW_WHERE);

	if (status >= 0)
		return status;
	if (!view_open(&view, &database))
		return 1;
	good = view_select(&view, &database, &error) &&
	       compare_print(stdout, &database, view.names[0], view.format, &error);
	database_close(&database);
	return view_status(good, "compare", &error);
}
