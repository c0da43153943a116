/* tune.c - short trials of every contestant with the values of one key, and the choice of one. */
#include "experiments/tune.h"
#include "core/error.h"
#include "experiments/together.h"
#include "results/latest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 512, LINE_SIZE = 2048 };

bool run_wants(const struct experiment *e, const struct run_options *o, const struct contestant *c)
{
	const int first = o->first ? o->first : 1;
	const int last = o->last ? o->last : run_trials(e, o->only);
	long seed;

	for (int i = first; i <= last; i++)
		if (run_trial(e, o->only, i, &seed) == c)
			return true;
	return false;
}

int tune_trials(const struct experiment *e, const char *only)
{
	return run_trials(e, only) / e->seeds * e->tuning.values;
}

/* "lstm learning_rate=0.001", which tries that value for "lstm". */
static void make_contestant(struct contestant *to, const struct experiment *e,
                            const struct contestant *from, int value)
{
	const struct tuning *t = &e->tuning;
	char name[NAME_SIZE], setting[NAME_SIZE];

	snprintf(name, sizeof name, "%s %s=%s", from->name, t->key, t->value[value]);
	snprintf(setting, sizeof setting, "train.%s", t->key);
	*to = (struct contestant){ .name = memory_text(name),
		                   .variant = memory_text(from->variant),
		                   .line = from->line,
		                   .train = tune_settings(e, from, value),
		                   .search = from->search,
		                   .tuned = memory_text(from->name),
		                   .tuned_setting = memory_text(setting) };
	design_copy(&to->design, &from->design);
}

/* The experiment of the trials: contestants are in the order of `e`, values within each. The caller
 * gives it to close_trials. */
static void make_trials(struct experiment *tuning, const struct experiment *e,
                        const struct run_options *options)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof name, "%s/tune", e->name);
	*tuning = *e;
	tuning->name = memory_text(name);
	tuning->seeds = 1;
	tuning->contestants = 0;
	tuning->contestant =
		memory_new((size_t)e->contestants * (size_t)e->tuning.values,
		           sizeof *tuning->contestant);
	for (int c = 0; c < e->contestants; c++)
		for (int v = 0; v < e->tuning.values && run_wants(e, options, &e->contestant[c]);
		     v++)
			make_contestant(&tuning->contestant[tuning->contestants++], e,
			                &e->contestant[c], v);
}

static void close_trials(struct experiment *tuning)
{
	for (int i = 0; i < tuning->contestants; i++)
		contestant_free(&tuning->contestant[i]);
	free(tuning->contestant);
	free(tuning->name);
}

/* What came of the trials of a contestant. */
struct outcome {
	int best; /* value; -1: none */
	double perplexity;
	int done;
	double updates, multiply_adds, seconds;
	char line[LINE_SIZE]; /* "0.001 (12.31), 0.002 (failed)" */
};

static bool read_one(struct database *database, const struct trial *trial, int value,
                     struct outcome *o, struct error *error)
{
	const char *text = trial->experiment->tuning.value[value];
	struct run_record run;
	struct latest latest = { .perplexity = (double)NAN };
	const size_t used = strlen(o->line);
	char key[17];
	bool found;

	free(trial_identify(trial, key));
	if (!database_run_find(database, trial->experiment_id, key, &run, &found, error))
		return false;
	if (found && !latest_read(database, run.id, &latest, error)) {
		run_record_free(&run);
		return false;
	}
	if (found) {
		o->updates += (double)run.totals.updates;
		o->multiply_adds +=
			3 * (double)run.multiply_adds * (double)run.totals.target_tokens;
		o->seconds += run.totals.train_seconds + run.totals.valid_seconds;
	}
	if (found && run.status == RUN_DONE && isfinite(latest.perplexity)) {
		o->done++;
		if (o->best < 0 || latest.perplexity < o->perplexity) {
			o->best = value;
			o->perplexity = latest.perplexity;
		}
		snprintf(o->line + used, sizeof o->line - used, "%s%s (%.2f)", used ? ", " : "",
		         text, latest.perplexity);
	} else {
		snprintf(o->line + used, sizeof o->line - used, "%s%s (failed)", used ? ", " : "",
		         text);
	}
	run_record_free(&run);
	return true;
}

/* "; the largest that was tried is best", where no value beyond it was. */
static const char *edge_of(const struct tuning *t, int best)
{
	const double value = strtod(t->value[best], NULL);
	bool largest = t->values > 1, smallest = t->values > 1;

	for (int i = 0; i < t->values; i++) {
		largest &= strtod(t->value[i], NULL) <= value;
		smallest &= strtod(t->value[i], NULL) >= value;
	}
	return largest == smallest ? ""
	       : largest ? "; the best value is the largest tried: a larger one may be better"
	                 : "; the best value is the smallest tried: a smaller one may be better";
}

