/* curves_read.c - curves of an experiment's runs, and what each point had cost. */
#include "results/curves.h"

#include "results/statement.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static const char *const cost_words[COSTS] = { "updates", "tokens", "seconds", "multiply-adds" };

bool curve_cost_find(const char *word, enum curve_cost *cost, struct error *error)
{
	for (int i = 0; i < COSTS; i++)
		if (!strcmp(word, cost_words[i])) {
			*cost = (enum curve_cost)i;
			return true;
		}
	return error_set(error, "no cost %s; there are " CURVE_COSTS, word);
}

/* The points of one metric of one run that are numbers. */
struct series {
	double *step, *value;
	size_t count;
};

static bool read_series(const struct database *d, long run, const char *metric,
                        struct series *series, struct error *error)
{
	sqlite3_stmt *statement = statement_new(d->handle, d->path, error,
	                                        "SELECT step, value FROM points WHERE run = ?1"
	                                        " AND metric = (SELECT id FROM metrics"
	                                        " WHERE name = ?2) AND value IS NOT NULL"
	                                        " ORDER BY step",
	                                        "it", run, metric);
	size_t room = 0;
	int code;

	*series = (struct series){ 0 };
	if (!statement)
		return false;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		if (series->count == room) {
			room = 2 * room + 64;
			series->step = memory_resize(series->step, room, sizeof *series->step);
			series->value = memory_resize(series->value, room, sizeof *series->value);
		}
		series->step[series->count] = sqlite3_column_double(statement, 0);
		series->value[series->count++] = sqlite3_column_double(statement, 1);
	}
	if (code != SQLITE_DONE)
		statement_error(d->handle, d->path, "cannot read curves", error);
	sqlite3_finalize(statement);
	return code == SQLITE_DONE;
}

static void series_free(struct series *series)
{
	free(series->step);
	free(series->value);
}

/* A cost, 0 before the first update, at a step; *at is where the last call ended. Behind the last
 * report it goes on as it was on the whole. */
static double interpolate(const struct series *cost, double step, size_t *at)
{
	double before_step = 0, before = 0, length;

	if (!cost->count)
		return (double)NAN;
	while (*at < cost->count && cost->step[*at] < step)
		++*at;
	if (*at == cost->count)
		return cost->value[*at - 1] * step / cost->step[*at - 1];
	if (*at) {
		before_step = cost->step[*at - 1];
		before = cost->value[*at - 1];
	}
	length = cost->step[*at] - before_step;
	return length > 0 ? before + (cost->value[*at] - before) * (step - before_step) / length
	                  : cost->value[*at];
}

/* Takes the points of `value` over. */
static void fill_curve(struct curve *curve, const struct series *value, const struct series *tokens,
                       const struct series *seconds, double multiply_adds)
{
	size_t at[2] = { 0, 0 };

	curve->value = value->value;
	curve->cost[COST_UPDATES] = value->step;
	curve->count = value->count;
	for (int i = COST_TOKENS; i < COSTS; i++)
		curve->cost[i] = memory_new(value->count, sizeof *curve->cost[i]);
	for (size_t k = 0; k < value->count; k++) {
		double trained = interpolate(tokens, value->step[k], &at[0]);

		curve->cost[COST_TOKENS][k] = trained;
		curve->cost[COST_SECONDS][k] = interpolate(seconds, value->step[k], &at[1]);
		curve->cost[COST_MULTIPLY_ADDS][k] = 3 * multiply_adds * trained;
	}
}

static bool read_curve(const struct database *d, struct curve *curve, const char *metric,
                       double multiply_adds, struct error *error)
{
	struct series value = { 0 }, tokens = { 0 }, seconds = { 0 };
	bool good = read_series(d, curve->run, metric, &value, error) &&
	            read_series(d, curve->run, "target_tokens", &tokens, error) &&
	            read_series(d, curve->run, "seconds", &seconds, error);

	if (good)
		fill_curve(curve, &value, &tokens, &seconds, multiply_adds);
	else
		series_free(&value);
	series_free(&tokens);
	series_free(&seconds);
	return good;
}

static bool read_runs(struct curves *curves, const struct database *d, const char *experiment,
                      const char *metric, struct error *error)
{
	sqlite3_stmt *statement =
		statement_new(d->handle, d->path, error,
	                      "SELECT u.run, r.seed, u.label, r.status = 'done', r.multiply_adds "
	                      "FROM run_setups u"
	                      " JOIN runs r ON r.id = u.run WHERE u.experiment = ?1"
	                      " AND r.status IN ('done', 'failed') ORDER BY u.setup, r.seed, u.run",
	                      "t", experiment);
	bool good = statement != NULL;
	int code = SQLITE_DONE;

	while (good && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct curve *curve;
		bool known = sqlite3_column_type(statement, 4) != SQLITE_NULL;

		curves->curve =
			memory_resize(curves->curve, curves->count + 1, sizeof *curves->curve);
		curve = &curves->curve[curves->count++];
		*curve = (struct curve){
			.run = sqlite3_column_int64(statement, 0),
			.seed = sqlite3_column_int64(statement, 1),
			.label = memory_text(statement_text(statement, 2)),
			.done = sqlite3_column_int(statement, 3),
		};
		good = read_curve(d, curve, metric,
		                  known ? sqlite3_column_double(statement, 4) : (double)NAN, error);
	}
	if (good && code != SQLITE_DONE)
		good = statement_error(d->handle, d->path, "cannot read runs", error);
	sqlite3_finalize(statement);
	return good;
}

/* Which way the metric is better. */
static bool read_sign(const struct database *d, const char *metric, int *sign, struct error *error)
{
	bool found;
	long number;

	if (!statement_integer(d->handle, d->path, error, &number, &found,
	                       "SELECT CASE direction WHEN 'lower' THEN 1 WHEN 'higher' THEN -1"
	                       " ELSE 0 END FROM metrics WHERE name = ?1",
	                       "t", metric))
		return false;
	if (!found)
		return error_set(error,
		                 "no metric %s; `bakeoff query metrics` lists those there are",
		                 metric);
	*sign = (int)number;
	return *sign != 0 ||
	       error_set(error, "%s is neither better high nor low; it is not learnt", metric);
}

bool curves_read(struct curves *curves, struct database *database, const char *experiment,
                 const char *metric, struct error *error)
{
	long id;

	*curves = (struct curves){ 0 };
	return database_experiment_find(database, experiment, &id, error) &&
	       read_sign(database, metric, &curves->sign, error) &&
	       read_runs(curves, database, experiment, metric, error);
}

void curves_free(struct curves *curves)
{
	for (size_t i = 0; i < curves->count; i++) {
		free(curves->curve[i].label);
		free(curves->curve[i].value);
		for (int k = 0; k < COSTS; k++)
			free(curves->curve[i].cost[k]);
	}
	free(curves->curve);
	*curves = (struct curves){ 0 };
}

bool curve_reaches(const struct curve *curve, int sign, double target, double cost[COSTS])
{
	size_t i = 0;
	double part = 1;

	while (i < curve->count && sign * curve->value[i] > sign * target)
		i++;
	if (i == curve->count)
		return false;
	if (i)
		part = (target - curve->value[i - 1]) / (curve->value[i] - curve->value[i - 1]);
	for (int k = 0; k < COSTS; k++) {
		double before = i ? curve->cost[k][i - 1] : 0;

		cost[k] = before + part * (curve->cost[k][i] - before);
	}
	return true;
}
