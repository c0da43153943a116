/* report_cost.c - what a contestant costs, as predicted and as measured, and what quality that
 * buys: tables 1 and 2 of Vaswani 2017 from one's own runs. */
#include "results/report_parts.h"

#include "results/queries.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TARGETED = 8 }; /* contestants for which a common target says something */

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Rows of `table` have a run and, in `column`, a value: medians over the done runs of setups. */
static void take_medians(const struct report *r, const struct table *table, size_t column,
                         double *median)
{
	double *values = memory_new(table->row_count + 1, sizeof *values);

	for (size_t i = 0; i < r->setup_count; i++) {
		size_t n = 0;

		for (size_t k = 0; k < table->row_count; k++) {
			const size_t run = report_run_of(r, table_cell(table, k, 0)->integer);
			const double value = report_cell_number(table_cell(table, k, column));

			if (run != SIZE_MAX && r->runs[run].done && r->runs[run].setup == i &&
			    !isnan(value))
				values[n++] = value;
		}
		qsort(values, n, sizeof *values, by_value);
		median[i] = n ? (values[(n - 1) / 2] + values[n / 2]) / 2 : (double)NAN;
	}
	free(values);
}

static const char speed_query[] =
	"SELECT r.id, s.median FROM runs r JOIN summaries s ON s.run = r.id WHERE s.metric ="
	" (SELECT id FROM metrics WHERE name = 'target_tokens_per_second') AND r.experiment ="
	" (SELECT id FROM experiments WHERE name = :experiment)";
static const char decode_query[] =
	"SELECT r.id, median(s.value) FROM runs r JOIN scores s ON s.run = r.id WHERE s.metric ="
	" (SELECT id FROM metrics WHERE name = 'decode_sentences_per_second') AND r.experiment ="
	" (SELECT id FROM experiments WHERE name = :experiment) GROUP BY r.id";
static const char memory_query[] = "SELECT id, nullif(peak_memory, 0) FROM runs WHERE experiment ="
				   " (SELECT id FROM experiments WHERE name = :experiment)";

static bool measure(struct report *r, struct report_measures *m, enum measured what,
                    const char *sql)
{
	struct table table = { 0 };
	const bool good = report_query(r, sql, &table);

	if (good)
		take_medians(r, &table, 1, m->of[what]);
	table_free(&table);
	return good;
}

static bool measure_target(struct report *r, struct report_measures *m)
{
	struct table table = { 0 };
	const bool good = report_query(r, named_query_find("target")->sql, &table);

	for (size_t c = 0; c < table.column_count && good; c++)
		if (!strcmp(table.columns[c].name, "seconds"))
			take_medians(r, &table, c, m->of[TARGET_SECONDS]);
		else if (!strcmp(table.columns[c].name, "forward_multiply_adds"))
			take_medians(r, &table, c, m->of[TARGET_ADDS]);
		else if (!strcmp(table.columns[c].name, "target") && table.row_count)
			m->target = report_cell_number(table_cell(&table, 0, c));
	table_free(&table);
	return good;
}

static bool measure_all(struct report *r, struct report_measures *m)
{
	m->target = (double)NAN;
	for (int i = 0; i < MEASURED; i++) {
		m->of[i] = memory_new(r->setup_count + 1, sizeof **m->of);
		for (size_t k = 0; k < r->setup_count; k++)
			m->of[i][k] = (double)NAN;
	}
	return measure(r, m, TRAIN_SPEED, speed_query) &&
	       measure(r, m, DECODE_SPEED, decode_query) &&
	       measure(r, m, PEAK_MEMORY, memory_query) &&
	       (r->setup_count < 2 || r->setup_count > TARGETED || measure_target(r, m));
}

/* "1 / 7", and "7" where there is one stack alone. */
static void add_sides(struct prose *text, const bool has[2], const double value[2])
{
	for (int side = 0; side < 2; side++) {
		if (!has[side])
			continue;
		if (side && has[0])
			prose_add(text, SPAN_PLAIN, " / ");
		if (isnan(value[side]))
			prose_add(text, SPAN_PLAIN, "none");
		else
			report_quantity(text, value[side]);
	}
}

/* What the settings alone say. */
static bool add_predicted(const struct report *r, const struct report_setup *setup,
                          struct prose *row)
{
	struct report_prediction p = { 0 };

	if (r->guide->predict && !r->guide->predict(r->guide->context, setup->id, &p, r->error))
		return false;
	if (!*p.complexity)
		return true;
	report_string(&row[1], p.complexity);
	add_sides(&row[2], p.has, p.sequential);
	add_sides(&row[3], p.has, p.path);
	return true;
}

/* Whether any was: a language model's test decodes nothing. */
static bool was_measured(const struct report *r, const struct report_measures *m,
                         enum measured what)
{
	for (size_t i = 0; i < report_shown(r); i++)
		if (!isnan(m->of[what][i]))
			return true;
	return false;
}

