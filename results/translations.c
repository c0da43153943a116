/* translations.c - reads the hypotheses of a run. */
#include "results/translations.h"

#include "results/statement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The names of the run's test sets, "a, b", and how many; NULL where there are none. The caller
 * frees it. */
static bool read_names(struct database *database, long run, char **names, long *count,
                       struct error *error)
{
	sqlite3_stmt *statement =
		statement_new(database->handle, database->path, error,
	                      "SELECT group_concat(test_set, ', '), count(*) FROM"
	                      " (SELECT DISTINCT test_set FROM hypotheses WHERE run = ?1)",
	                      "i", run);
	bool good = statement && sqlite3_step(statement) == SQLITE_ROW;

	*names = NULL;
	if (good && sqlite3_column_text(statement, 0))
		*names = memory_text(statement_text(statement, 0));
	if (good)
		*count = (long)sqlite3_column_int64(statement, 1);
	else if (statement)
		statement_error(database->handle, database->path, "cannot read", error);
	sqlite3_finalize(statement);
	return good;
}

static bool read_rows(struct database *database, sqlite3_stmt *statement,
                      struct translations *translations, struct error *error)
{
	size_t capacity = 0;
	int code;

	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct translation *t;

		if (translations->count == capacity) {
			capacity = capacity ? capacity * 2 : 256;
			translations->translation =
				memory_resize(translations->translation, capacity, sizeof *t);
		}
		t = &translations->translation[translations->count++];
		t->source = memory_text(statement_text(statement, 0));
		t->reference = memory_text(statement_text(statement, 1));
		t->hypothesis = memory_text(statement_text(statement, 2));
		t->log_probability = sqlite3_column_double(statement, 3);
		t->seconds = sqlite3_column_type(statement, 4) == SQLITE_NULL
		                     ? (double)NAN
		                     : sqlite3_column_double(statement, 4);
	}
	if (code == SQLITE_DONE)
		return true;
	statement_error(database->handle, database->path, "cannot read hypotheses", error);
	return false;
}

static bool read_set(struct database *database, long run, const char *test_set,
                     struct translations *translations, struct error *error)
{
	sqlite3_stmt *statement =
		statement_new(database->handle, database->path, error,
	                      "SELECT source, reference, hypothesis, log_probability, seconds"
	                      " FROM hypotheses WHERE run = ?1 AND test_set = ?2"
	                      " ORDER BY sentence",
	                      "it", run, test_set);
	bool good = statement && read_rows(database, statement, translations, error);

	translations->test_set = memory_text(test_set);
	sqlite3_finalize(statement);
	return good;
}

/* Says which test sets there are instead of the one that was asked for (NULL: none). */
static bool say_names(struct database *database, long run, const char *asked, const char *names,
                      struct error *error)
{
	if (!names)
		return error_set(error,
		                 "%s: run %ld has no hypotheses; `bakeoff runs` lists the runs",
		                 database->path, run);
	if (!asked)
		return error_set(error, "run %ld has several test sets; name one of %s", run,
		                 names);
	return error_set(error, "run %ld has no test set %s; it has %s", run, asked, names);
}

bool translations_read(struct database *database, long run, const char *test_set,
                       struct translations *translations, struct error *error)
{
	bool good = true;
	char *names;
	long count;

	*translations = (struct translations){ 0 };
	if (!read_names(database, run, &names, &count, error))
		return false;
	if (test_set || count == 1)
		good = read_set(database, run, test_set ? test_set : names, translations, error);
	if (good && !translations->count)
		good = say_names(database, run, test_set, names, error);
	if (!good)
		translations_free(translations);
	free(names);
	return good;
}

bool translations_each(struct database *database, long run, translations_take *take, void *context,
                       struct error *error)
{
	sqlite3_stmt *statement = statement_new(
		database->handle, database->path, error,
		"SELECT test_set, source, reference, hypothesis, log_probability FROM hypotheses"
		" WHERE run = ?1 ORDER BY test_set, sentence",
		"i", run);
	int code = SQLITE_ERROR;

	while (statement && (code = sqlite3_step(statement)) == SQLITE_ROW)
		take(context, (const char *)sqlite3_column_text(statement, 0),
		     &(struct translation){ (const char *)sqlite3_column_text(statement, 1),
		                            (const char *)sqlite3_column_text(statement, 2),
		                            (const char *)sqlite3_column_text(statement, 3),
		                            sqlite3_column_double(statement, 4),
		                            (double)NAN });
	if (statement && code != SQLITE_DONE)
		statement_error(database->handle, database->path, "cannot read hypotheses", error);
	sqlite3_finalize(statement);
	return statement && code == SQLITE_DONE;
}

void translations_free(struct translations *translations)
{
	if (!translations)
		return;
	for (size_t i = 0; i < translations->count; i++) {
		free((char *)translations->translation[i].source);
		free((char *)translations->translation[i].reference);
		free((char *)translations->translation[i].hypothesis);
	}
	free(translations->translation);
	free(translations->test_set);
	*translations = (struct translations){ 0 };
}
