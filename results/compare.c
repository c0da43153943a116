/* compare.c - the table of an experiment: a row a contestant, what it costs and what it is worth.
 */
#include "results/compare.h"

#include "results/best_of.h"
#include "results/compare_parts.h"
#include "results/known_metrics.h"
#include "results/queries.h"
#include "results/query.h"
#include "results/statement.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* A column is a query of rows (setup, value, deviation); ?1 is the experiment, ?2 the test set, ?3
 * the metric. */
struct measure {
	const char *name;
	int decimals; /* -1: whole numbers */
	bool deviation;
	int sign; /* the best has the lowest sign * value; 0: none is marked */
	const char *sql;
};

#define DONE_RUNS                                                                                  \
	" FROM run_setups u JOIN runs r ON r.id = u.run"                                           \
	"  AND u.experiment = ?1 AND r.status = 'done'"
#define MEDIAN_OF_CURVES(metric)                                                                   \
	"SELECT u.setup, median(s.median), NULL" DONE_RUNS                                         \
	" JOIN summaries s ON s.run = u.run AND s.metric ="                                        \
	" (SELECT id FROM metrics WHERE name = '" metric "') GROUP BY u.setup"

static const struct measure before_scores[] = {
	{ "parameters", -1, false, 0,
	  "SELECT u.setup, max(r.parameters), NULL FROM run_setups u JOIN runs r ON r.id = u.run"
	  " WHERE u.experiment = ?1 GROUP BY u.setup" },
	{ "seeds", -1, false, 0,
	  "SELECT u.setup, count(DISTINCT r.seed), NULL" DONE_RUNS " GROUP BY u.setup" },
	{ "valid perplexity", 2, true, 1,
	  "SELECT u.setup, avg(s.best), deviation(s.best)" DONE_RUNS
	  " JOIN summaries s ON s.run = u.run"
	  " AND s.metric = (SELECT id FROM metrics WHERE name = 'valid_perplexity') GROUP BY "
	  "u.setup" },
};

#define SCORE                                                                                      \
	"SELECT u.setup, avg(s.value), deviation(s.value)" DONE_RUNS                               \
	" JOIN scores s ON s.run = u.run AND s.test_set = ?2"                                      \
	" AND s.metric = (SELECT id FROM metrics WHERE name = ?3) GROUP BY u.setup"

/* By decimals and by which direction is better. */
static const struct measure higher_score[] = {
	[1] = { NULL, 1, true, -1, SCORE },
	[2] = { NULL, 2, true, -1, SCORE },
	[3] = { NULL, 3, true, -1, SCORE },
};
static const struct measure lower_score[] = {
	[1] = { NULL, 1, true, 1, SCORE },
	[2] = { NULL, 2, true, 1, SCORE },
	[3] = { NULL, 3, true, 1, SCORE },
};

static const struct measure after_scores[] = {
	{ "train tgt tok/s", 0, false, 0, MEDIAN_OF_CURVES("target_tokens_per_second") },
	{ "train src tok/s", 0, false, 0, MEDIAN_OF_CURVES("source_tokens_per_second") },
	{ "decode sent/s", 1, false, 0,
	  "SELECT u.setup, median(s.value), NULL" DONE_RUNS
	  " JOIN scores s ON s.run = u.run AND s.metric ="
	  " (SELECT id FROM metrics WHERE name = 'decode_sentences_per_second') GROUP BY u.setup" },
	{ "train minutes", 1, true, 0,
	  "SELECT u.setup, avg(r.train_seconds) / 60, deviation(r.train_seconds) / 60" DONE_RUNS
	  " GROUP BY u.setup" },
	{ "peak MB", 0, false, 0,
	  "SELECT u.setup, max(nullif(r.peak_memory, 0)) / 1e6, NULL" DONE_RUNS
	  " GROUP BY u.setup" },
};

enum {
	BEFORE_SCORES = sizeof before_scores / sizeof *before_scores,
	AFTER_SCORES = sizeof after_scores / sizeof *after_scores,
};

/* A column and what its query is asked for. */
struct question {
	const struct measure *measure;
	char *test_set, *metric;
};

struct comparison {
	struct database *database;
	const char *experiment;
	struct question *questions;
	size_t question_count;
	long *setups; /* [table.row_count] */
	struct table table;
};

