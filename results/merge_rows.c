/* merge_rows.c - rows of one database written to another, through one connection to each. */
#include "results/merge_rows.h"

#include "results/statement.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

const char *const row_tables[ROW_TABLES] = { "points", "scores", "hypotheses", "tags" };

bool rows_check(struct database *from, struct error *error)
{
	long strange;
	bool found;

	if (!statement_integer(
		    from->handle, from->path, error, &strange, &found,
		    "SELECT count(*) FROM (VALUES ('experiments'), ('runs'), ('metrics'), "
	            "('points'),"
		    "  ('scores'), ('hypotheses'), ('tags')) wanted"
		    " LEFT JOIN sqlite_schema s ON s.name = wanted.column1"
		    " WHERE s.type IS NOT 'table' OR coalesce(s.rootpage, 0) = 0"
		    "  OR EXISTS (SELECT 1 FROM pragma_table_xinfo(s.name) WHERE hidden <> 0)",
		    ""))
		return false;
	return !strange || error_set(error,
	                             "%s has other tables than bakeoff makes; nothing is taken "
	                             "from it",
	                             from->path);
}

/* The texts of a statement that is being built. */
struct texts {
	sqlite3_str *read, *columns, *values, *updates;
	int parameters; /* of the writing statement so far */
};

static bool is_one_of(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(name, *list))
			return true;
	return false;
}

static void add_column(struct texts *t, const char *table, const char *column)
{
	const bool metric = !strcmp(column, "metric");
	const char *between = sqlite3_str_length(t->read) ? ", " : "";

	if (metric)
		sqlite3_str_appendf(t->read,
		                    "%s(SELECT name FROM metrics m WHERE m.id = \"%w\".metric)",
		                    between, table);
	else
		sqlite3_str_appendf(t->read, "%s\"%w\"", between, column);
	sqlite3_str_appendf(t->columns, ", \"%w\"", column);
	sqlite3_str_appendf(t->values,
	                    metric ? ", (SELECT id FROM metrics WHERE name = ?%d)" : ", ?%d",
	                    ++t->parameters);
	if (!strcmp(column, "note"))
		sqlite3_str_appendall(t->updates, ", note = coalesce(excluded.note, note)");
	else
		sqlite3_str_appendf(t->updates, ", \"%w\" = excluded.\"%w\"", column, column);
}

/* The columns of the target's table but those left out. */
static bool add_columns(struct texts *t, struct database *into, const char *table,
                        const char *const *without, struct error *error)
{
	sqlite3_stmt *row =
		statement_new(into->handle, into->path, error,
	                      "SELECT name FROM pragma_table_info(?1) ORDER BY cid", "t", table);
	int code;

	if (!row)
		return false;
	while ((code = sqlite3_step(row)) == SQLITE_ROW) {
		const char *column = (const char *)sqlite3_column_text(row, 0);

		if (column && !is_one_of(column, without))
			add_column(t, table, column);
	}
	if (code != SQLITE_DONE)
		statement_error(into->handle, into->path, "cannot read", error);
	sqlite3_finalize(row);
	return code == SQLITE_DONE;
}

static sqlite3_stmt *prepare(struct database *database, sqlite3_str *text, struct error *error)
{
	const char *sql = sqlite3_str_value(text);

	return statement_new(database->handle, database->path, error, sql ? sql : "", "");
}

/* `key` is the column of ?1 in the source, `given` the first columns of the writing statement,
 * [count] of them. */
static bool open_copy(struct row_copy *copy, struct database *into, struct database *from,
                      const char *table, const char *key, const char *const *without,
                      const char *given, int count, struct error *error)
{
	struct texts t = { sqlite3_str_new(NULL), sqlite3_str_new(NULL), sqlite3_str_new(NULL),
		           sqlite3_str_new(NULL), count };
	sqlite3_str *read = sqlite3_str_new(NULL), *write = sqlite3_str_new(NULL);
	const bool run = count > 1;
	bool good = add_columns(&t, into, table, without, error);

	sqlite3_str_appendf(read, "SELECT %s FROM \"%w\" WHERE %s = ?1", sqlite3_str_value(t.read),
	                    table, key);
	sqlite3_str_appendf(write, "INSERT INTO \"%w\" (%s%s) VALUES (?1%s%s) ON CONFLICT", table,
	                    given, sqlite3_str_value(t.columns), run ? ", ?2" : "",
	                    sqlite3_str_value(t.values));
	if (run)
		sqlite3_str_appendf(write,
		                    " (experiment, key) DO UPDATE SET folder = excluded.folder%s",
		                    sqlite3_str_value(t.updates));
	else
		sqlite3_str_appendall(write, " DO NOTHING");
	copy->read = good ? prepare(from, read, error) : NULL;
	copy->write = copy->read ? prepare(into, write, error) : NULL;
	for (sqlite3_str **s =
	             (sqlite3_str *[]){ t.read, t.columns, t.values, t.updates, read, write, NULL };
	     *s; s++)
		sqlite3_free(sqlite3_str_finish(*s));
	return copy->write != NULL;
}

