/* selection.c - some of the runs, in an order. */
#include "results/selection.h"

#include "results/filter.h"
#include "results/statement.h"

#include <stdlib.h>
#include <string.h>

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
	bool good = statement_do(database->handle, database->path, error, "PRAGMA query_only = OFF",
	                         "") &&
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

/* For each table of runs and of what belongs to runs, a view of its name that has the chosen ones
 * alone, which the connection's views then find: temporary names come first. Views of the file that
 * are not the connection's are made again for that. SQLite quotes the names (%w). */
static char *shadow(sqlite3_stmt *row)
{
	const char *name = (const char *)sqlite3_column_text(row, 0);
	const char *column = (const char *)sqlite3_column_text(row, 1);
	const char *view = (const char *)sqlite3_column_text(row, 2);

	if (!column)
		return sqlite3_mprintf("CREATE TEMP %s", view + strlen("CREATE "));
	return sqlite3_mprintf("CREATE TEMP VIEW \"%w\" AS SELECT * FROM main.\"%w\""
	                       " WHERE \"%w\" IN (SELECT run FROM temp.chosen)",
	                       name, name, column);
}

/* All of them at once: the schema cannot be read while it changes. */
static char **list_shadows(struct database *database, size_t *count, struct error *error)
{
	sqlite3_stmt *row = statement_new(
		database->handle, database->path, error,
		"SELECT s.name, c.name, NULL FROM main.sqlite_schema s, pragma_table_info(s.name) c"
		" WHERE s.type = 'table' AND c.name = iif(s.name = 'runs', 'id', 'run')"
		" UNION ALL SELECT name, NULL, sql FROM main.sqlite_schema WHERE type = 'view'"
		"  AND sql LIKE 'CREATE VIEW %' AND lower(name) NOT IN"
		"  (SELECT lower(name) FROM temp.sqlite_schema)",
		"");
	char **sql = NULL;

	*count = 0;
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		sql = memory_resize(sql, *count + 1, sizeof *sql);
		sql[(*count)++] = shadow(row);
	}
	if (row && !*count)
		statement_error(database->handle, database->path, "cannot read the schema", error);
	sqlite3_finalize(row);
	return sql;
}

bool selection_apply(struct database *database, struct error *error)
{
	size_t count;
	char **sql = list_shadows(database, &count, error);
	bool good = count > 0;

	for (size_t i = 0; i < count; i++) {
		good = good && sql[i] &&
		       statement_do(database->handle, database->path, error, sql[i], "");
		sqlite3_free(sql[i]);
	}
	free(sql);
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
