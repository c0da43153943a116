/* selection.c - some of the runs, in an order. */
#include "results/selection.h"

#include "results/filter.h"
#include "results/statement.h"

#include <stdlib.h>

static bool append_order(struct filter *f, struct database *database, const char *sort,
                         struct error *error)
{
	const bool down = *sort == '-';

	filter_append(f, " ORDER BY ");
	if (!filter_value(f, database, sort + down, error))
		return error_prefix(error, "--sort");
	filter_append(f, down ? " DESC NULLS LAST, r.id" : " ASC NULLS LAST, r.id");
	return true;
}

static bool append_all(struct filter *f, struct database *database, const struct selection *s,
                       struct error *error)
{
	filter_append(f, "INSERT INTO temp.chosen (run) SELECT r.id FROM main.runs r"
	                 " JOIN main.experiments e ON e.id = r.experiment WHERE ");
	if (s->experiment) {
		filter_append(f, "e.name = ");
		filter_text(f, s->experiment);
	} else {
		filter_append(f, "TRUE");
	}
	filter_append(f, " AND ");
	if (!s->where)
		filter_append(f, "TRUE");
	else if (!filter_condition(f, database, s->where, error))
		return error_prefix(error, "--where");
	if (!s->sort)
		filter_append(f, " ORDER BY r.id");
	else if (!append_order(f, database, s->sort, error))
		return false;
	if (s->limit > 0) {
		filter_append(f, " LIMIT ");
		filter_integer(f, s->limit);
	}
	return true;
}

bool selection_choose(struct database *database, const struct selection *s, struct error *error)
{
	sqlite3_stmt *insert = NULL;
	struct filter f = { 0 };
	/* A temporary copy of an older file is closed to all changes, temporary tables included. */
	bool good = statement_do(database->handle, database->path, error,
	                         "PRAGMA query_only = OFF", "") &&
	            statement_do(database->handle, database->path, error,
	                         "PRAGMA temp_store = MEMORY", "") &&
	            statement_do(database->handle, database->path, error,
	                         "CREATE TEMP TABLE chosen (place INTEGER PRIMARY KEY,"
	                         " run INTEGER NOT NULL UNIQUE)",
	                         "") &&
	            append_all(&f, database, s, error);

	if (good)
		insert = filter_prepare(&f, database, error);
	good = insert && statement_step(database->handle, database->path, insert,
	                                "cannot choose runs", error);
	sqlite3_finalize(insert);
	filter_free(&f);
	return good;
}

/* The views of main that have a column run. The name is quoted by SQLite (%w). */
static bool shadow(struct database *database, const char *view, struct error *error)
{
	char *sql = sqlite3_mprintf("CREATE TEMP VIEW \"%w\" AS SELECT * FROM main.\"%w\""
	                            " WHERE run IN (SELECT run FROM temp.chosen)",
	                            view, view);
	bool good = sql && statement_do(database->handle, database->path, error, sql, "");

	sqlite3_free(sql);
	return good;
}

bool selection_apply(struct database *database, struct error *error)
{
	sqlite3_stmt *views =
		statement_new(database->handle, database->path, error,
	                      "SELECT s.name FROM main.sqlite_schema s, pragma_table_info(s.name) c"
	                      " WHERE s.type = 'view' AND c.name = 'run'",
	                      "");
	char **name = NULL;
	size_t names = 0;
	bool good = views != NULL;

	while (views && sqlite3_step(views) == SQLITE_ROW) {
		name = memory_resize(name, names + 1, sizeof *name);
		name[names++] = memory_text((const char *)sqlite3_column_text(views, 0));
	}
	sqlite3_finalize(views);
	for (size_t i = 0; i < names; i++) {
		good = good && shadow(database, name[i], error);
		free(name[i]);
	}
	free(name);
	return good;
}

bool selection_runs(struct database *database, long **run, size_t *runs, struct error *error)
{
	sqlite3_stmt *chosen = statement_new(database->handle, database->path, error,
	                                     "SELECT run FROM temp.chosen ORDER BY place", "");
	int code = SQLITE_DONE;

	*run = NULL;
	*runs = 0;
	while (chosen && (code = sqlite3_step(chosen)) == SQLITE_ROW) {
		*run = memory_resize(*run, *runs + 1, sizeof **run);
		(*run)[(*runs)++] = sqlite3_column_int64(chosen, 0);
	}
	sqlite3_finalize(chosen);
	if (chosen && code != SQLITE_DONE)
		statement_error(database->handle, database->path, "cannot read", error);
	return chosen && code == SQLITE_DONE;
}