static sqlite3_stmt *ask(const struct comparison *c, const char *sql, const char *test_set,
                         const char *metric, struct error *error)
{
	sqlite3_stmt *statement = statement_new(c->database->handle, c->database->path, error, sql,
	                                        "t", c->experiment);

	if (statement && sqlite3_bind_parameter_count(statement) > 1) {
		sqlite3_bind_text(statement, 2, test_set, -1, SQLITE_STATIC);
		sqlite3_bind_text(statement, 3, metric, -1, SQLITE_STATIC);
	}
	return statement;
}

/* Finishes a loop over rows; `code` is what the last step returned. */
static bool answered(const struct comparison *c, sqlite3_stmt *statement, int code,
                     struct error *error)
{
	if (code != SQLITE_DONE)
		statement_error(c->database->handle, c->database->path, "cannot compare", error);
	sqlite3_finalize(statement);
	return code == SQLITE_DONE;
}

static void add_question(struct comparison *c, const struct measure *measure, const char *test_set,
                         const char *metric)
{
	struct question question = { measure, NULL, NULL };
	char *name = NULL;

	if (test_set) {
		question.test_set = memory_text(test_set);
		question.metric = memory_text(metric);
		name = memory_new(strlen(test_set) + strlen(metric) + 2, 1);
		sprintf(name, "%s %s", test_set, metric);
	}
	table_add_column(&c->table, name ? name : measure->name, measure->decimals,
	                 measure->deviation);
	if (test_set)
		table_group_column(&c->table, test_set);
	free(name);
	c->questions = memory_resize(c->questions, c->question_count + 1, sizeof *c->questions);
	c->questions[c->question_count++] = question;
}

/* Where the score says something of such runs: how fast a test set was translated has a column of
 * its own. */
static void add_score(struct comparison *c, enum kind kind, const char *test_set, const char *name)
{
	const struct known_metric *m = known_metric_find(name);

	if (m && known_metric_is_of(name, kind))
		add_question(c,
		             !strcmp(m->direction, "lower") ? &lower_score[m->decimals]
		                                            : &higher_score[m->decimals],
		             test_set, name);
}

/* Whether tested runs have no value of a measure: a task without a source, or without a search. */
static bool is_needless(const struct comparison *c, const struct measure *measure, bool *needless,
                        struct error *error)
{
	sqlite3_stmt *row = ask(c, measure->sql, NULL, NULL, error);
	int code;

	*needless = c->question_count > BEFORE_SCORES;
	if (!row)
		return false;
	while ((code = sqlite3_step(row)) == SQLITE_ROW)
		*needless &= sqlite3_column_type(row, 1) == SQLITE_NULL;
	return answered(c, row, code, error);
}

static bool add_costs(struct comparison *c, struct error *error)
{
	for (int i = 0; i < AFTER_SCORES; i++) {
		bool needless;

		if (!is_needless(c, &after_scores[i], &needless, error))
			return false;
		if (!needless)
			add_question(c, &after_scores[i], NULL, NULL);
	}
	return true;
}

/* The columns: contestant, then one for each question; a test set has those scores that were taken
 * of it. */
static bool add_questions(struct comparison *c, struct error *error)
{
	sqlite3_stmt *statement =
		ask(c,
	            "SELECT DISTINCT test_set, metric, max(ranks(metric))"
	            " OVER () FROM run_scores"
	            " WHERE experiment = ?1 AND status = 'done'"
	            " ORDER BY " BY_TEST_SET(
			    "test_set") ","
	                                " (SELECT id FROM metrics m WHERE m.name = metric)",
	            NULL, NULL, error);
	int code;

	if (!statement)
		return false;
	table_add_column(&c->table, "contestant", -1, false);
	for (int i = 0; i < BEFORE_SCORES; i++)
		add_question(c, &before_scores[i], NULL, NULL);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		add_score(c, (enum kind)sqlite3_column_int(statement, 2),
		          statement_text(statement, 0), statement_text(statement, 1));
	return answered(c, statement, code, error) && add_costs(c, error);
}

static bool add_contestants(struct comparison *c, struct error *error)
{
	sqlite3_stmt *statement = ask(c,
	                              "SELECT setup, label FROM run_setups WHERE experiment = ?1"
	                              " GROUP BY setup ORDER BY setup",
	                              NULL, NULL, error);
	int code;

	if (!statement)
		return false;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct cell *row = table_add_row(&c->table);

		cell_text(row, statement_text(statement, 1),
		          (size_t)sqlite3_column_bytes(statement, 1));
		c->setups = memory_resize(c->setups, c->table.row_count, sizeof *c->setups);
		c->setups[c->table.row_count - 1] = sqlite3_column_int64(statement, 0);
	}
	return answered(c, statement, code, error);
}

