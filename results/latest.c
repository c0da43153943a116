/* latest.c - where runs are, from what they have written so far. */
#include "results/latest.h"

#include "results/known_metrics.h"
#include "results/statement.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define LAST(metric)                                                                               \
	"(SELECT last FROM summaries WHERE run = ?1 AND metric ="                                  \
	" (SELECT id FROM metrics WHERE name = '" metric "'))"

static const char latest_sql[] =
	"SELECT " LAST("train_loss") ", " LAST("target_tokens_per_second") ", " LAST("epoch") ","
	" " LAST("target_tokens") ", " LAST("seconds") ","
	" (SELECT best FROM summaries WHERE run = ?1 AND metric ="
	"  (SELECT id FROM metrics WHERE name = 'valid_perplexity')),"
	" (SELECT avg(s.value) " HEADLINE_OF("?1") "),"
	" coalesce((SELECT max(last_step) FROM summaries WHERE run = ?1), 0),"
	" (SELECT min(m.name) " HEADLINE_OF("?1") ")";

/* ?2: the latest step, ?3: bins. */
static const char losses_sql[] =
	"SELECT max(0, min(step * ?3 / (?2 + 1), ?3 - 1)), avg(value) FROM points"
	" WHERE run = ?1 AND metric = (SELECT id FROM metrics WHERE name = 'train_loss')"
	" GROUP BY 1";

static double number(sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL ? (double)NAN
	                                                       : sqlite3_column_double(row, column);
}

bool latest_read(struct database *database, long run, struct latest *latest, struct error *error)
{
	sqlite3_stmt *row =
		statement_new(database->handle, database->path, error, latest_sql, "i", run);
	const bool good = row && sqlite3_step(row) == SQLITE_ROW;

	if (good) {
		const char *metric = (const char *)sqlite3_column_text(row, 8);

		*latest = (struct latest){ sqlite3_column_int64(row, 7),
			                   number(row, 0),
			                   number(row, 1),
			                   number(row, 2),
			                   number(row, 3),
			                   number(row, 4),
			                   number(row, 5),
			                   number(row, 6),
			                   "" };
		snprintf(latest->metric, sizeof latest->metric, "%s", metric ? metric : "");
	} else if (row)
		statement_error(database->handle, database->path, "cannot read a run", error);
	sqlite3_finalize(row);
	return good;
}

bool latest_losses(struct database *database, long run, long update, int bins, double *mean,
                   struct error *error)
{
	sqlite3_stmt *row = statement_new(database->handle, database->path, error, losses_sql,
	                                  "iii", run, update, (long)bins);
	int code = SQLITE_DONE;

	for (int i = 0; i < bins; i++)
		mean[i] = (double)NAN;
	while (row && (code = sqlite3_step(row)) == SQLITE_ROW)
		mean[sqlite3_column_int(row, 0)] = number(row, 1);
	if (row && code != SQLITE_DONE)
		statement_error(database->handle, database->path, "cannot read a curve", error);
	sqlite3_finalize(row);
	return row && code == SQLITE_DONE;
}

static bool is_among(long run, const long *seen, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (seen[i] == run)
			return true;
	return false;
}

bool latest_runs(struct database *database, const char *experiment, const long *seen,
                 size_t seen_count, long **run, size_t *runs, struct error *error)
{
	sqlite3_stmt *row = statement_new(database->handle, database->path, error,
	                                  "SELECT r.id, r.status = 'running' FROM runs r JOIN "
	                                  "experiments e ON e.id = r.experiment"
	                                  " WHERE ?1 IS NULL OR e.name = ?1 ORDER BY r.id",
	                                  "t", experiment);
	int code = SQLITE_DONE;

	*run = NULL;
	*runs = 0;
	while (row && (code = sqlite3_step(row)) == SQLITE_ROW) {
		const long id = sqlite3_column_int64(row, 0);

		if (seen && !sqlite3_column_int(row, 1) && !is_among(id, seen, seen_count))
			continue;
		*run = memory_resize(*run, *runs + 1, sizeof **run);
		(*run)[(*runs)++] = id;
	}
	if (row && code != SQLITE_DONE)
		statement_error(database->handle, database->path, "cannot read the runs", error);
	sqlite3_finalize(row);
	if (row && code == SQLITE_DONE)
		return true;
	free(*run);
	*run = NULL;
	return false;
}