static void tell(const struct contestant *c, const struct tuning *t, const struct outcome *o,
                 dataset_report *report, void *context)
{
	char line[LINE_SIZE + 512];

	if (o->best < 0)
		snprintf(line, sizeof line,
		         "tune: %s: no trial came to its end with %s = %s; it is left out", c->name,
		         t->key, o->line);
	else
		snprintf(line, sizeof line,
		         "tune: %s: %s = %s is best of %s (validation perplexity); %d trials took "
		         "%.0f updates, %.2g multiply-adds, %.0f s%s",
		         c->name, t->key, t->value[o->best], o->line, t->values, o->updates,
		         o->multiply_adds, o->seconds, edge_of(t, o->best));
	report(context, line);
}

/* best[contestants]: the value of each, -1 where none is. */
static bool choose_all(const struct experiment *e, const struct trial *trial,
                       const struct run_options *options, dataset_report *report, void *context,
                       int *best, struct error *error)
{
	struct database database = { 0 };
	bool good = database_open(&database, options->database, DATABASE_READ, error);

	for (int c = 0; good && c < e->contestants; c++) {
		struct outcome o = { .best = -1 };

		if (!run_wants(e, options, &e->contestant[c]))
			continue;
		for (int v = 0; good && v < e->tuning.values; v++)
			good = read_one(&database, trial++, v, &o, error);
		if (good)
			tell(&e->contestant[c], &e->tuning, &o, report, context);
		best[c] = o.best;
	}
	database_close(&database);
	return good;
}

static void apply(struct contestant *c, const struct tuning *t, int best)
{
	struct error error;

	c->left_out = best < 0;
	if (!c->left_out && !setting_read(setting_find(train_settings_table, t->key), &c->train,
	                                 t->value[best], &error))
		panic("a value to tune that was read before: %s", error.message);
}

/* Rank 0 chooses, and tells the others. */
static bool agree(struct experiment *e, const struct trial *trial,
                  const struct run_options *options, dataset_report *report, void *context,
                  struct run_result *result, struct error *error)
{
	const size_t size = (size_t)e->contestants;
	int *best = memory_new(size, sizeof *best);
	bool good = true;

	ranks_share(options->ranks, &result->interrupted, sizeof result->interrupted);
	if (!result->interrupted && ranks_number(options->ranks) == 0)
		good = choose_all(e, trial, options, report, context, best, error);
	good = ranks_agree(options->ranks, good, error);
	ranks_share(options->ranks, best, size * sizeof *best);
	for (int c = 0; good && !result->interrupted && c < e->contestants; c++)
		apply(&e->contestant[c], &e->tuning, best[c]);
	free(best);
	return good;
}

static struct trial *list_trials(const struct experiment *tuning, const struct trial *common,
                                 long experiment_id, bool retry)
{
	struct trial *list = memory_new((size_t)tuning->contestants, sizeof *list);

	for (int i = 0; i < tuning->contestants; i++) {
		list[i] = *common;
		list[i].experiment = tuning;
		list[i].experiment_id = experiment_id;
		list[i].contestant = &tuning->contestant[i];
		list[i].seed = tuning->seed[0];
		list[i].number = i + 1;
		list[i].retry = retry;
	}
	return list;
}

static bool open_experiment(const struct experiment *tuning, const char *path, long *id,
                            struct error *error)
{
	struct database database = { 0 };
	const bool good = database_open(&database, path, DATABASE_WRITE, error) &&
	                  database_experiment(&database, tuning->name, NULL, id, error);

	database_close(&database);
	return good;
}

bool tune_run(struct experiment *e, const struct trial *common, const struct run_options *options,
              dataset_report *report, run_watch *watch, void *context, struct run_result *result,
              struct error *error)
{
	struct experiment tuning;
	struct trial *trial;
	bool good;
	long id = 0;

	if (!e->tuning.values)
		return true;
	make_trials(&tuning, e, options);
	good = ranks_agree(options->ranks,
	                   ranks_number(options->ranks) > 0 ||
	                           open_experiment(&tuning, options->database, &id, error),
	                   error);
	if (good) {
		trial = list_trials(&tuning, common, id, options->retry);
		result->trials += tuning.contestants;
		good = together_run(&(struct jobs){ trial, tuning.contestants, options, watch,
		                                    context, result },
		                    error) &&
		       agree(e, trial, options, report, context, result, error);
		free(trial);
	}
	close_trials(&tuning);
	return good;
}