bool rows_open(struct row_copies *c, struct database *into, struct database *from,
               struct error *error)
{
	static const char *const of_run[] = { "id", "experiment", "folder", NULL };
	static const char *const of_part[] = { "run", NULL };
	bool good;

	*c = (struct row_copies){ 0 };
	good = open_copy(&c->run, into, from, "runs", "id", of_run, "experiment, folder", 2, error);
	for (int i = 0; good && i < ROW_TABLES; i++)
		good = open_copy(&c->table[i], into, from, row_tables[i], "run", of_part, "run", 1,
		                 error);
	return good;
}

void rows_close(struct row_copies *c)
{
	sqlite3_finalize(c->run.read);
	sqlite3_finalize(c->run.write);
	for (int i = 0; i < ROW_TABLES; i++) {
		sqlite3_finalize(c->table[i].read);
		sqlite3_finalize(c->table[i].write);
	}
}

bool rows_metrics(struct database *into, struct database *from, struct error *error)
{
	sqlite3_stmt *read = statement_new(from->handle, from->path, error,
	                                   "SELECT name, unit, direction, help FROM metrics", "");
	sqlite3_stmt *write =
		read ? statement_new(into->handle, into->path, error,
	                             "INSERT INTO metrics (name, unit, direction, help)"
	                             " VALUES (?1, ?2, ?3, ?4)"
	                             " ON CONFLICT (name) DO NOTHING",
	                             "")
		     : NULL;
	bool good = write != NULL;
	int code = SQLITE_DONE;

	while (good && (code = sqlite3_step(read)) == SQLITE_ROW) {
		for (int i = 0; i < 4; i++)
			sqlite3_bind_value(write, i + 1, sqlite3_column_value(read, i));
		good = statement_step(into->handle, into->path, write, "cannot add a metric",
		                      error);
	}
	if (good && code != SQLITE_DONE)
		good = statement_error(from->handle, from->path, "cannot read the metrics", error);
	sqlite3_finalize(read);
	sqlite3_finalize(write);
	return good;
}

/* Writes every row that `read` gives; its columns follow the first `given` parameters, which are
 * bound. *rows counts them. */
static bool copy_rows(const struct row_copy *copy, struct database *into, struct database *from,
                      long run, int given, long *rows, struct error *error)
{
	const int columns = sqlite3_column_count(copy->read);
	bool good = true;
	int code = SQLITE_DONE;

	sqlite3_bind_int64(copy->read, 1, run);
	for (*rows = 0; good && (code = sqlite3_step(copy->read)) == SQLITE_ROW; ++*rows) {
		for (int i = 0; i < columns; i++)
			sqlite3_bind_value(copy->write, given + i + 1,
			                   sqlite3_column_value(copy->read, i));
		good = statement_step(into->handle, into->path, copy->write,
		                      "cannot take a run over", error);
	}
	if (good && code != SQLITE_DONE)
		good = statement_error(from->handle, from->path, "cannot read a run", error);
	sqlite3_reset(copy->read);
	return good;
}

bool rows_copy_run(const struct row_copies *c, struct database *into, struct database *from,
                   long run, long experiment, const char *key, const char *folder, long *id,
                   struct error *error)
{
	bool found = false;
	long rows;

	statement_bind(c->run.write, "it", experiment, *folder ? folder : NULL);
	if (!copy_rows(&c->run, into, from, run, 2, &rows, error) ||
	    !statement_integer(into->handle, into->path, error, id, &found,
	                       "SELECT id FROM runs WHERE experiment = ?1 AND key = ?2", "it",
	                       experiment, key))
		return false;
	return (found && rows == 1) ||
	       error_set(error, "%s: run %ld is not one row", from->path, run);
}

bool rows_copy_parts(const struct row_copies *c, struct database *into, struct database *from,
                     long run, long id, struct error *error)
{
	static const char *const removals[] = { "DELETE FROM points WHERE run = ?1",
		                                "DELETE FROM scores WHERE run = ?1",
		                                "DELETE FROM hypotheses WHERE run = ?1" };
	bool good = true;
	long rows;

	for (size_t i = 0; good && i < sizeof removals / sizeof *removals; i++)
		good = statement_do(into->handle, into->path, error, removals[i], "i", id);
	for (int i = 0; good && i < ROW_TABLES; i++) {
		sqlite3_bind_int64(c->table[i].write, 1, id);
		good = copy_rows(&c->table[i], into, from, run, 1, &rows, error);
	}
	return good;
}
