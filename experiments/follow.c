/* follow.c - how far a run is, from the database alone. */
#include "experiments/follow.h"

#include "experiments/run_files.h"
#include "experiments/spec.h"
#include "results/latest.h"
#include "results/manage.h"
#include "train/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static void fill(struct followed *f, const struct run_record *record, const struct latest *l)
{
	struct progress p = { .update = l->update,
		              .target_tokens = isnan(l->target_tokens) ? 0 : l->target_tokens,
		              .train_seconds = isnan(l->seconds) ? 0 : l->seconds };

	if (!isnan(l->epoch)) {
		p.epoch = (long)l->epoch;
		p.batches = 1000000;
		p.batch = (long)((l->epoch - floor(l->epoch)) * (double)p.batches);
	}
	f->loss = l->loss;
	f->speed = l->speed;
	f->perplexity = l->perplexity;
	f->score = l->score;
	memcpy(f->metric, l->metric, sizeof f->metric);
	f->update = l->update;
	f->share = share_of(record, &p);
	f->seconds_left =
		(p.train_seconds + record->totals.valid_seconds) * (1 - f->share) / f->share;
}

static bool read_numbers(struct database *database, const struct run_record *record,
                         struct followed *f, struct error *error)
{
	struct latest latest;

	if (!latest_read(database, f->run, &latest, error))
		return false;
	fill(f, record, &latest);
	return latest_losses(database, f->run, f->update, FOLLOW_BINS, f->curve, error);
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
	f->seed = record.seed;
	f->contestant = memory_text(record.contestant);
	f->status = record.status;
	f->lost = record.status == RUN_RUNNING && hold != RUN_HELD;
	good = database_experiment_name(database, record.experiment, &f->experiment, error) &&
	       read_numbers(database, &record, f, error);
	run_record_free(&record);
	return good;
}

bool follow(struct database *database, const char *experiment, struct following *following,
            struct error *error)
{
	long *seen = memory_new(following->runs + 1, sizeof *seen), *run;
	struct following now = { 0 };
	bool good;

	for (size_t i = 0; i < following->runs; i++)
		seen[i] = following->run[i].run;
	good = latest_runs(database, experiment, seen, following->runs, &run, &now.runs, error);
	free(seen);
	if (!good)
		return false;
	now.run = memory_new(now.runs + 1, sizeof *now.run);
	for (size_t i = 0; good && i < now.runs; i++) {
		now.run[i].run = run[i];
		good = read_state(database, &now.run[i], error);
		now.running += now.run[i].status == RUN_RUNNING && !now.run[i].lost;
	}
	free(run);
	following_free(good ? following : &now);
	if (good)
		*following = now;
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
