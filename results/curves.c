/* curves.c - tables of how contestants learn. */
#include "results/curves.h"

#include "eval/power_law.h"
#include "eval/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double confidence = 0.95;
static const double warm_up = 0.1; /* of the cost, left out of a fit */

static const char *const column_words[COSTS] = { "updates", "tgt tokens", "train seconds",
	                                         "multiply-adds" };

static const int cost_decimals[COSTS] = { 0, 0, 1, -1 };

static void set_text(struct cell *cell, const char *text)
{
	cell_text(cell, text, strlen(text));
}

/* The curves from `first` on that have one label; returns where the next begin. */
static size_t same_label(const struct curves *curves, size_t first)
{
	size_t end = first;

	while (end < curves->count && !strcmp(curves->curve[end].label, curves->curve[first].label))
		end++;
	return end;
}

/* The points of done runs that a power law is fitted to. */
struct pool {
	double *x, *y;
	size_t *series, count, runs;
	double reach; /* greatest cost */
};

static void pool_runs(struct pool *pool, const struct curve *curve, size_t curves,
                      enum curve_cost cost)
{
	size_t room = 0;

	*pool = (struct pool){ 0 };
	for (size_t i = 0; i < curves; i++) {
		room += curve[i].count;
		for (size_t k = 0; k < curve[i].count && curve[i].done; k++)
			pool->reach = fmax(pool->reach, curve[i].cost[cost][k]);
	}
	pool->x = memory_new(room, sizeof *pool->x);
	pool->y = memory_new(room, sizeof *pool->y);
	pool->series = memory_new(room, sizeof *pool->series);
	for (size_t i = 0; i < curves; i++) {
		pool->runs += curve[i].done;
		for (size_t k = 0; k < curve[i].count && curve[i].done; k++) {
			if (!(curve[i].cost[cost][k] >= warm_up * pool->reach))
				continue;
			pool->x[pool->count] = curve[i].cost[cost][k];
			pool->y[pool->count] = curve[i].value[k];
			pool->series[pool->count++] = i;
		}
	}
}

static void pool_free(struct pool *pool)
{
	free(pool->x);
	free(pool->y);
	free(pool->series);
}

/* A curve whose best is long before its end gets worse: no power law goes on from there. */
static bool still_learning(const struct pool *pool, int sign, struct error *error)
{
	size_t best = 0;

	for (size_t i = 1; i < pool->count; i++)
		if (sign * pool->y[i] < sign * pool->y[best])
			best = i;
	return !pool->count || pool->x[best] >= pool->reach * 2 / 3 ||
	       error_set(error, "the best was at %.3g of %.3g, then it got worse", pool->x[best],
	                 pool->reach);
}

/* No metric that is better low goes below 0. */
static bool stays_above_zero(const struct power_law *law, int sign, struct error *error)
{
	return sign < 0 || law->a + 2 * law->a_error >= 0 ||
	       error_set(error, "its limit would be below 0, %.2g ± %.2g: this is no power law",
	                 law->a, law->a_error);
}

enum {
	LAW_LABEL,
	LAW_RUNS,
	LAW_POINTS,
	LAW_A,
	LAW_A_ERROR,
	LAW_B,
	LAW_C,
	LAW_C_ERROR,
	LAW_REACH,
	LAW_THERE,
	LAW_FAR, /* value, low and high at twice and at four times the reach */
	LAW_REFUSAL = LAW_FAR + 6,
	LAW_TARGET, /* only where there is a target */
};

