/* contest.c - tests contestants against each other over seeds and sentences. */
#include "results/contest.h"

#include "eval/unicode.h"
#include "results/statement.h"
#include "results/translations.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { MOST_SEEDS = 1000 };

/* A done run of a contestant. */
struct entrant {
	size_t side;
	long run;
};

/* What a contestant's runs made of one test set. */
struct outcome {
	double **values; /* [seeds] of [sentences], each owned */
	double *score;   /* [seeds] */
	size_t seeds, sentences;
	unsigned long references; /* hash of all of them */
	const char *refusal;
};

struct reading {
	struct contest *contest;
	struct database *database;
	const char *experiment, *baseline;
	struct entrant *entrants;
	size_t entrant_count;
};

static bool read_entrants(struct reading *reading, struct error *error)
{
	struct contest *c = reading->contest;
	const struct database *d = reading->database;
	sqlite3_stmt *statement =
		statement_new(d->handle, d->path, error,
	                      "SELECT u.setup, u.label, u.run FROM run_setups u JOIN runs r"
	                      " ON r.id = u.run WHERE u.experiment = ?1 AND r.status = 'done'"
	                      " ORDER BY u.setup, u.run",
	                      "t", reading->experiment);
	int code;

	if (!statement)
		return false;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		long setup = sqlite3_column_int64(statement, 0);

		if (!c->side_count || c->sides[c->side_count - 1].setup != setup) {
			c->sides = memory_resize(c->sides, c->side_count + 1, sizeof *c->sides);
			c->sides[c->side_count++] = (struct contest_side){
				setup, memory_text(statement_text(statement, 1))
			};
		}
		reading->entrants = memory_resize(reading->entrants, reading->entrant_count + 1,
		                                  sizeof *reading->entrants);
		reading->entrants[reading->entrant_count++] =
			(struct entrant){ c->side_count - 1, sqlite3_column_int64(statement, 2) };
	}
	if (code != SQLITE_DONE)
		statement_error(d->handle, d->path, "cannot read runs", error);
	sqlite3_finalize(statement);
	return code == SQLITE_DONE;
}

static bool read_test_sets(struct reading *reading, struct error *error)
{
	struct contest *c = reading->contest;
	const struct database *d = reading->database;
	sqlite3_stmt *statement =
		statement_new(d->handle, d->path, error,
	                      "SELECT DISTINCT test_set FROM run_scores WHERE experiment = ?1"
	                      " AND metric IN (?2, 'BLEU') AND status = 'done' ORDER BY test_set",
	                      "tt", reading->experiment, c->metric->name);
	int code;

	if (!statement)
		return false;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		c->test_sets =
			memory_resize(c->test_sets, c->test_set_count + 1, sizeof *c->test_sets);
		c->test_sets[c->test_set_count++] =
			memory_text(statement_text(statement, 0));
	}
	if (code != SQLITE_DONE)
		statement_error(d->handle, d->path, "cannot read test sets", error);
	sqlite3_finalize(statement);
	return code == SQLITE_DONE;
}

/* The names that --baseline may have, where it has another. */
static bool no_baseline(const struct reading *reading, struct error *error)
{
	const struct contest *c = reading->contest;
	char names[256] = "";

	for (size_t i = 0; i < c->side_count; i++) {
		const size_t used = strlen(names), length = strlen(c->sides[i].label);

		if (used + length + sizeof ", , ..." > sizeof names) {
			snprintf(names + used, sizeof names - used, "%s...", i ? ", " : "");
			break;
		}
		snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
		         c->sides[i].label);
	}
	return error_set(error, "no contestant %s with a run that is done; there are: %s",
	                 reading->baseline, *names ? names : "none");
}

static bool find_baseline(const struct reading *reading, struct error *error)
{
	const struct contest *c = reading->contest;
	bool found = !reading->baseline;

	for (size_t i = 0; i < c->side_count && !found; i++)
		found = !strcmp(c->sides[i].label, reading->baseline);
	return found || no_baseline(reading, error);
}

/* Adds a run to its contestant's outcome; a reason where the run does not fit. */
static const char *add_values(const struct metric *metric, const struct translations *t,
                              struct outcome *outcome)
{
	struct segments hypotheses = { memory_new(2 * t->count, sizeof(struct segment)), t->count,
		                       NULL };
	struct segments references = { hypotheses.segment + t->count, t->count, NULL };
	union metric_settings settings;
	XXH64_hash_t hash = 0;
	const char *refusal = NULL;
	double *rows = NULL, *values;

