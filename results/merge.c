/* merge.c - which runs of another database are taken over. */
#include "results/merge.h"

#include "results/manage.h"
#include "results/merge_rows.h"
#include "results/points.h"
#include "results/same.h"
#include "results/statement.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A merge under way. */
struct merge {
	struct database *into, *from;
	const struct merge_handler *handler;
	struct row_copies copies;
	struct error *error;
};

static bool find_experiment(struct merge *m, const char *name, long *id, bool *found)
{
	return statement_integer(m->into->handle, m->into->path, m->error, id, found,
	                         "SELECT id FROM experiments WHERE name = ?1", "t", name);
}

/* The experiment of a source's run, in the target. */
static bool make_experiment(struct merge *m, long there, const char *name, long *id)
{
	sqlite3_stmt *read = statement_new(
		m->from->handle, m->from->path, m->error,
		"SELECT specification, created FROM experiments WHERE id = ?1", "i", there);
	bool good = read && sqlite3_step(read) == SQLITE_ROW, found = false;

	if (read && !good)
		statement_error(m->from->handle, m->from->path, "cannot read an experiment",
		                m->error);
	good = good &&
	       statement_do(m->into->handle, m->into->path, m->error,
	                    "INSERT INTO experiments (name, specification, created)"
	                    " VALUES (?1, ?2, coalesce(?3, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))"
	                    " ON CONFLICT (name) DO UPDATE"
	                    " SET specification = coalesce(specification, excluded.specification)",
	                    "ttt", name, (const char *)sqlite3_column_text(read, 0),
	                    (const char *)sqlite3_column_text(read, 1));
	sqlite3_finalize(read);
	return good && find_experiment(m, name, id, &found);
}

/* Of two runs one of which at least is not done. */
static enum merge_outcome further(const struct run_record *from, const struct run_record *into)
{
	const int done = (from->status == RUN_DONE) - (into->status == RUN_DONE);
	const long updates = from->totals.updates;
	const char *there = from->finished ? from->finished : "";
	const char *here = into->finished ? into->finished : "";
	int later = strcmp(there, here);

	if (done)
		return done > 0 ? MERGE_REPLACED : MERGE_BEHIND;
	if (updates != into->totals.updates)
		return updates > into->totals.updates ? MERGE_REPLACED : MERGE_BEHIND;
	return later > 0 ? MERGE_REPLACED : later < 0 ? MERGE_BEHIND : MERGE_SAME;
}

/* Writes what differs first, if anything does: *conflict says that. */
static bool compare(struct merge *m, long from, long into, char difference[512], bool *conflict)
{
	struct same_part part[SAME_KINDS];

	*conflict = false;
	for (int way = 0; way < 2 && !*conflict; way++) {
		if (!same_runs(way ? m->from : m->into, way ? from : into, way ? m->into : m->from,
		               way ? into : from, part, m->error))
			return false;
		for (int kind = 0; kind < SAME_KINDS && !*conflict; kind++) {
			*conflict = part[kind].differing > 0;
			snprintf(difference, 512, "%s%s", way ? "only there: " : "",
			         part[kind].first);
		}
	}
	return true;
}

static bool decide(struct merge *m, struct merge_run *run, const struct run_record *into,
                   char difference[512])
{
	bool conflict;

	run->outcome = MERGE_ADDED;
	if (!run->id)
		return true;
	if (run->from->status != RUN_DONE || into->status != RUN_DONE) {
		run->outcome = further(run->from, into);
		return true;
	}
	if (!compare(m, run->from->id, run->id, difference, &conflict))
		return false;
	run->outcome = conflict ? MERGE_CONFLICT : MERGE_SAME;
	run->difference = conflict ? difference : NULL;
	return true;
}

static bool write_run(struct merge *m, struct merge_run *run, const char *folder)
{
	struct database *into = m->into;
	long experiment;

	return make_experiment(m, run->from->experiment, run->experiment, &experiment) &&
	       rows_copy_run(&m->copies, into, m->from, run->from->id, experiment, run->from->key,
	                     folder, &run->id, m->error) &&
	       rows_copy_parts(&m->copies, into, m->from, run->from->id, run->id, m->error) &&
	       points_summarise(into, run->id, 0, m->error) &&
	       (run->from->status == RUN_RUNNING || points_medians(into, run->id, m->error));
}