static struct cell *cell_of(const struct comparison *c, long setup, size_t column)
{
	for (size_t r = 0; r < c->table.row_count; r++)
		if (c->setups[r] == setup)
			return table_cell(&c->table, r, column);
	return NULL; /* another process has begun it meanwhile */
}

static bool fill_column(struct comparison *c, size_t column, struct error *error)
{
	const struct question *question = &c->questions[column - 1];
	sqlite3_stmt *row =
		ask(c, question->measure->sql, question->test_set, question->metric, error);
	int code;

	if (!row)
		return false;
	while ((code = sqlite3_step(row)) == SQLITE_ROW) {
		struct cell *cell = cell_of(c, sqlite3_column_int64(row, 0), column);

		if (!cell || sqlite3_column_type(row, 1) == SQLITE_NULL)
			continue;
		if (question->measure->decimals < 0)
			cell_integer(cell, sqlite3_column_int64(row, 1));
		else if (sqlite3_column_type(row, 2) == SQLITE_NULL)
			cell_real(cell, sqlite3_column_double(row, 1));
		else
			cell_mean(cell, sqlite3_column_double(row, 1),
			          sqlite3_column_double(row, 2));
	}
	return answered(c, row, code, error);
}

/* Marks the best, all of them if several are equal; nothing where there is only one to compare. */
static void mark_best(const struct comparison *c, size_t column)
{
	int sign = c->questions[column - 1].measure->sign;
	double best = (double)INFINITY;
	size_t known = 0;

	for (size_t r = 0; r < c->table.row_count; r++) {
		const struct cell *cell = table_cell(&c->table, r, column);

		known += cell->type == CELL_REAL;
		if (cell->type == CELL_REAL && sign * cell->real < best)
			best = sign * cell->real;
	}
	for (size_t r = 0; r < c->table.row_count && sign && known > 1; r++) {
		struct cell *cell = table_cell(&c->table, r, column);

		cell->best = cell->type == CELL_REAL && sign * cell->real <= best;
	}
}

static void comparison_free(struct comparison *c)
{
	for (size_t i = 0; i < c->question_count; i++) {
		free(c->questions[i].test_set);
		free(c->questions[i].metric);
	}
	free(c->questions);
	free(c->setups);
	table_free(&c->table);
}

static bool compare(struct comparison *c, struct error *error)
{
	bool good = add_questions(c, error) && add_contestants(c, error);

	for (size_t i = 1; i <= c->question_count && good; i++) {
		good = fill_column(c, i, error);
		if (good)
			mark_best(c, i);
	}
	return good;
}

/* A named query's table, where it has rows. */
static bool print_query(FILE *out, const struct comparison *c, const char *name, const char *title,
                        enum table_format format, struct error *error)
{
	const struct named_query *query = named_query_find(name);
	struct table table = { 0 };
	bool good = query_table(c->database, query->sql, c->experiment, &table, error);

	if (good && table.row_count) {
		table_print_title(out, title, format);
		good = table_print(out, &table, format, error);
	}
	table_free(&table);
	return good;
}

bool compare_print(FILE *out, struct database *database, const char *experiment,
                   const struct compare_options *options, struct error *error)
{
	struct comparison c = { .database = database, .experiment = experiment };
	enum table_format format = options->format;
	bool reads = table_for_reading(format);
	char *verdicts = NULL;
	long id;
	bool good = database_experiment_find(database, experiment, &id, error) &&
	            compare(&c, error) &&
	            (!reads || compare_verdicts(database, experiment, c.table.row_count, options,
	                                        &verdicts, error)) &&
	            table_print_folded(out, &c.table, format, COMPARE_WIDTH, error);

	if (good && reads) {
		fputs(verdicts, out);
		good = compare_settings(out, database, experiment, &c.table, options, error) &&
		       print_query(out, &c, "tuning", "Tuning before the comparison", format,
		                   error) &&
		       print_query(out, &c, "unfinished",
		                   "Runs that are not done, and not counted above", format, error);
	}
	free(verdicts);
	comparison_free(&c);
	return good;
}
