/* query.c - runs a SELECT, of this program or of its user, and prints what it gives. */
#include "results/query.h"

#include "core/number.h"
#include "results/statement.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	CHUNK = 1024,     /* rows in memory of a format that streams */
	PATIENCE = 20000, /* steps of SQLite's machine between looks at the clock */
};

/* What watches over a query. */
struct guard {
	int action;      /* what the authorizer has refused first; 0: nothing */
	double timeout;  /* s; 0: none */
	double deadline; /* of the monotonic clock */
	bool expired;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int look_at_clock(void *context)
{
	struct guard *guard = context;

	guard->expired = now() > guard->deadline;
	return guard->expired;
}

static int authorize(void *context, int action, const char *a, const char *b, const char *c,
                     const char *d)
{
	struct guard *guard = context;

	(void)c, (void)d;
	if (action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_RECURSIVE)
		return SQLITE_OK;
	if (action == SQLITE_FUNCTION && sqlite3_stricmp(b, "load_extension") &&
	    sqlite3_stricmp(b, "fts3_tokenizer"))
		return SQLITE_OK;
	if (a && !strncmp(a, "sqlite_", 7)) /* what CREATE and DROP do to the list of tables */
		action = SQLITE_ALTER_TABLE;
	if (!guard->action)
		guard->action = action;
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

static bool refuse(struct database *database, const struct guard *guard, struct error *error)
{
	if (guard->action)
		return error_set(error, "%s is refused: a query may only read; write one SELECT",
		                 action_name(guard->action));
	if (guard->expired)
		return error_set(
			error,
			"the query is not ready after %g s and was stopped; a longer "
			"--timeout, or a condition such as run = 1 or metric = 'BLEU', helps",
			guard->timeout);
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

/* A value that reads as a number is one, but the name of an experiment is a text. */
static void bind_value(sqlite3_stmt *statement, int index, const struct query_value *value)
{
	const char *text = value->text;
	double real;

	if (!text || !strcmp(value->name, "experiment") || !number_read_real(text, &real))
		sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
	else if (!text[strspn(text, "-0123456789")] && fabs(real) < 1e15)
		sqlite3_bind_int64(statement, index, (sqlite3_int64)real);
	else
		sqlite3_bind_double(statement, index, real);
}

/* The names that a query has values for, "a, b"; of the caller. */
static char *list_names(sqlite3_stmt *statement)
{
	sqlite3_str *names = sqlite3_str_new(NULL);
	char *list, *copy;

	for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++) {
		const char *name = sqlite3_bind_parameter_name(statement, i);

		if (name)
			sqlite3_str_appendf(names, "%s%s", sqlite3_str_length(names) ? ", " : "",
			                    name + 1);
	}
	list = sqlite3_str_finish(names);
	copy = memory_text(list ? list : "none");
	sqlite3_free(list);
	return copy;
}

/* The experiment may be unused: it has been looked up. */
static bool bind_values(sqlite3_stmt *statement, const struct query *query, struct error *error)
{
	for (size_t i = 0; i < query->value_count; i++) {
		const struct query_value *value = &query->values[i];
		char *name = sqlite3_mprintf(":%s", value->name);
		int index = name ? sqlite3_bind_parameter_index(statement, name) : 0;

		sqlite3_free(name);
		if (index) {
			bind_value(statement, index, value);
		} else if (strcmp(value->name, "experiment")) {
			char *names = list_names(statement);

			error_set(error, "the query has no value :%s; its values are: %s",
			          value->name, names);
			free(names);
			return false;
		}
	}
	return true;
}

static sqlite3_stmt *prepare(struct database *database, const struct query *query,
                             struct guard *guard, struct error *error)
{
	sqlite3_stmt *statement = NULL;
	const char *tail;

	if (sqlite3_prepare_v2(database->handle, query->sql, -1, &statement, &tail) != SQLITE_OK) {
		refuse(database, guard, error);
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
	if (!bind_values(statement, query, error)) {
		sqlite3_finalize(statement);
		return NULL;
	}
	return statement;
}

/* Bytes that are no text, as SQL writes them: x'00ff'. */
static void copy_blob(sqlite3_stmt *row, int i, struct cell *cell)
{
	const unsigned char *bytes = sqlite3_column_blob(row, i);
	size_t count = (size_t)sqlite3_column_bytes(row, i), at = 2;
	char *text = memory_new(2 * count + 4, 1);

	memcpy(text, "x'", 2);
	for (size_t k = 0; k < count; k++) {
		text[at++] = "0123456789abcdef"[bytes[k] >> 4];
		text[at++] = "0123456789abcdef"[bytes[k] & 15];
	}
	text[at++] = '\'';
	cell_text(cell, text, at);
	free(text);
}

static void copy_cell(sqlite3_stmt *row, int i, struct cell *cell)
{
	const unsigned char *text;

	switch (sqlite3_column_type(row, i)) {
	case SQLITE_INTEGER:
		cell_integer(cell, sqlite3_column_int64(row, i));
		break;
	case SQLITE_FLOAT:
		cell_real(cell, sqlite3_column_double(row, i));
		break;
	case SQLITE_NULL:
		break;
	case SQLITE_BLOB:
		copy_blob(row, i, cell);
		break;
	default:
		text = sqlite3_column_text(row, i);
		cell_text(cell, text ? (const char *)text : "",
		          (size_t)sqlite3_column_bytes(row, i));
		break;
	}
}

/* Steps at most `limit` rows (0: all) into the table; *end says that there are no more. */
static bool fetch(struct database *database, sqlite3_stmt *statement, struct table *table,
                  size_t limit, bool *end, const struct guard *guard, struct error *error)
{
	int code = SQLITE_ROW;

	while ((!limit || table->row_count < limit) &&
	       (code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct cell *cells = table_add_row(table);

		for (int i = 0; i < (int)table->column_count; i++)
			copy_cell(statement, i, &cells[i]);
	}
	*end = code == SQLITE_DONE;
	return code == SQLITE_DONE || code == SQLITE_ROW || refuse(database, guard, error);
}

static void add_columns(sqlite3_stmt *statement, struct table *table)
{
	for (int i = 0; i < sqlite3_column_count(statement); i++)
		table_add_column(table, sqlite3_column_name(statement, i), -1, false);
}

static void guard_begin(struct database *database, struct guard *guard, const struct query *query)
{
	*guard = (struct guard){ .timeout = query->timeout };
	guard->deadline = now() + query->timeout;
	sqlite3_set_authorizer(database->handle, authorize, guard);
	if (query->timeout > 0)
		sqlite3_progress_handler(database->handle, PATIENCE, look_at_clock, guard);
}

static void guard_end(struct database *database)
{
	sqlite3_set_authorizer(database->handle, NULL, NULL);
	sqlite3_progress_handler(database->handle, 0, NULL, NULL);
}

bool query_table(struct database *database, const char *sql, const char *experiment,
                 struct table *table, struct error *error)
{
	const struct query_value value = { "experiment", experiment };
	const struct query query = { .sql = sql, .values = &value, .value_count = 1 };
	struct guard guard;
	sqlite3_stmt *statement;
	bool end, good;

	guard_begin(database, &guard, &query);
	statement = prepare(database, &query, &guard, error);
	if (statement)
		add_columns(statement, table);
	good = statement && fetch(database, statement, table, 0, &end, &guard, error);
	sqlite3_finalize(statement);
	guard_end(database);
	return good;
}

static bool print_rows(FILE *out, struct database *database, sqlite3_stmt *statement,
                       enum table_format format, const struct guard *guard, struct error *error)
{
	struct table table = { 0 };
	bool begun = false, end = false, good = true;

	add_columns(statement, &table);
	while (good && !end && !ferror(out)) {
		good = fetch(database, statement, &table, format == TABLE_BOX ? 0 : CHUNK, &end,
		             guard, error);
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

bool query_run(FILE *out, struct database *database, const struct query *query,
               enum table_format format, struct error *error)
{
	struct guard guard;
	sqlite3_stmt *statement;
	bool good;

	guard_begin(database, &guard, query);
	statement = prepare(database, query, &guard, error);
	good = statement && print_rows(out, database, statement, format, &guard, error);
	sqlite3_finalize(statement);
	guard_end(database);
	return good;
}

bool query_print(FILE *out, struct database *database, const char *sql, const char *experiment,
                 enum table_format format, struct error *error)
{
	const struct query_value value = { "experiment", experiment };
	const struct query query = { .sql = sql, .values = &value, .value_count = 1 };

	return query_run(out, database, &query, format, error);
}
