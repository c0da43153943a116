/* scores.c - experiments, and what their runs reached: scores and hypotheses. */
#include "results/database.h"

#include "results/points.h"
#include "results/statement.h"

#include <sqlite3.h>

bool database_experiment(struct database *database, const char *name, const char *specification,
                         long *id, struct error *error)
{
	sqlite3 *handle = database->handle;
	bool found, good;

	if (!transaction_begin(handle, database->path, error))
		return false;
	good = statement_do(handle, database->path, error,
	                    "INSERT INTO experiments (name, specification) VALUES (?1, ?2)"
	                    " ON CONFLICT (name) DO UPDATE"
	                    " SET specification = coalesce(excluded.specification, specification)",
	                    "tt", name, specification) &&
	       statement_integer(handle, database->path, error, id, &found,
	                         "SELECT id FROM experiments WHERE name = ?1", "t", name);
	return transaction_end(handle, database->path, good, error);
}

static bool no_experiment(struct database *database, const char *name, struct error *error)
{
	sqlite3_stmt *statement =
		statement_new(database->handle, database->path, error,
	                      "SELECT coalesce(group_concat(name, ', '), 'none') FROM"
	                      " (SELECT name FROM experiments ORDER BY id DESC LIMIT 8)",
	                      "");

	if (!statement)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW)
		error_set(error, "%s has no experiment %s; the latest are: %s", database->path,
		          name, statement_text(statement, 0));
	else
		statement_error(database->handle, database->path, "cannot read", error);
	sqlite3_finalize(statement);
	return false;
}

bool database_experiment_find(struct database *database, const char *name, long *id,
                              struct error *error)
{
	bool found;

	if (!statement_integer(database->handle, database->path, error, id, &found,
	                       "SELECT id FROM experiments WHERE name = ?1", "t", name))
		return false;
	return found || no_experiment(database, name, error);
}

bool database_score(struct database *database, long run, const struct score *score,
                    struct error *error)
{
	const struct database_metric *metric = points_metric(database, score->metric, error);

	return metric &&
	       statement_do(database->handle, database->path, error,
	                    "INSERT OR REPLACE INTO scores (run, test_set, metric, value, step,"
	                    " signature, seconds, sentences, beam, length_penalty)"
	                    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	                    "itiritriir", run, score->test_set, metric->id, score->value,
	                    score->step, score->signature, score->seconds, score->sentences,
	                    score->beam, score->length_penalty);
}

static bool write_hypotheses(struct database *database, sqlite3_stmt *statement, long run,
                             const char *test_set, const struct translation *translations,
                             size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		const struct translation *t = &translations[i];

		statement_bind(statement, "ititttrr", run, test_set, (long)i, t->source,
		               t->reference, t->hypothesis, t->log_probability, t->seconds);
		if (!statement_step(database->handle, database->path, statement,
		                    "cannot write hypotheses", error))
			return false;
	}
	return true;
}

bool database_hypotheses(struct database *database, long run, const char *test_set,
                         const struct translation *translations, size_t count, struct error *error)
{
	sqlite3 *handle = database->handle;
	sqlite3_stmt *statement =
		statement_new(handle, database->path, error,
	                      "INSERT INTO hypotheses (run, test_set, sentence, source, reference,"
	                      " hypothesis, log_probability, seconds)"
	                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	                      "");
	bool good = statement && transaction_begin(handle, database->path, error);

	if (good) {
		good = statement_do(handle, database->path, error,
		                    "DELETE FROM hypotheses WHERE run = ?1 AND test_set = ?2", "it",
		                    run, test_set) &&
		       write_hypotheses(database, statement, run, test_set, translations, count,
		                        error);
		good = transaction_end(handle, database->path, good, error);
	}
	sqlite3_finalize(statement);
	return good;
}
