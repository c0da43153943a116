/* runs.c - `bakeoff runs`: the runs in the database. */
#include "cli/commands.h"
#include "cli/view.h"

#include "results/queries.h"
#include "results/query.h"

static const char usage[] = "usage: bakeoff runs [--db FILE] [--format NAME] [EXPERIMENT]\n"
			    "Lists the runs, of one experiment or all, with status, size, speed "
			    "and quality.\n" VIEW_OPTIONS_HELP;

int runs_command(int argc, char **argv)
{
	struct view view;
	struct database database;
	struct error error;
	const char *experiment;
	long id;
	bool good = true;
	int status = view_read(&view, argc, argv, usage, 0, 1, false);

	if (status >= 0)
		return status;
	if (!view_open(&view, &database))
		return 1;
	experiment = view.name_count ? view.names[0] : NULL;
	if (experiment)
		good = database_experiment_find(&database, experiment, &id, &error);
	good = good && query_print(stdout, &database, named_query_find("runs")->sql, experiment,
	                           view.format, &error);
	database_close(&database);
	return view_status(good, "runs", &error);
}