static void law_columns(struct table *table, const struct curves_options *options)
{
	static const char *const names[] = { "contestant", "seeds", "points", "a",
		                             "a error",    "b",     "c",      "c error" };
	static const char *const values[] = { "there", "at 2x",  "2x low", "2x high",
		                              "at 4x", "4x low", "4x high" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		table_add_column(table, names[i], i == LAW_B ? -1 : i >= LAW_A ? 3 : -1, false);
	table_add_column(table, column_words[options->x], cost_decimals[options->x], false);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		table_add_column(table, values[i], 3, false);
	table_add_column(table, "no fit because", -1, false);
	if (!isnan(options->target))
		table_add_column(table, "target at", cost_decimals[options->x], false);
}

static void fill_law(struct cell *row, const struct power_law *law, double reach, double target)
{
	cell_real(&row[LAW_A], law->a);
	cell_real(&row[LAW_A_ERROR], law->a_error);
	cell_real(&row[LAW_B], law->b);
	cell_real(&row[LAW_C], law->c);
	cell_real(&row[LAW_C_ERROR], law->c_error);
	for (int i = 0; i < 3; i++) {
		struct cell *far = &row[LAW_FAR + 3 * (i - 1)];
		struct power_law_value at;

		power_law_at(law, reach * (1 << i), confidence, &at);
		cell_real(i ? &far[0] : &row[LAW_THERE], at.value);
		if (i) {
			cell_real(&far[1], at.low);
			cell_real(&far[2], at.high);
		}
	}
	if (!isnan(target))
		cell_real(&row[LAW_TARGET], power_law_reaches(law, target));
}

static void add_law(struct table *table, const struct curves *curves, size_t first, size_t end,
                    const struct curves_options *options)
{
	struct cell *row = table_add_row(table);
	struct pool pool;
	struct power_law law;
	struct error error;

	pool_runs(&pool, &curves->curve[first], end - first, options->x);
	set_text(&row[LAW_LABEL], curves->curve[first].label);
	cell_integer(&row[LAW_RUNS], (long)pool.runs);
	cell_integer(&row[LAW_POINTS], (long)pool.count);
	cell_real(&row[LAW_REACH], pool.count ? pool.reach : (double)NAN);
	if (still_learning(&pool, curves->sign, &error) &&
	    power_law_fit(&law, pool.x, pool.y, pool.series, pool.count, &error) &&
	    stays_above_zero(&law, curves->sign, &error))
		fill_law(row, &law, pool.reach, options->target);
	else
		set_text(&row[LAW_REFUSAL], error.message);
	pool_free(&pool);
}

static void fill_laws(struct table *table, const struct curves *curves,
                      const struct curves_options *options)
{
	law_columns(table, options);
	for (size_t first = 0, end; first < curves->count; first = end) {
		end = same_label(curves, first);
		add_law(table, curves, first, end, options);
	}
}

/* A row a run: contestant, seed, run, whether it reached the target, costs there. */
static void fill_runs(struct table *table, const struct curves *curves, double target)
{
	table_add_column(table, "contestant", -1, false);
	table_add_column(table, "seed", -1, false);
	table_add_column(table, "run", -1, false);
	table_add_column(table, "reached", -1, false);
	for (int k = 0; k < COSTS; k++)
		table_add_column(table, column_words[k], cost_decimals[k], false);
	for (size_t i = 0; i < curves->count; i++) {
		const struct curve *curve = &curves->curve[i];
		struct cell *row = table_add_row(table);
		double cost[COSTS];
		bool reached = curve_reaches(curve, curves->sign, target, cost);

		set_text(&row[0], curve->label);
		cell_integer(&row[1], curve->seed);
		cell_integer(&row[2], curve->run);
		set_text(&row[3], reached ? "yes" : curve->done ? "no" : "no, it failed");
		for (int k = 0; k < COSTS && reached; k++)
			cell_real(&row[4 + k], cost[k]);
	}
}

/* A mean only where all of a contestant's runs have got there: one over the others would be of the
 * lucky ones. */
static void fill_mean(struct cell *row, const struct curves *curves, size_t first, size_t end,
                      double target)
{
	double *costs = memory_new((end - first) * COSTS, sizeof *costs);
	size_t runs = end - first, reached = 0;
	char text[64];

	for (size_t i = first; i < end; i++) {
		double cost[COSTS];

		if (!curve_reaches(&curves->curve[i], curves->sign, target, cost))
			continue;
		for (int k = 0; k < COSTS; k++)
			costs[(size_t)k * runs + reached] = cost[k];
		reached++;
	}
	snprintf(text, sizeof text, "%zu of %zu", reached, runs);
	set_text(&row[0], curves->curve[first].label);
	set_text(&row[1], text);
	for (int k = 0; k < COSTS && reached == runs; k++) {
		struct sample sample;

		statistics_describe(costs + (size_t)k * runs, runs, confidence, &sample);
		if (runs > 1 && !isnan(sample.mean))
			cell_mean(&row[2 + k], sample.mean, sample.deviation);
		else
			cell_real(&row[2 + k], sample.mean);
	}
	free(costs);
}

static void fill_means(struct table *table, const struct curves *curves, double target)
{
	table_add_column(table, "contestant", -1, false);
	table_add_column(table, "reached by", -1, false);
	for (int k = 0; k < COSTS; k++)
		table_add_column(table, column_words[k], cost_decimals[k], true);
	for (size_t first = 0, end; first < curves->count; first = end) {
		end = same_label(curves, first);
		fill_mean(table_add_row(table), curves, first, end, target);
	}
}

static bool print_laws(FILE *out, const struct curves *curves, const struct curves_options *o,
                       struct error *error)
{
	struct table table = { 0 };
	char title[256];
	bool good;

	snprintf(title, sizeof title,
	         "%.60s = a + b x^-c, x in %s; at twice and four times what was trained, with %.0f "
	         "%% bands",
	         o->metric, column_words[o->x], 100 * confidence);
	table_print_title(out, title, o->format);
	fill_laws(&table, curves, o);
	good = table_print(out, &table, o->format, error);
	table_free(&table);
	return good;
}

static bool print_target(FILE *out, const struct curves *curves, const struct curves_options *o,
                         bool means, struct error *error)
{
	struct table table = { 0 };
	char title[256];
	bool good;

	snprintf(title, sizeof title,
	         means ? "Means over seeds, where all got there" : "What it cost to reach %.60s %g",
	         o->metric, o->target);
	table_print_title(out, title, o->format);
	if (means)
		fill_means(&table, curves, o->target);
	else
		fill_runs(&table, curves, o->target);
	good = table_print(out, &table, o->format, error);
	table_free(&table);
	return good;
}

bool curves_print(FILE *out, struct database *database, const char *experiment,
                  const struct curves_options *options, struct error *error)
{
	bool reads = table_for_reading(options->format);
	bool target = !isnan(options->target), good;
	struct curves curves;

	good = curves_read(&curves, database, experiment, options->metric, error);
	if (good && (reads || !target))
		good = print_laws(out, &curves, options, error);
	if (good && target)
		good = print_target(out, &curves, options, false, error);
	if (good && target && reads)
		good = print_target(out, &curves, options, true, error);
	curves_free(&curves);
	return good;
}