	for (size_t i = 0; i < t->count; i++) {
		struct segment h = segment_of(t->translation[i].hypothesis);
		struct segment r = segment_of(t->translation[i].reference);

		hypotheses.segment[i] = h;
		references.segment[i] = r;
		hash = XXH64(r.text, r.bytes + 1, hash);
		if (unicode_bad_byte(h.text, h.bytes) || unicode_bad_byte(r.text, r.bytes))
			refusal = "a stored text is not UTF-8";
	}
	if (t->count < CONTEST_FEWEST_SENTENCES)
		refusal = "a test needs 20 sentences or more";
	if (outcome->seeds && (outcome->sentences != t->count || outcome->references != hash))
		refusal = "runs of one contestant were tested on different sentences";
	outcome->sentences = t->count;
	outcome->references = hash;
	if (!refusal) {
		metric->defaults(&settings);
		rows = memory_new(t->count, metric->columns(&settings) * sizeof *rows);
		values = memory_new(t->count, sizeof *values);
		metric_rows(metric, &settings, &hypotheses, &references, 1, rows);
		two_way_values(metric, &settings, rows, t->count, values);
		outcome->values =
			memory_resize(outcome->values, outcome->seeds + 1, sizeof *outcome->values);
		outcome->score =
			memory_resize(outcome->score, outcome->seeds + 1, sizeof *outcome->score);
		outcome->values[outcome->seeds] = values;
		outcome->score[outcome->seeds++] =
			metric_score_of_rows(metric, &settings, rows, t->count);
	}
	free(rows);
	free(hypotheses.segment);
	return refusal;
}

static bool read_outcome(const struct reading *reading, const struct entrant *entrant,
                         const char *test_set, struct outcome *outcome, struct error *error)
{
	struct translations translations;
	const char *refusal;
	long stored;
	bool found;

	if (outcome->refusal)
		return true;
	if (!statement_integer(reading->database->handle, reading->database->path, error, &stored,
	                       &found,
	                       "SELECT count(*) FROM hypotheses WHERE run = ?1 AND test_set = ?2",
	                       "it", entrant->run, test_set))
		return false;
	if (!stored) {
		outcome->refusal = "a run has no hypotheses there";
		return true;
	}
	if (!translations_read(reading->database, entrant->run, test_set, &translations, error))
		return false;
	refusal = add_values(reading->contest->metric, &translations, outcome);
	outcome->refusal = refusal;
	translations_free(&translations);
	return true;
}

static void outcomes_free(struct outcome *outcomes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t r = 0; r < outcomes[i].seeds; r++)
			free(outcomes[i].values[r]);
		free(outcomes[i].values);
		free(outcomes[i].score);
	}
	free(outcomes);
}

static const char *refusal_of(const struct outcome *a, const struct outcome *b)
{
	if (a->refusal || b->refusal)
		return a->refusal ? a->refusal : b->refusal;
	if (a->sentences != b->sentences || a->references != b->references)
		return "they were tested on different sentences";
	return NULL;
}

/* Tests first - second. */
static void test_pair(const struct metric *metric, const struct outcome *outcomes,
                      struct contest_pair *pair)
{
	const struct outcome *o[2] = { &outcomes[pair->first], &outcomes[pair->second] };
	struct two_way_side side[2];

	pair->refusal = refusal_of(o[0], o[1]);
	pair->verdict = CONTEST_UNTESTED;
	pair->p = (double)NAN;
	if (pair->refusal)
		return;
	for (int i = 0; i < 2; i++) {
		side[i] = (struct two_way_side){ (const double *const *)o[i]->values, o[i]->seeds };
		pair->seeds[i] = o[i]->seeds;
	}
	pair->sentences = o[0]->sentences;
	two_way_test(&side[0], &side[1], pair->sentences, CONTEST_CONFIDENCE, &pair->result);
	pair->effect = statistics_hedges(o[0]->score, o[0]->seeds, o[1]->score, o[1]->seeds);
	for (int i = 0; i < 2; i++)
		for (size_t r = 0; r < o[i]->seeds; r++)
			pair->mean[i] += o[i]->score[r] / (double)o[i]->seeds;
	if (pair->result.seeds)
		pair->seeds_needed = statistics_seeds(&pair->result.spread, metric->difference,
		                                      CONTEST_LEVEL, CONTEST_POWER, MOST_SEEDS);
	pair->p = pair->result.test.p;
}

/* Turns the difference round: second - first. */
static void negate(struct contest_pair *pair)
{
	struct t_test *t = &pair->result.test;
	double low = t->low;

	pair->effect = -pair->effect;
	t->difference = 0 - t->difference;
	t->low = 0 - t->high;
	t->high = 0 - low;
}

