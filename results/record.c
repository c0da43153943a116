/* record.c - a run as a row: begun, resumed, finished, found. */
#include "results/database.h"

#include "results/points.h"
#include "results/statement.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { GIVEN = 1, RENEWED = 2, TOTAL = 4, KEPT = 8 }; /* when a column of a run is written */

/* A column of runs and its field; the type is a letter of statement_bind. */
struct field {
	const char *column;
	char type;
	int when;
	size_t offset;
};

#define FIELD(column, type, when)                                                                  \
	{                                                                                          \
#column, type, when, offsetof(struct run_record, column)                           \
	}
#define FIELD_OF_TOTALS(column, type)                                                              \
	{                                                                                          \
#column, type, TOTAL, offsetof(struct run_record, totals.column)                   \
	}

static const struct field fields[] = {
	FIELD(experiment, 'i', GIVEN),
	FIELD(contestant, 't', GIVEN),
	FIELD(key, 't', GIVEN),
	FIELD(seed, 'i', GIVEN),
	FIELD(architecture, 't', GIVEN),
	FIELD(settings, 't', GIVEN),
	FIELD(parameters, 'i', GIVEN),
	FIELD(multiply_adds, 'i', GIVEN),
	FIELD(data_hash, 't', GIVEN),
	FIELD(source_commit, 't', GIVEN | RENEWED),
	FIELD(program_version, 't', GIVEN | RENEWED),
	FIELD(compiler, 't', GIVEN | RENEWED),
	FIELD(compiler_flags, 't', GIVEN | RENEWED),
	FIELD(cpu, 't', GIVEN | RENEWED),
	FIELD(blas, 't', GIVEN | RENEWED),
	FIELD(blas_kernel, 't', GIVEN | RENEWED),
	FIELD(vector_kernels, 't', GIVEN | RENEWED),
	FIELD(threads, 'i', GIVEN | RENEWED),
	FIELD(host, 't', GIVEN | RENEWED),
	FIELD(folder, 't', GIVEN | RENEWED),
	FIELD(id, 'i', KEPT),
	FIELD(reason, 't', KEPT),
	FIELD(started, 't', KEPT),
	FIELD(finished, 't', KEPT),
	FIELD_OF_TOTALS(train_seconds, 'r'),
	FIELD_OF_TOTALS(valid_seconds, 'r'),
	FIELD_OF_TOTALS(decode_seconds, 'r'),
	FIELD_OF_TOTALS(io_seconds, 'r'),
	FIELD_OF_TOTALS(peak_memory, 'i'),
	FIELD_OF_TOTALS(updates, 'i'),
	FIELD_OF_TOTALS(source_tokens, 'i'),
	FIELD_OF_TOTALS(target_tokens, 'i'),
};

enum { FIELDS = sizeof fields / sizeof *fields };

static const char *const status_words[] = { "running", "interrupted", "done", "failed" };

const char *run_status_word(enum run_status status)
{
	return status_words[status];
}

static enum run_status status_of(const char *word)
{
	int status = word ? RUN_RUNNING : RUN_FAILED;

	while (status < RUN_FAILED && strcmp(word, status_words[status]))
		status++;
	return (enum run_status)status;
}

static void bind_field(sqlite3_stmt *statement, int index, const struct field *field,
                       const struct run_record *record)
{
	const char *place = (const char *)record + field->offset;

	if (field->type == 'i')
		sqlite3_bind_int64(statement, index, *(const long *)place);
	else if (field->type == 'r')
		sqlite3_bind_double(statement, index, *(const double *)place);
	else
		sqlite3_bind_text(statement, index, *(const char *const *)place, -1, SQLITE_STATIC);
}