/* Decides about a run, and takes it where it is to be taken. */
static bool take(struct merge *m, struct merge_run *run, const struct run_record *into)
{
	char difference[512], folder[MERGE_FOLDER_SIZE] = "";

	if (!decide(m, run, into, difference))
		return false;
	if (run->outcome <= MERGE_SAME &&
	    !m->handler->take(m->handler->context, run, folder, m->error))
		return false;
	if (run->outcome < MERGE_SAME && !write_run(m, run, folder))
		return false;
	if (m->handler->tell)
		m->handler->tell(m->handler->context, run);
	return true;
}

/* The key becomes part of a folder's name before the target's rules see it. */
static bool is_run(const struct run_record *run)
{
	return run->contestant && run->settings && run->key && strlen(run->key) == 16 &&
	       strspn(run->key, "0123456789abcdef") == 16;
}

static bool merge_run(struct merge *m, long id)
{
	struct run_record from = { 0 }, into = { 0 };
	struct merge_run run = { .from = &from };
	char *name = NULL;
	long experiment;
	bool found = false;
	bool good = database_run_read(m->from, id, &from, m->error) &&
	            database_experiment_name(m->from, from.experiment, &name, m->error);

	if (good && !is_run(&from))
		good = error_set(m->error, "%s: run %ld is no run of bakeoff", m->from->path, id);
	run.experiment = name;
	good = good && find_experiment(m, name, &experiment, &found) &&
	       (!found ||
	        database_run_find(m->into, experiment, from.key, &into, &found, m->error));
	run.id = found ? into.id : 0;
	good = good && take(m, &run, &into);
	run_record_free(&from);
	run_record_free(&into);
	free(name);
	return good;
}

/* The numbers of the source's runs; the list is the caller's. */
static bool list_runs(struct merge *m, long only, long **run, size_t *runs)
{
	sqlite3_stmt *row =
		statement_new(m->from->handle, m->from->path, m->error,
	                      "SELECT id FROM runs WHERE ?1 IN (0, id) ORDER BY id", "i", only);
	int code;

	*run = NULL;
	*runs = 0;
	if (!row)
		return false;
	while ((code = sqlite3_step(row)) == SQLITE_ROW) {
		*run = memory_resize(*run, *runs + 1, sizeof **run);
		(*run)[(*runs)++] = sqlite3_column_int64(row, 0);
	}
	if (code != SQLITE_DONE)
		statement_error(m->from->handle, m->from->path, "cannot read the runs", m->error);
	sqlite3_finalize(row);
	return code == SQLITE_DONE;
}

static bool merge_all(struct merge *m, long only)
{
	long *run = NULL;
	size_t runs = 0;
	bool good = rows_metrics(m->into, m->from, m->error) &&
	            rows_open(&m->copies, m->into, m->from, m->error) &&
	            list_runs(m, only, &run, &runs);

	if (good && only && !runs)
		good = error_set(m->error,
		                 "%s has no run %ld; `bakeoff runs` lists those there are",
		                 m->from->path, only);
	for (size_t i = 0; good && i < runs; i++)
		good = merge_run(m, run[i]);
	free(run);
	rows_close(&m->copies);
	return good;
}

bool database_merge(struct database *into, struct database *from, long only,
                    const struct merge_handler *handler, struct error *error)
{
	struct merge m = { .into = into, .from = from, .handler = handler, .error = error };
	bool good;

	if (!rows_check(from, error) || !statement_do(from->handle, from->path, error, "BEGIN", ""))
		return false;
	good = transaction_begin(into->handle, into->path, error);
	if (good)
		good = transaction_end(into->handle, into->path, merge_all(&m, only), error);
	sqlite3_exec(from->handle, "ROLLBACK", NULL, NULL, NULL);
	return good && points_load_metrics(into, error);
}

bool database_folder_run(struct database *database, const char *folder, long id, long *other,
                         struct error *error)
{
	bool found;

	*other = 0;
	return statement_integer(database->handle, database->path, error, other, &found,
	                         "SELECT id FROM runs WHERE folder = ?1 AND id <> ?2", "ti", folder,
	                         id);
}
