/* halving.c - variants of a contestant are trained from rung to rung, and fewer of them each time.
 */
#include "experiments/halving.h"
#include "core/error.h"
#include "experiments/together.h"
#include "experiments/tune.h"
#include "results/rung.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 2048 };

/* What all the steps of halving_run share. */
struct halver {
	struct experiment *experiment;
	const struct trial *common;
	const struct run_options *options;
	dataset_report *report;
	run_watch *watch;
	void *context;
	struct run_result *result;
	struct error *error;
	double *loss; /* [contestants] at the rung at hand */
};

static bool are_variants(const struct contestant *a, const struct contestant *b)
{
	const size_t length = contestant_base(a);

	return length == contestant_base(b) && !strncmp(a->name, b->name, length);
}

/* Whether it is the first of its variants. */
static bool is_first(const struct experiment *e, int c)
{
	for (int i = 0; i < c; i++)
		if (are_variants(&e->contestant[i], &e->contestant[c]))
			return false;
	return true;
}

static int count_variants(const struct experiment *e, int c)
{
	int n = 0;

	for (int i = 0; i < e->contestants; i++)
		n += are_variants(&e->contestant[i], &e->contestant[c]);
	return n;
}

/* Of n variants, those that go on. */
static int after_rung(const struct halving *h, int n)
{
	const long kept = (n + h->factor - 1) / h->factor;

	return (int)(n <= h->keep ? n : kept > h->keep ? kept : h->keep);
}

int halving_rungs(const struct experiment *e)
{
	const struct halving *h = &e->halving;
	int most = 0;

	if (h->epochs + h->updates + h->tokens == 0)
		return 0;
	for (int c = 0; c < e->contestants; c++) {
		int rungs = 0;

		for (int n = count_variants(e, c); n > h->keep; n = after_rung(h, n))
			rungs++;
		most = rungs > most ? rungs : most;
	}
	return most;
}

int halving_rungs_of(const struct experiment *e, const char *only)
{
	return only && run_trials(e, only) == e->seeds ? 0 : halving_rungs(e);
}

struct trial_pause halving_pause(const struct experiment *e, int rung)
{
	const struct halving *h = &e->halving;
	const double times = pow((double)h->factor, rung);

	return (struct trial_pause){ (double)h->epochs * times, (double)h->updates * times,
		                     (double)h->tokens * times, rung + 1, halving_rungs(e) };
}

int halving_trials(const struct experiment *e, const char *only, int rung)
{
	int trials = 0;

	for (int c = 0; c < e->contestants; c++) {
		int n = is_first(e, c) && contestant_is(&e->contestant[c], only)
		                ? count_variants(e, c)
		                : 0;

		for (int r = 0; r < rung; r++)
			n = after_rung(&e->halving, n);
		trials += n;
	}
	return trials * e->seeds;
}

static bool read_rung(struct database *database, const struct trial *trial, struct rung *rung,
                      struct error *error)
{
	const struct trial_pause *p = &trial->pause;
	const char *unit = p->epochs > 0 ? "epoch" : p->updates > 0 ? "updates" : "target_tokens";
	struct run_record run;
	char key[17];
	bool found, good;

	*rung = (struct rung){ false, (double)NAN };
	free(trial_identify(trial, key));
	if (!database_run_find(database, trial->experiment_id, key, &run, &found, error))
		return false;
	good = !found ||
	       rung_read(database, run.id, unit, p->epochs + p->updates + p->tokens, rung, error);
	run_record_free(&run);
	return good;
}

/* The trials of a rung; the caller frees the list. */
static struct trial *list_trials(struct halver *h, int rung, int *trials)
{
	const struct experiment *e = h->experiment;
	const char *only = h->options->only;
	struct trial *list = memory_new((size_t)e->contestants * (size_t)e->seeds, sizeof *list);
	int number = tune_trials(e, only);

	*trials = 0;
	for (int seed = 0; seed < e->seeds; seed++)
		for (int c = 0; c < e->contestants; c++) {
			struct trial *t = &list[*trials];

			number += contestant_is(&e->contestant[c], only);
			if (e->contestant[c].left_out)
				continue;
			*t = *h->common;
			t->contestant = &e->contestant[c];
			t->seed = e->seed[seed];
			t->number = number;
			t->retry = h->options->retry;
			t->pause = halving_pause(e, rung);
			++*trials;
		}
	return list;
}

/* Drops the trials of the list that have come to the rung. */
static bool drop_reached(struct halver *h, struct database *database, struct trial *list,
                         int *trials)
{
	int kept = 0;

	for (int i = 0; i < *trials; i++) {
		struct rung rung;

		if (!read_rung(database, &list[i], &rung, h->error))
			return false;
		if (!rung.reached)
			list[kept++] = list[i];
	}
	*trials = kept;
	return true;
}

/* loss[contestants]: the mean over the seeds, infinite where one did not come to the rung. */
static bool read_losses(struct halver *h, struct database *database, int rung)
{
	const struct experiment *e = h->experiment;
	struct trial *trial;
	int trials;
	bool good = true;

	trial = list_trials(h, rung, &trials);
	for (int c = 0; c < e->contestants; c++)
		h->loss[c] = 0;
	for (int i = 0; good && i < trials; i++) {
		struct rung at;
		double *loss = &h->loss[trial[i].contestant - e->contestant];

		good = read_rung(database, &trial[i], &at, h->error);
		*loss += at.reached && isfinite(at.best) ? at.best / e->seeds : (double)INFINITY;
	}
	free(trial);
	return good;
}