/* "UPDATE runs SET <first>, a = ?2, b = ?3 ... WHERE id = ?1" with the fields of `when`. */
static bool update_run(struct database *database, long id, const char *first, int when,
                       const struct run_record *record, struct error *error)
{
	sqlite3_str *sql = sqlite3_str_new(database->handle);
	sqlite3_stmt *statement;
	char *text;
	int index = 2;
	bool good;

	sqlite3_str_appendf(sql, "UPDATE runs SET %s", first);
	for (int i = 0; i < FIELDS; i++)
		if (fields[i].when & when)
			sqlite3_str_appendf(sql, ", %s = ?%d", fields[i].column, index++);
	sqlite3_str_appendall(sql, " WHERE id = ?1");
	text = sqlite3_str_finish(sql);
	statement =
		statement_new(database->handle, database->path, error, text ? text : "", "i", id);
	sqlite3_free(text);
	if (!statement)
		return false;
	index = 2;
	for (int i = 0; i < FIELDS; i++)
		if (fields[i].when & when)
			bind_field(statement, index++, &fields[i], record);
	good = statement_step(database->handle, database->path, statement, "cannot write the run",
	                      error);
	if (good && sqlite3_changes(database->handle) == 0)
		good = error_set(error, "%s has no run %ld", database->path, id);
	sqlite3_finalize(statement);
	return good;
}

static bool insert_run(struct database *database, const struct run_record *record,
                       struct error *error)
{
	sqlite3_str *sql = sqlite3_str_new(database->handle);
	sqlite3_stmt *statement;
	char *text;
	int index = 1;
	bool good;

	sqlite3_str_appendall(sql, "INSERT INTO runs (status");
	for (int i = 0; i < FIELDS; i++)
		if (fields[i].when & GIVEN)
			sqlite3_str_appendf(sql, ", %s", fields[i].column);
	sqlite3_str_appendall(sql, ") VALUES ('running'");
	for (int i = 0; i < FIELDS; i++)
		if (fields[i].when & GIVEN)
			sqlite3_str_appendf(sql, ", ?%d", index++);
	sqlite3_str_appendall(sql, ")");
	text = sqlite3_str_finish(sql);
	statement = statement_new(database->handle, database->path, error, text ? text : "", "");
	sqlite3_free(text);
	if (!statement)
		return false;
	index = 1;
	for (int i = 0; i < FIELDS; i++)
		if (fields[i].when & GIVEN)
			bind_field(statement, index++, &fields[i], record);
	good = statement_step(database->handle, database->path, statement, "cannot add the run",
	                      error);
	sqlite3_finalize(statement);
	return good;
}

bool database_run_begin(struct database *database, const struct run_record *record, long *id,
                        struct error *error)
{
	bool found, good;
	long other;

	if (!transaction_begin(database->handle, database->path, error))
		return false;
	good = statement_integer(database->handle, database->path, error, &other, &found,
	                         "SELECT id FROM runs WHERE experiment = ?1 AND key = ?2", "it",
	                         record->experiment, record->key);
	if (good && found)
		good = error_set(
			error,
			"%s: %s with seed %ld is run %ld already; another process has begun it",
			database->path, record->contestant, record->seed, other);
	good = good && insert_run(database, record, error);
	if (good)
		*id = sqlite3_last_insert_rowid(database->handle);
	return transaction_end(database->handle, database->path, good, error);
}

static bool delete_beyond(struct database *database, long id, long step, struct error *error)
{
	sqlite3 *handle = database->handle;
	const char *path = database->path;

	return statement_do(handle, path, error, "DELETE FROM points WHERE run = ?1 AND step > ?2",
	                    "ii", id, step) &&
	       statement_do(handle, path, error, "DELETE FROM scores WHERE run = ?1 AND step > ?2",
	                    "ii", id, step) &&
	       statement_do(handle, path, error,
	                    "DELETE FROM hypotheses WHERE run = ?1 AND test_set NOT IN"
	                    " (SELECT test_set FROM scores WHERE run = ?1)",
	                    "i", id) &&
	       points_summarise(database, id, 0, error);
}

bool database_run_resume(struct database *database, long id, const struct run_record *record,
                         long step, struct error *error)
{
	bool good;

	if (!transaction_begin(database->handle, database->path, error))
		return false;
	good = update_run(database, id, "status = 'running', reason = NULL, finished = NULL",
	                  RENEWED, record, error) &&
	       delete_beyond(database, id, step, error);
	return transaction_end(database->handle, database->path, good, error);
}

