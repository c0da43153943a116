/* runs.c - `bakeoff runs`: the runs in the database. */
#include "cli/commands.h"
#include "cli/view.h"

#include "results/queries.h"
#include "results/query.h"
#include "results/selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command_option option_table[] = {
	VIEW_OPTIONS,
	VIEW_WHERE,
	{ "sort", 'o', "NAME", NULL, "by what COND calls so; `--sort=-NAME`: the highest first" },
	{ "limit", 'n', "N", NULL, "only the first N" },
	{ 0 },
};

const struct command command_runs = {
	.name = "runs",
	.group = GROUP_RESULTS,
	.summary = "list the runs in a database",
	.usage = { "[OPTION...] [EXPERIMENT]" },
	.argument = "EXPERIMENT",
	.about = "Lists the runs, of one experiment or all, with status, size, speed and quality.",
	.options = option_table,
	.notes = VIEW_WHERE_NAMES,
	.example = { { "bakeoff runs --where \"status = done and BLEU > 20\" --sort=-BLEU",
		       "the best first" } },
};

/* The query with a name, its rows in the order of the chosen runs. */
static char *in_order(const char *sql)
{
	static const char form[] =
		"SELECT q.* FROM temp.chosen c JOIN (%s) q ON q.run = c.run ORDER BY c.place";
	const size_t size = sizeof form + strlen(sql);
	char *text = memory_new(size, 1);

	snprintf(text, size, form, sql);
	return text;
}

static bool print_chosen(struct database *database, const struct view *view, const char *experiment,
                         struct error *error)
{
	const struct selection selection = { experiment, view->where, view->sort, view->limit };
	char *sql = in_order(named_query_find("runs")->sql);
	size_t runs;
	long *run = NULL;
	bool good = selection_choose(database, &selection, error) &&
	            selection_runs(database, &run, &runs, error);

	if (good && !runs && view->format == TABLE_BOX)
		puts(view->where ? "no run is so" : "no runs yet");
	else
		good = good && query_print(stdout, database, sql, experiment, view->format, error);
	free(run);
	free(sql);
	return good;
}

int runs_command(int argc, char **argv)
{
	struct view view;
	struct database database;
	struct error error;
	const char *experiment;
	long id;
	bool good = true;
	int status = view_read(&view, &command_runs, argc, argv, 0, 1);

	if (status >= 0)
		return status;
	if (!view_open(&view, &database))
		return 1;
	experiment = view.name_count ? view.names[0] : NULL;
	if (experiment)
		good = database_experiment_find(&database, experiment, &id, &error);
	good = good && print_chosen(&database, &view, experiment, &error);
	database_close(&database);
	return view_status(good, "runs", &error);
}