static void swap_pair(struct contest_pair *pair)
{
	struct contest_pair old = *pair;

	pair->first = old.second;
	pair->second = old.first;
	for (int i = 0; i < 2; i++) {
		pair->mean[i] = old.mean[!i];
		pair->seeds[i] = old.seeds[!i];
		pair->result.spread.runs[i] = old.result.spread.runs[!i];
	}
	negate(pair);
}

static void test_pairs(const struct reading *reading, size_t test_set,
                       const struct outcome *outcomes)
{
	struct contest *c = reading->contest;
	const char *baseline = reading->baseline;

	for (size_t i = 0; i < c->side_count; i++)
		for (size_t j = i + 1; j < c->side_count; j++) {
			struct contest_pair pair = { .test_set = test_set,
				                     .first = i,
				                     .second = j };

			if (baseline && strcmp(c->sides[i].label, baseline) &&
			    strcmp(c->sides[j].label, baseline))
				continue;
			test_pair(c->metric, outcomes, &pair);
			if (c->metric->lower_is_better && !pair.refusal)
				negate(&pair);
			if (pair.result.test.difference < 0)
				swap_pair(&pair);
			c->pairs = memory_resize(c->pairs, c->pair_count + 1, sizeof *c->pairs);
			c->pairs[c->pair_count++] = pair;
		}
}

static bool read_test_set(const struct reading *reading, size_t test_set, struct error *error)
{
	const struct contest *c = reading->contest;
	struct outcome *outcomes = memory_new(c->side_count, sizeof *outcomes);
	bool good = true;

	for (size_t i = 0; i < reading->entrant_count && good; i++)
		good = read_outcome(reading, &reading->entrants[i], c->test_sets[test_set],
		                    &outcomes[reading->entrants[i].side], error);
	if (good)
		test_pairs(reading, test_set, outcomes);
	outcomes_free(outcomes, c->side_count);
	return good;
}

static void judge(struct contest *c)
{
	double *p = memory_new(c->pair_count, sizeof *p);

	for (size_t i = 0; i < c->pair_count; i++)
		p[i] = c->pairs[i].p;
	statistics_holm(p, c->pair_count, p);
	for (size_t i = 0; i < c->pair_count; i++) {
		c->pairs[i].p = p[i];
		if (!c->pairs[i].refusal)
			c->pairs[i].verdict = p[i] < CONTEST_LEVEL ? CONTEST_BETTER : CONTEST_TIE;
	}
	free(p);
}

bool contest_metric(struct database *d, const char *experiment, const struct metric **metric,
                    struct error *error)
{
	sqlite3_stmt *row = statement_new(
		d->handle, d->path, error,
		"SELECT metric FROM run_scores WHERE experiment = ?1 AND status = 'done'"
		" AND ranks(metric) ORDER BY ranks(metric) DESC LIMIT 1",
		"t", experiment);
	int code;

	*metric = NULL;
	if (!row)
		return false;
	code = sqlite3_step(row);
	if (code == SQLITE_ROW)
		*metric = metric_find(statement_text(row, 0));
	else if (code != SQLITE_DONE)
		statement_error(d->handle, d->path, "cannot read scores", error);
	sqlite3_finalize(row);
	return code == SQLITE_ROW || code == SQLITE_DONE;
}

bool contest_read(struct contest *c, struct database *database, const char *experiment,
                  const struct metric *metric, const char *baseline, struct error *error)
{
	struct reading reading = { c, database, experiment, baseline, NULL, 0 };
	long id;
	bool good;

	*c = (struct contest){ .metric = metric };
	good = database_experiment_find(database, experiment, &id, error) &&
	       read_entrants(&reading, error) && find_baseline(&reading, error) &&
	       read_test_sets(&reading, error);
	for (size_t i = 0; i < c->test_set_count && good; i++)
		good = read_test_set(&reading, i, error);
	if (good)
		judge(c);
	free(reading.entrants);
	return good;
}

void contest_free(struct contest *c)
{
	for (size_t i = 0; i < c->side_count; i++)
		free(c->sides[i].label);
	for (size_t i = 0; i < c->test_set_count; i++)
		free(c->test_sets[i]);
	free(c->sides);
	free(c->test_sets);
	free(c->pairs);
	*c = (struct contest){ 0 };
}

const struct contest_pair *contest_find(const struct contest *c, const char *test_set, long setup,
                                        long other)
{
	for (size_t i = 0; i < c->pair_count; i++) {
		const struct contest_pair *pair = &c->pairs[i];
		long first = c->sides[pair->first].setup, second = c->sides[pair->second].setup;

		if (!strcmp(c->test_sets[pair->test_set], test_set) &&
		    ((first == setup && second == other) || (first == other && second == setup)))
			return pair;
	}
	return NULL;
}