/* Those of c's variants that are still there and better than it, the earlier of two alike. */
static int count_better(const struct halver *h, int c)
{
	const struct contestant *all = h->experiment->contestant;
	int better = 0;

	for (int i = 0; i < h->experiment->contestants; i++)
		if (i != c && !all[i].left_out && are_variants(&all[i], &all[c]))
			better += h->loss[i] < h->loss[c] || (h->loss[i] == h->loss[c] && i < c);
	return better;
}

static int count_left(const struct halver *h, int c)
{
	const struct contestant *all = h->experiment->contestant;
	int left = 0;

	for (int i = 0; i < h->experiment->contestants; i++)
		left += !all[i].left_out && are_variants(&all[i], &all[c]);
	return left;
}

/* "halving, rung 1 of 2: lstm: 3 of 9 variants go on: width=64 (2.31), ..." */
static void tell(const struct halver *h, int c, int rung, const bool *goes)
{
	const struct experiment *e = h->experiment;
	const int left = count_left(h, c), go_on = after_rung(&e->halving, left);
	char line[LINE_SIZE];
	size_t used;

	if (left == go_on)
		return;
	snprintf(line, sizeof line,
	         "halving, rung %d of %d: %.*s: %d of %d variants go on:", rung + 1,
	         halving_rungs(e), (int)contestant_base(&e->contestant[c]), e->contestant[c].name,
	         go_on, left);
	for (int i = 0; i < e->contestants; i++) {
		used = strlen(line);
		if (goes[i] && are_variants(&e->contestant[i], &e->contestant[c]))
			snprintf(line + used, sizeof line - used, " %s (%.4f)",
			         e->contestant[i].variant, h->loss[i]);
	}
	h->report(h->context, line);
}

/* The row of each run of a contestant that does not go on says so. */
static bool note_left_out(struct halver *h, struct database *database, int c, int rung)
{
	const struct experiment *e = h->experiment;
	bool good = true;

	for (int seed = 0; good && seed < e->seeds; seed++) {
		struct trial trial = *h->common;
		struct run_record run;
		char key[17], reason[128];
		bool found;

		trial.contestant = &e->contestant[c];
		trial.seed = e->seed[seed];
		free(trial_identify(&trial, key));
		snprintf(reason, sizeof reason,
		         "halving: left out after rung %d of %d, where other variants were better",
		         rung + 1, halving_rungs(e));
		good = database_run_find(database, trial.experiment_id, key, &run, &found,
		                         h->error);
		if (good && found && run.status == RUN_INTERRUPTED)
			good = database_run_finish(database, run.id, RUN_INTERRUPTED, reason,
			                           &run.totals, h->error);
		if (good)
			run_record_free(&run);
	}
	return good;
}

static bool choose(struct halver *h, struct database *database, int rung)
{
	struct experiment *e = h->experiment;
	bool *goes = memory_new((size_t)e->contestants, sizeof *goes);
	bool good = read_losses(h, database, rung);

	for (int c = 0; good && c < e->contestants; c++)
		goes[c] = !e->contestant[c].left_out &&
		          count_better(h, c) < after_rung(&e->halving, count_left(h, c));
	for (int c = 0; good && c < e->contestants; c++)
		if (is_first(e, c))
			tell(h, c, rung, goes);
	for (int c = 0; good && c < e->contestants; c++)
		if (!goes[c] && !e->contestant[c].left_out)
			good = note_left_out(h, database, c, rung);
	for (int c = 0; good && c < e->contestants; c++)
		e->contestant[c].left_out |= !goes[c];
	free(goes);
	return good;
}

/* Opens the database for a step of the parent's own; while children run it is closed. */
static bool with_database(struct halver *h, struct trial *list, int *trials, int rung)
{
	struct database database = { 0 };
	const bool good =
		database_open(&database, h->options->database, DATABASE_WRITE, h->error) &&
		(list ? drop_reached(h, &database, list, trials) : choose(h, &database, rung));

	database_close(&database);
	return good;
}

static bool climb(struct halver *h, int rung)
{
	const int failed = h->result->failed;
	struct trial *list;
	int trials;
	bool good;

	list = list_trials(h, rung, &trials);
	good = with_database(h, list, &trials, rung);
	if (good && trials)
		good = together_run(
			&(struct jobs){ list, trials, h->options, h->watch, h->context, h->result },
			h->error);
	h->result->trials += h->result->failed - failed;
	free(list);
	return good && (h->result->interrupted || with_database(h, NULL, NULL, rung));
}

static bool fits(const struct run_options *options, struct error *error)
{
	if (options->ranks)
		return error_set(error, "halving: trains each trial in one process; start it "
		                        "without mpirun");
	return !options->first ||
	       error_set(error, "halving: compares all trials of a rung, so that a part of them "
	                        "(--trials, `bakeoff submit`) cannot run alone");
}

bool halving_run(struct experiment *e, const struct trial *common,
                 const struct run_options *options, dataset_report *report, run_watch *watch,
                 void *context, struct run_result *result, struct error *error)
{
	struct halver h = { e, common, options, report, watch, context, result, error, NULL };
	const int rungs = halving_rungs_of(e, options->only);
	bool good = !rungs || fits(options, error);

	for (int c = 0; rungs && c < e->contestants; c++)
		e->contestant[c].left_out |= !contestant_is(&e->contestant[c], options->only);
	h.loss = memory_new((size_t)e->contestants, sizeof *h.loss);
	for (int rung = 0; good && rung < rungs && !result->interrupted; rung++)
		good = climb(&h, rung);
	free(h.loss);
	return good;
}
