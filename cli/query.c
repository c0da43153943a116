/* query.c - `bakeoff query`: a named query or a SELECT of the user. */
#include "cli/commands.h"
#include "cli/view.h"

#include "results/queries.h"
#include "results/query.h"

#include <stdio.h>
#include <string.h>

enum { MOST_VALUES = 16 };

static const struct command_option option_table[] = {
	VIEW_OPTIONS,
	VIEW_WHERE,
	{ "sql", 's', "SELECT", NULL, "a query of your own" },
	{ "timeout", 't', "S", NULL, "stop after that many seconds (never)" },
	{ "list", 'l', NULL, NULL,
	  "names the queries, the values that they take, with a line on each" },
	{ 0 },
};

const struct command command_query = {
	.name = "query",
	.group = GROUP_RESULTS,
	.summary = "ask the database: a named query, or SQL",
	.usage = { "[OPTION...] NAME [EXPERIMENT] [VALUE=...]...",
		   "[OPTION...] --sql SELECT [EXPERIMENT] [VALUE=...]...", "--list" },
	.argument = "QUERY",
	.about = "Runs a query that may only read. docs/results.md describes the tables and "
		 "views. `:experiment` in the SQL stands for EXPERIMENT, `:metric` for what "
		 "metric=... gives; NULL where nothing is given.",
	.options = option_table,
	.notes = VIEW_WHERE_NAMES,
	.example = { { "bakeoff query curves toy metric=valid_perplexity run=3 --format csv",
		       "points of a curve" },
		     { "bakeoff query target toy value=12", "what it took to reach a value" } },
};

/* The values that a named query takes besides the experiment: "run= metric=". */
static void list_values(const struct named_query *query, char *list, size_t size)
{
	static const char *const names[] = { "run", "contestant", "test_set", "metric", "value" };
	size_t used = 0;

	*list = '\0';
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char parameter[32];

		snprintf(parameter, sizeof parameter, ":%s", names[i]);
		if (strstr(query->sql, parameter))
			used += (size_t)snprintf(list + used, size - used, "%s%s=", used ? " " : "",
			                         names[i]);
	}
}

static bool print_list(enum table_format format, struct error *error)
{
	struct table table = { 0 };
	bool good;

	table_add_column(&table, "query", -1, false);
	table_add_column(&table, "what it shows", -1, false);
	table_add_column(&table, "values", -1, false);
	for (const struct named_query *query = named_queries; query->name; query++) {
		struct cell *row = table_add_row(&table);
		char values[128];

		list_values(query, values, sizeof values);
		cell_text(&row[0], query->name, strlen(query->name));
		cell_text(&row[1], query->help, strlen(query->help));
		cell_text(&row[2], values, strlen(values));
	}
	good = table_print(stdout, &table, format, error);
	table_free(&table);
	return good;
}

/* Arguments with = are values, another one is the experiment. The names of values end where = was.
 */
static bool read_values(const struct view *view, struct query_value values[MOST_VALUES],
                        size_t *count, struct error *error)
{
	*count = 0;
	for (int i = view->sql == NULL; i < view->name_count; i++) {
		char *equals = strchr(view->names[i], '=');
		struct query_value value = { "experiment", view->names[i] };

		if (equals) {
			*equals = '\0';
			value.name = view->names[i];
			value.text = equals + 1;
		}
		for (size_t k = 0; k < *count; k++)
			if (!strcmp(values[k].name, value.name))
				return error_set(error, "%s is given twice: %s and %s", value.name,
				                 values[k].text, value.text);
		values[(*count)++] = value;
	}
	return true;
}

/* The SQL and the values of the arguments. */
static bool choose(const struct view *view, struct query *query,
                   struct query_value values[MOST_VALUES], struct error *error)
{
	const struct named_query *named;

	query->values = values;
	query->timeout = view->timeout;
	query->sql = view->sql;
	if (!view->sql) {
		named = named_query_find(view->names[0]);
		if (!named)
			return error_set(error,
			                 "no query is named %s; `bakeoff query --list` names them",
			                 view->names[0]);
		query->sql = named->sql;
	}
	return read_values(view, values, &query->value_count, error);
}

/* That the experiment is there, where one is given. */
static bool find_experiment(struct database *database, const struct query *query,
                            struct error *error)
{
	long id;

	for (size_t i = 0; i < query->value_count; i++)
		if (!strcmp(query->values[i].name, "experiment"))
			return database_experiment_find(database, query->values[i].text, &id,
			                                error);
	return true;
}

int query_command(int argc, char **argv)
{
	struct query_value values[MOST_VALUES];
	struct query query = { 0 };
	struct view view;
	struct database database;
	struct error error;
	bool good;
	int status = view_read(&view, &command_query, argc, argv, 1, MOST_VALUES);

	if (status >= 0)
		return status;
	if (view.list)
		return view_status(print_list(view.format, &error), "query", &error);
	if (!choose(&view, &query, values, &error)) {
		view_status(false, "query", &error);
		return 2;
	}
	if (!view_open(&view, &database))
		return 1;
	good = view_select(&view, &database, &error) &&
	       find_experiment(&database, &query, &error) &&
	       query_run(stdout, &database, &query, view.format, &error);
	database_close(&database);
	return view_status(good, "query", &error);
}