bool database_run_progress(struct database *database, long id, const struct run_totals *totals,
                           struct error *error)
{
	struct run_record record = { .totals = *totals };

	return update_run(database, id, "status = 'running'", TOTAL, &record, error);
}

bool database_run_finish(struct database *database, long id, enum run_status status,
                         const char *reason, const struct run_totals *totals, struct error *error)
{
	struct run_record record = { .totals = *totals };
	bool good;

	if (!transaction_begin(database->handle, database->path, error))
		return false;
	good = update_run(database, id,
	                  "finished = max(started, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))", TOTAL,
	                  &record, error) &&
	       statement_do(database->handle, database->path, error,
	                    "UPDATE runs SET status = ?2, reason = ?3 WHERE id = ?1", "itt", id,
	                    run_status_word(status), reason) &&
	       points_medians(database, id, error);
	return transaction_end(database->handle, database->path, good, error);
}

/* Columns are status and then `fields`. All texts of the record lie in one block. False where one
 * is missing that every run has. */
static bool read_record(sqlite3_stmt *row, struct run_record *record)
{
	size_t size = 0;
	char *free_place;

	for (int i = 0; i < FIELDS; i++)
		size += (size_t)sqlite3_column_bytes(row, i + 1) + 1;
	record->memory = free_place = memory_new(size, 1);
	record->status = status_of((const char *)sqlite3_column_text(row, 0));
	for (int i = 0; i < FIELDS; i++) {
		char *place = (char *)record + fields[i].offset;
		const char *text;

		if (fields[i].type == 'i') {
			*(long *)place = sqlite3_column_int64(row, i + 1);
		} else if (fields[i].type == 'r') {
			*(double *)place = sqlite3_column_double(row, i + 1);
		} else if ((text = (const char *)sqlite3_column_text(row, i + 1)) != NULL) {
			strcpy(free_place, text);
			*(const char **)place = free_place;
			free_place += strlen(text) + 1;
		}
	}
	return record->contestant && record->key && record->architecture && record->settings;
}

/* `condition` uses ?1 (a number) and may use ?2 (a text). */
static bool select_run(struct database *database, const char *condition, const char *types,
                       long number, const char *text, struct run_record *record, bool *found,
                       struct error *error)
{
	sqlite3_str *sql = sqlite3_str_new(database->handle);
	sqlite3_stmt *statement;
	char *query;
	bool good;
	int code;

	memset(record, 0, sizeof *record);
	sqlite3_str_appendall(sql, "SELECT status");
	for (int i = 0; i < FIELDS; i++)
		sqlite3_str_appendf(sql, ", %s", fields[i].column);
	sqlite3_str_appendf(sql, " FROM runs WHERE %s", condition);
	query = sqlite3_str_finish(sql);
	statement = statement_new(database->handle, database->path, error, query ? query : "",
	                          types, number, text);
	sqlite3_free(query);
	if (!statement)
		return false;
	code = sqlite3_step(statement);
	*found = code == SQLITE_ROW;
	good = *found || code == SQLITE_DONE;
	if (*found)
		good = read_record(statement, record) ||
		       error_set(error, "%s: run %ld is no run of bakeoff", database->path,
		                 record->id);
	else if (!good)
		statement_error(database->handle, database->path, "cannot read the run", error);
	sqlite3_finalize(statement);
	if (!good)
		run_record_free(record);
	return good;
}

bool database_run_find(struct database *database, long experiment, const char *key,
                       struct run_record *record, bool *found, struct error *error)
{
	return select_run(database, "experiment = ?1 AND key = ?2", "it", experiment, key, record,
	                  found, error);
}

bool database_run_read(struct database *database, long id, struct run_record *record,
                       struct error *error)
{
	bool found;

	if (!select_run(database, "id = ?1", "i", id, NULL, record, &found, error))
		return false;
	if (!found)
		return error_set(error, "%s has no run %ld; `bakeoff runs` lists those there are",
		                 database->path, id);
	return true;
}

void run_record_free(struct run_record *record)
{
	if (!record)
		return;
	free(record->memory);
	memset(record, 0, sizeof *record);
}