static bool add_cost_table(struct report *r, const struct report_measures *m)
{
	static const char *const numbers[] = { "sequential operations",
		                               "longest path",
		                               "multiply-adds a token",
		                               "training, tokens/s",
		                               "training, GFLOP/s",
		                               "peak MB",
		                               "decoding, sentences/s" };
	const bool decoded = was_measured(r, m, DECODE_SPEED);
	struct document_table *table = document_table(
		r->document, "What a contestant costs: predicted from its settings, and measured");

	document_column(table, "contestant", false);
	document_column(table, "complexity of a layer", false);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers - !decoded; i++)
		document_column(table, numbers[i], true);
	for (size_t i = 0; i < report_shown(r); i++) {
		const struct report_setup *setup = &r->setups[i];
		struct prose *row = document_row(table);

		report_string(&row[0], setup->label);
		if (!add_predicted(r, setup, row))
			return false;
		if (setup->multiply_adds > 0)
			report_quantity(&row[4], setup->multiply_adds);
		report_quantity(&row[5], m->of[TRAIN_SPEED][i]);
		if (setup->multiply_adds > 0)
			report_number(&row[6], SPAN_PLAIN,
			              6e-9 * setup->multiply_adds * m->of[TRAIN_SPEED][i],
			              (double)NAN, 1);
		report_quantity(&row[7], m->of[PEAK_MEMORY][i] / 1e6);
		if (decoded)
			report_quantity(&row[8], m->of[DECODE_SPEED][i]);
	}
	prose_add(
		&table->note, SPAN_PLAIN,
		"n: sentence length, d: width, k: kernel, r: window. Sequential operations (matrix "
		"products of which each waits for the one before) and the longest path between two "
		"positions are those of all layers, encoder / decoder or of the one stack that "
		"there is, at n = %d; none: some never meet. Multiply-adds: forward, for each "
		"target token; training counts three times "
		"that, and two FLOP each. Tokens are target tokens without padding; speeds are "
		"medians of training alone%s.",
		REPORT_LENGTH, decoded ? " and of search alone" : "");
	return true;
}

double report_training_adds(const struct report *r, size_t setup)
{
	double tokens = 0, done = 0;

	for (size_t i = 0; i < r->run_count; i++)
		if (r->runs[i].setup == setup && r->runs[i].done) {
			tokens += r->runs[i].target_tokens;
			done++;
		}
	return r->setups[setup].multiply_adds > 0
	               ? 3 * r->setups[setup].multiply_adds * tokens / done
	               : (double)NAN;
}

double report_training_seconds(const struct report *r, size_t setup)
{
	double seconds = 0, done = 0;

	for (size_t i = 0; i < r->run_count; i++)
		if (r->runs[i].setup == setup && r->runs[i].done) {
			seconds += r->runs[i].train_seconds;
			done++;
		}
	return seconds / done;
}

static void add_quality_rows(struct report *r, const struct report_measures *m,
                             struct document_table *table, const struct report_score *s)
{
	for (size_t i = 0; i < report_shown(r); i++) {
		struct prose *row = document_row(table);

		report_string(&row[0], r->setups[i].label);
		report_number(&row[1], report_is_best(r, s, i) ? SPAN_STRONG : SPAN_PLAIN,
		              s->mean[i], s->deviation[i], known_metric_decimals(s->metric));
		report_power(&row[2], report_training_adds(r, i));
		report_duration(&row[3], report_training_seconds(r, i));
		if (table->column_count < 6)
			continue;
		report_power(&row[4], 3 * m->of[TARGET_ADDS][i]);
		report_duration(&row[5], m->of[TARGET_SECONDS][i]);
	}
}

static bool some_diverged(const struct report *r)
{
	for (size_t i = 0; i < r->run_count; i++)
		if (r->scores[0].value[i] > REPORT_DIVERGED)
			return true;
	return false;
}

static void add_quality_table(struct report *r, const struct report_measures *m)
{
	const struct report_score *s = &r->scores[r->headline];
	struct document_table *table = document_table(
		r->document, "Quality against the cost of training, in multiply-adds and in time");
	char *name = report_score_name(s);

	document_column(table, "contestant", false);
	document_column(table, name, true);
	document_column(table, "multiply-adds", true);
	document_column(table, "time", true);
	if (report_shown(r) < r->setup_count)
		prose_add(&table->note, SPAN_PLAIN, "The best %zu; the figure's data has all. ",
		          report_shown(r));
	if (!isnan(m->target)) {
		document_column(table, "multiply-adds to target", true);
		document_column(table, "time to target", true);
		prose_add(&table->note, SPAN_PLAIN,
		          "Target: validation perplexity %.2f, which all done runs reached%s; "
		          "medians.",
		          m->target, some_diverged(r) ? " but those that diverged" : "");
	}
	add_quality_rows(r, m, table, s);
	free(name);
}

bool report_costs(struct report *r)
{
	struct report_measures m;
	const bool known = report_best(r, &r->scores[r->headline]) != SIZE_MAX;
	bool good = measure_all(r, &m);

	if (good && r->run_count) {
		document_heading(r->document, 2, "Cost");
		good = add_cost_table(r, &m);
		if (known)
			add_quality_table(r, &m);
		if (known && r->setup_count > 1)
			report_front(r, &m);
	}
	for (int i = 0; i < MEASURED; i++)
		free(m.of[i]);
	return good;
}
