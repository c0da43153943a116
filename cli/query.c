/* query.c - `bakeoff query`: a named query or a SELECT of the user. */
#include "cli/commands.h"
#include "cli/view.h"

#include "results/queries.h"
#include "results/query.h"

#include <string.h>

static const char usage[] =
	"usage: bakeoff query [--db FILE] [--format NAME] NAME [EXPERIMENT]\n"
	"       bakeoff query [--db FILE] [--format NAME] --sql SELECT [EXPERIMENT]\n"
	"       bakeoff query --list\n"
	"Runs a query that may only read. docs/results.md describes the tables and views; "
	":experiment in\n"
	"the SQL stands for EXPERIMENT, NULL where none is given.\n" VIEW_OPTIONS_HELP
	"  --sql SELECT   a query of your own\n"
	"  --list         names the queries, with a line on each\n";

static bool print_list(enum table_format format, struct error *error)
{
	struct table table = { 0 };
	bool good;

	table_add_column(&table, "query", -1, false);
	table_add_column(&table, "what it shows", -1, false);
	for (const struct named_query *query = named_queries; query->name; query++) {
		struct cell *row = table_add_row(&table);

		cell_text(&row[0], query->name, strlen(query->name));
		cell_text(&row[1], query->help, strlen(query->help));
	}
	good = table_print(stdout, &table, format, error);
	table_free(&table);
	return good;
}

/* The SQL of the arguments and what :experiment is in it. */
static bool choose(const struct view *view, const char **sql, const char **experiment,
                   struct error *error)
{
	const struct named_query *query;
	int first = view->sql == NULL; /* names before the experiment */

	*experiment = view->name_count > first ? view->names[first] : NULL;
	*sql = view->sql;
	if (*sql)
		return true;
	query = named_query_find(view->names[0]);
	if (!query)
		return error_set(error, "no query is named %s; `bakeoff query --list` names them",
		                 view->names[0]);
	*sql = query->sql;
	return true;
}

int query_command(int argc, char **argv)
{
	struct view view;
	struct database database;
	struct error error;
	const char *sql, *experiment;
	long id;
	bool good = true;
	int status = view_read(&view, argc, argv, usage, 1, 2, VIEW_QUERIES);

	if (status >= 0)
		return status;
	if (view.list)
		return view_status(print_list(view.format, &error), "query", &error);
	if (!choose(&view, &sql, &experiment, &error)) {
		view_status(false, "query", &error);
		return 2;
	}
	if (!view_open(&view, &database))
		return 1;
	if (experiment)
		good = database_experiment_find(&database, experiment, &id, &error);
	good = good && query_print(stdout, &database, sql, experiment, view.format, &error);
	database_close(&database);
	return view_status(good, "query", &error);
}
