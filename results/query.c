/* query.c - runs a SELECT, of this program or of its user, and prints what it gives. */
#include "results/query.h"

#include "results/statement.h"

#include <sqlite3.h>
#include <string.h>

enum { CHUNK = 1024 }; /* rows in memory of a format that streams */

/* What the authorizer has refused first. */
struct refusal {
	int action; /* 0: nothing */
};

static int authorize(void *context, int action, const char *a, const char *b, const char *c,
                     const char *d)
{
	struct refusal *refusal = context;

	(void)c, (void)d;
	if (action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_RECURSIVE)
		return SQLITE_OK;
	if (action == SQLITE_FUNCTION && sqlite3_stricmp(b, "load_extension") &&
	    sqlite3_stricmp(b, "fts3_tokenizer"))
		return SQLITE_OK;
	if (a && !strncmp(a, "sqlite_", 7)) /* what CREATE and DROP do to the list of tables */
		action = SQLITE_ALTER_TABLE;
	if (!refusal->action)
		refusal->action = action;
	return SQLITE_DENY;
}

static const char *action_name(int action)
{
	switch (action) {
	case SQLITE_INSERT:
		return "INSERT";
	case SQLITE_UPDATE:
		return "UPDATE";
	case SQLITE_DELETE:
		return "DELETE";
	case SQLITE_ATTACH:
		return "ATTACH";
	case SQLITE_DETACH:
		return "DETACH";
	case SQLITE_PRAGMA:
		return "PRAGMA";
	case SQLITE_TRANSACTION:
	case SQLITE_SAVEPOINT:
		return "a transaction";
	case SQLITE_FUNCTION:
		return "a function that loads code";
	default:
		return "a change of the schema";
	}
}

static bool refuse(struct database *database, const struct refusal *refusal, struct error *error)
{
	if (refusal->action)
		return error_set(error, "%s is refused: a query may only read; write one SELECT",
		                 action_name(refusal->action));
	return error_set(
		error,
		"SQL: %s; `bakeoff query --sql \"SELECT * FROM sqlite_schema\"` shows the tables",
		sqlite3_errmsg(database->handle));
}

/* Whether anything but space, comments and semicolons follows the statement. */
static bool more_follows(struct database *database, const char *tail)
{
	while (*tail) {
		sqlite3_stmt *next = NULL;
		bool good =
			sqlite3_prepare_v2(database->handle, tail, -1, &next, &tail) == SQLITE_OK;

		if (!good || next) {
			sqlite3_finalize(next);
			return true;
		}
	}
	return false;
}

static sqlite3_stmt *prepare(struct database *database, const char *sql, const char *experiment,
                             struct refusal *refusal, struct error *error)
{
	sqlite3_stmt *statement = NULL;
	const char *tail;
	int index;

	if (sqlite3_prepare_v2(database->handle, sql, -1, &statement, &tail) != SQLITE_OK) {
		refuse(database, refusal, error);
		return NULL;
	}
	if (!statement) {
		error_set(error, "the query is empty; write one SELECT");
		return NULL;
	}
	/* EXPLAIN, VACUUM and their like pass the authorizer or have no columns. */
	if (!sqlite3_stmt_readonly(statement) || sqlite3_stmt_isexplain(statement) ||
	    !sqlite3_column_count(statement) || more_follows(database, tail)) {
		error_set(error, "a query is one SELECT alone, and may only read");
		sqlite3_finalize(statement);
		return NULL;
	}
	index = sqlite3_bind_parameter_index(statement, ":experiment");
	if (index)
		sqlite3_bind_text(statement, index, experiment, -1, SQLITE_STATIC);
	return statement;
}

static void copy_cell(sqlite3_stmt *row, int i, struct cell *cell)
{
	const void *bytes;

	switch (sqlite3_column_type(row, i)) {
	case SQLITE_INTEGER:
		cell_integer(cell, sqlite3_column_int64(row, i));
		break;
	case SQLITE_FLOAT:
		cell_real(cell, sqlite3_column_double(row, i));
		break;
	case SQLITE_NULL:
		break;
	default:
		bytes = sqlite3_column_blob(row, i);
		cell_text(cell, bytes ? bytes : "", (size_t)sqlite3_column_bytes(row, i));
		break;
	}
}

/* Steps at most `limit` rows (0: all) into the table; *end says that there are no more. */
static bool fetch(struct database *database, sqlite3_stmt *statement, struct table *table,
                  size_t limit, bool *end, const struct refusal *refusal, struct error *error)
{
	int code = SQLITE_ROW;

	while ((!limit || table->row_count < limit) &&
	       (code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct cell *cells = table_add_row(table);

		for (int i = 0; i < (int)table->column_count; i++)
			copy_cell(statement, i, &cells[i]);
	}
	*end = code == SQLITE_DONE;
	return code == SQLITE_DONE || code == SQLITE_ROW || refuse(database, refusal, error);
}

static void add_columns(sqlite3_stmt *statement, struct table *table)
{
	for (int i = 0; i < sqlite3_column_count(statement); i++)
		table_add_column(table, sqlite3_column_name(statement, i), -1, false);
}

bool query_table(struct database *database, const char *sql, const char *experiment,
                 struct table *table, struct error *error)
{
	struct refusal refusal = { 0 };
	sqlite3_stmt *statement;
	bool end, good;

	sqlite3_set_authorizer(database->handle, authorize, &refusal);
	statement = prepare(database, sql, experiment, &refusal, error);
	if (statement)
		add_columns(statement, table);
	good = statement && fetch(database, statement, table, 0, &end, &refusal, error);
	sqlite3_finalize(statement);
	sqlite3_set_authorizer(database->handle, NULL, NULL);
	return good;
}

static bool print_rows(FILE *out, struct database *database, sqlite3_stmt *statement,
                       enum table_format format, const struct refusal *refusal, struct error *error)
{
	struct table table = { 0 };
	bool begun = false, end = false, good = true;

	add_columns(statement, &table);
	while (good && !end && !ferror(out)) {
		good = fetch(database, statement, &table, format == TABLE_BOX ? 0 : CHUNK, &end,
		             refusal, error);
		if (good && !begun)
			table_print_begin(out, &table, format);
		begun = true;
		if (good)
			table_print_rows(out, &table, format);
		table_clear_rows(&table);
	}
	good = good && table_print_end(out, &table, format, error);
	table_free(&table);
	return good;
}

bool query_print(FILE *out, struct database *database, const char *sql, const char *experiment,
                 enum table_format format, struct error *error)
{
	struct refusal refusal = { 0 };
	sqlite3_stmt *statement;
	bool good;

	sqlite3_set_authorizer(database->handle, authorize, &refusal);
	statement = prepare(database, sql, experiment, &refusal, error);
	good = statement && print_rows(out, database, statement, format, &refusal, error);
	sqlite3_finalize(statement);
	sqlite3_set_authorizer(database->handle, NULL, NULL);
	return good;
}
