/* follow.c - how far a run is, from the database alone. */
#include "experiments/follow.h"

#include "experiments/run_files.h"
#include "experiments/spec.h"
#include "results/statement.h"
#include "train/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ?1 experiment or NULL, ?2 JSON list of runs that were seen. */
static const char list_sql[] =
	"SELECT r.id, r.seed, e.name, r.contestant FROM runs r JOIN experiments e ON e.id = "
        "r.experiment"
	" WHERE (?1 IS NULL OR e.name = ?1)"
	"  AND (r.status = 'running' OR r.id IN (SELECT value FROM json_each(?2))) ORDER BY r.id";

#define LAST(metric)                                                                               \
	"(SELECT last FROM summaries WHERE run = ?1 AND metric ="                                  \
	" (SELECT id FROM metrics WHERE name = '" metric "'))"

static const char latest_sql[] =
	"SELECT " LAST("train_loss") ", " LAST("target_tokens_per_second") ", " LAST(
		"epoch") ", " LAST("target_tokens") ", " LAST("seconds") ","
									 " (SELECT best FROM "
                                                                         "summaries WHERE run = ?1 "
                                                                         "AND metric ="
									 "  (SELECT id FROM "
                                                                         "metrics WHERE name = "
                                                                         "'valid_perplexity')),"
									 " (SELECT avg(value) FROM "
                                                                         "scores WHERE run = ?1 "
                                                                         "AND metric ="
									 "  (SELECT id FROM "
                                                                         "metrics WHERE name = "
                                                                         "'BLEU')),"
									 " coalesce((SELECT "
                                                                         "max(last_step) FROM "
                                                                         "summaries WHERE run = "
                                                                         "?1), 0)";

/* ?2: the latest step, ?3: bins. */
static const char curve_sql[] =
	"SELECT min(step * ?3 / (?2 + 1), ?3 - 1), avg(value) FROM points"
	" WHERE run = ?1 AND metric = (SELECT id FROM metrics WHERE name = 'train_loss')"
	" GROUP BY 1 ORDER BY 1";

static double number(sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL ? (double)NAN
	                                                       : sqlite3_column_double(row, column);
}

/* How much of the training is done at that point of its curves. */
static double share_of(const struct run_record *record, const struct progress *p)
{
	struct contestant contestant = { 0 };
	json_t *settings = json_loads(record->settings, 0, NULL);
	struct error ignored; /* settings of another version: the share is not known */
	double share = (double)NAN;

	if (settings && contestant_from_json(&contestant, settings, &ignored))
		share = train_share(&contestant.train, p);
	contestant_free(&contestant);
	json_decref(settings);
	return share > 0 ? share : (double)NAN;
}

static void read_latest(sqlite3_stmt *row, const struct run_record *record, struct followed *f)
{
	const double epoch = number(row, 2);
	struct progress p = { .update = sqlite3_column_int64(row, 7),
		              .target_tokens = sqlite3_column_double(row, 3),
		              .train_seconds = sqlite3_column_double(row, 4) };

	f->loss = number(row, 0);
	f->speed = number(row, 1);
	f->perplexity = number(row, 5);
	f->bleu = number(row, 6);
	f->update = p.update;
	if (!isnan(epoch)) {
		p.epoch = (long)epoch;
		p.batches = 1000000;
		p.batch = (long)((epoch - floor(epoch)) * (double)p.batches);
	}
	f->share = share_of(record, &p);
	f->seconds_left =
		(p.train_seconds + record->totals.valid_seconds) * (1 - f->share) / f->share;
}

static bool read_curve(struct database *database, struct followed *f, struct error *error)
{
	sqlite3_stmt *row = statement_new(database->handle, database->path, error, curve_sql, "iii",
	                                  f->run, f->update, (long)FOLLOW_BINS);
	int code = SQLITE_DONE;

	for (int i = 0; i < FOLLOW_BINS; i++)
		f->curve[i] = (double)NAN;
	while (row && (code = sqlite3_step(row)) == SQLITE_ROW)
		f->curve[sqlite3_column_int(row, 0)] = number(row, 1);
	if (row && code != SQLITE_DONE)
		statement_error(database->handle, database->path, "cannot read a curve", error);
	sqlite3_finalize(row);
	return row && code == SQLITE_DONE;
}

static bool read_numbers(struct database *database, const struct run_record *record,
                         struct followed *f, struct error *error)
{
	sqlite3_stmt *row =
		statement_new(database->handle, database->path, error, latest_sql, "i", f->run);
	const bool good = row && sqlite3_step(row) == SQLITE_ROW;

	if (good)
		read_latest(row, record, f);
	else if (row)
		statement_error(database->handle, database->path, "cannot read a run", error);
	sqlite3_finalize(row);
	return good && read_curve(database, f, error);
}

/* The lock is looked at before the row, so that a run that ends meanwhile is not called lost. */
static bool read_state(struct database *database, struct followed *f, struct error *error)
{
	char folder[RUN_PATH_SIZE];
	struct run_record record;
	enum run_hold hold;
	bool good;

	if (!database_run_read(database, f->run, &record, error))
		return false;
	hold = run_folder(database->path, &record, folder) ? run_hold(folder, NULL) : RUN_NOWHERE;
	run_record_free(&record);
	if (!database_run_read(database, f->run, &record, error))
		return false;
	f->status = record.status;
	f->lost = record.status == RUN_RUNNING && hold != RUN_HELD;
	good = read_numbers(database, &record, f, error);
	run_record_free(&record);
	return good;
}

static bool add(struct database *database, sqlite3_stmt *row, struct following *now,
                struct error *error)
{
	struct followed *f;

	now->run = memory_resize(now->run, now->runs + 1, sizeof *now->run);
	f = &now->run[now->runs++];
	*f = (struct followed){ .run = sqlite3_column_int64(row, 0),
		                .seed = sqlite3_column_int64(row, 1),
		                .experiment =
		                        memory_text((const char *)sqlite3_column_text(row, 2)),
		                .contestant =
		                        memory_text((const char *)sqlite3_column_text(row, 3)) };
	if (!read_state(database, f, error))
		return false;
	now->running += f->status == RUN_RUNNING && !f->lost;
	return true;
}

static char *list_of(const struct following *f)
{
	json_t *list = json_array();
	char *text;

	for (size_t i = 0; i < f->runs; i++)
		json_array_append_new(list, json_integer(f->run[i].run));
	text = json_dumps(list, 0);
	json_decref(list);
	return text;
}

bool follow(struct database *database, const char *experiment, struct following *following,
            struct error *error)
{
	char *seen = list_of(following);
	sqlite3_stmt *row = statement_new(database->handle, database->path, error, list_sql, "tt",
	                                  experiment, seen);
	struct following now = { 0 };
	bool good = row != NULL;
	int code = SQLITE_DONE;

	while (good && (code = sqlite3_step(row)) == SQLITE_ROW)
		good = add(database, row, &now, error);
	if (good && code != SQLITE_DONE)
		good = statement_error(database->handle, database->path, "cannot read the runs",
		                       error);
	sqlite3_finalize(row);
	free(seen);
	if (good) {
		following_free(following);
		*following = now;
	} else {
		following_free(&now);
	}
	return good;
}

void following_free(struct following *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->runs; i++) {
		free(f->run[i].experiment);
		free(f->run[i].contestant);
	}
	free(f->run);
	*f = (struct following){ 0 };
}
