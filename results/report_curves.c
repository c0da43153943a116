/* report_curves.c - loss and validation quality over tokens, updates, multiply-adds and seconds:
 * the mean over seeds in a band from the lowest to the highest. */
#include "results/report_parts.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 120 }; /* of a drawn curve, at most */

/* One metric of one run, by step. */
struct curve {
	double *step, *value;
	size_t count, capacity;
};

/* A metric of all runs. */
struct curves {
	struct curve *of; /* [run_count] */
};

/* What a plot has on its horizontal axis; the training cost of a multiply-add is three: one
 * forward, two backward. */
enum progress { TOKENS, UPDATES, MULTIPLY_ADDS, SECONDS, PROGRESSES };

static const char *const progress_names[] = { "target tokens", "updates", "multiply-adds",
	                                      "seconds" };
static const char *const progress_labels[] = {
	"target tokens trained on, without padding",
	"updates",
	"multiply-adds of training (three times forward)",
	"seconds of training alone",
};

static const struct {
	const char *metric, *title;
	bool logarithmic;
	double most; /* points above it are not drawn: a diverged run would flatten the rest */
} shown[] = {
	{ "train_nll", "training loss, nats a token", false, 20 },
	{ "valid_perplexity", "validation perplexity", true, REPORT_DIVERGED },
	{ "valid_BLEU", "validation BLEU", false, 100 },
	{ "valid_accuracy", "validation accuracy, %", false, 100 },
};

enum { SHOWN = sizeof shown / sizeof *shown };

static void curve_add(struct curve *c, double step, double value)
{
	if (c->count == c->capacity) {
		c->capacity = 2 * c->capacity + 32;
		c->step = memory_resize(c->step, c->capacity, sizeof *c->step);
		c->value = memory_resize(c->value, c->capacity, sizeof *c->value);
	}
	c->step[c->count] = step;
	c->value[c->count++] = value;
}

static void curves_free(const struct report *r, struct curves *curves)
{
	for (size_t i = 0; i < r->run_count && curves->of; i++) {
		free(curves->of[i].step);
		free(curves->of[i].value);
	}
	free(curves->of);
}

static bool load_curves(struct report *r, const char *metric, struct curves *curves)
{
	struct table table = { 0 };
	char sql[512];
	bool good;

	snprintf(sql, sizeof sql,
	         "SELECT p.run, p.step, p.value FROM runs r JOIN points p ON p.run = r.id"
	         " AND p.metric = (SELECT id FROM metrics WHERE name = '%s')"
	         " WHERE r.experiment = (SELECT id FROM experiments WHERE name = :experiment)"
	         "  AND p.value IS NOT NULL ORDER BY p.run, p.step",
	         metric);
	curves->of = memory_new(r->run_count + 1, sizeof *curves->of);
	good = report_query(r, sql, &table);
	for (size_t i = 0, run = 0; i < table.row_count && good; i++) {
		const struct cell *row = table_cell(&table, i, 0);

		if (!i || row[0].integer != table_cell(&table, i - 1, 0)->integer)
			run = report_run_of(r, row[0].integer);
		if (run != SIZE_MAX && r->runs[run].counts)
			curve_add(&curves->of[run], report_cell_number(&row[1]),
			          report_cell_number(&row[2]));
	}
	table_free(&table);
	return good;
}

/* The value at a step, between neighbours linearly, from 0 at step 0; beyond the last as the last
 * pace goes. NAN: nothing is known. */
static double value_at(const struct curve *c, double step)
{
	double step0 = 0, value0 = 0;

	if (!c->count)
		return (double)NAN;
	for (size_t i = 0; i < c->count; i++) {
		if (c->step[i] >= step || i + 1 == c->count) {
			const double width = c->step[i] - step0;

			return width > 0 ? value0 + (c->value[i] - value0) * (step - step0) / width
			                 : c->value[i];
		}
		step0 = c->step[i];
		value0 = c->value[i];
	}
	return (double)NAN;
}

static bool find_value(const struct curve *c, double step, size_t *at, double *value)
{
	while (*at < c->count && c->step[*at] < step)
		(*at)++;
	*value = *at < c->count && c->step[*at] == step ? c->value[*at] : (double)NAN;
	return !isnan(*value);
}

/* A point of the mean curve of a setup. */
struct mean_point {
	double progress[PROGRESSES];
	double mean, least, most;
	size_t seeds;
};

struct mean_curve {
	struct mean_point *points;
	size_t count;
};

static struct mean_point mean_at(const struct report *r, size_t setup, const struct curves *curves,
                                 const struct curves *tokens, const struct curves *seconds,
                                 double step, size_t *at)
{
	struct mean_point p = { .least = INFINITY, .most = -INFINITY };

	for (size_t i = 0; i < r->run_count; i++) {
		double value;

		if (r->runs[i].setup != setup || !find_value(&curves->of[i], step, &at[i], &value))
			continue;
		p.seeds++;
		p.mean += value;
		p.least = fmin(p.least, value);
		p.most = fmax(p.most, value);
		p.progress[TOKENS] += value_at(&tokens->of[i], step);
		p.progress[SECONDS] += value_at(&seconds->of[i], step);
	}
	p.mean /= (double)p.seeds;
	p.progress[TOKENS] /= (double)p.seeds;
	p.progress[SECONDS] /= (double)p.seeds;
	p.progress[UPDATES] = step;
	p.progress[MULTIPLY_ADDS] = 3 * r->setups[setup].multiply_adds * p.progress[TOKENS];
	return p;
}

/* The mean over the runs of a setup at those steps of its longest run that all its runs have. */
static struct mean_curve mean_curve(const struct report *r, size_t setup,
                                    const struct curves *curves, const struct curves *tokens,
                                    const struct curves *seconds)
{
	struct mean_curve mean = { 0 };
	const struct curve *longest = NULL;
	size_t *at = memory_new(r->run_count + 1, sizeof *at), runs = 0;

	for (size_t i = 0; i < r->run_count; i++) {
		if (r->runs[i].setup != setup || !curves->of[i].count)
			continue;
		runs++;
		if (!longest || curves->of[i].count > longest->count)
			longest = &curves->of[i];
	}
	mean.points = memory_new(longest ? longest->count : 1, sizeof *mean.points);
	for (size_t k = 0; longest && k < longest->count; k++) {
		const struct mean_point p =
			mean_at(r, setup, curves, tokens, seconds, longest->step[k], at);

		if (p.seeds == runs)
			mean.points[mean.count++] = p;
	}
	free(at);
	return mean;
}

static void draw(const struct report *r, size_t setup, const struct mean_curve *mean,
                 enum progress progress, double most, struct plot *plot)
{
	const size_t stride = (mean->count + POINTS - 1) / POINTS;
	const bool spread = r->setup_count <= REPORT_BANDS;
	struct plot_series *series =
		plot_add(plot, r->setups[setup].label, r->setups[setup].look, true);

	for (size_t k = 0; k < mean->count; k++) {
		const struct mean_point *p = &mean->points[k];

		if ((mean->count - 1 - k) % stride == 0 && isfinite(p->progress[progress]) &&
		    p->mean <= most)
			plot_point(series, p->progress[progress], p->mean,
			           spread && p->seeds > 1 ? p->least : (double)NAN,
			           spread && p->seeds > 1 ? p->most : (double)NAN);
	}
}

static void add_data(const struct report *r, size_t setup, const char *metric,
                     const struct mean_curve *mean, struct table *data)
{
	const size_t stride = (mean->count + POINTS - 1) / POINTS;

	for (size_t k = 0; k < mean->count; k++) {
		const struct mean_point *p = &mean->points[k];
		struct cell *row;

		if ((mean->count - 1 - k) % stride)
			continue;
		row = table_add_row(data);
		cell_text(&row[0], r->setups[setup].label, strlen(r->setups[setup].label));
		cell_text(&row[1], metric, strlen(metric));
		for (int i = 0; i < PROGRESSES; i++)
			cell_real(&row[2 + i], p->progress[i]);
		cell_real(&row[6], p->mean);
		cell_real(&row[7], p->least);
		cell_real(&row[8], p->most);
		cell_integer(&row[9], (long)p->seeds);
	}
}

static void begin_data(struct table *data)
{
	static const char *const names[] = { "contestant",    "metric",  "target_tokens", "updates",
		                             "multiply_adds", "seconds", "mean",          "least",
		                             "most",          "seeds" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		table_add_column(data, names[i], -1, false);
}

/* Which horizontal axes mean something: multiply-adds where all setups tell theirs. */
static bool has_progress(const struct report *r, enum progress progress)
{
	for (size_t i = 0; i < r->setup_count && progress == MULTIPLY_ADDS; i++)
		if (!(r->setups[i].multiply_adds > 0))
			return false;
	return true;
}

static void draw_metric(struct report *r, struct document_figure *figure, int metric,
                        const struct mean_curve *means)
{
	for (int progress = 0, v = 0; progress < PROGRESSES; progress++) {
		struct plot *plot;

		if (!has_progress(r, (enum progress)progress))
			continue;
		plot = figure_plot(&figure->variants[v++]);
		plot_begin(plot, shown[metric].title, progress_labels[progress]);
		plot->y_log = shown[metric].logarithmic;
		for (size_t i = 0; i < r->setup_count; i++)
			if (means[i].count)
				draw(r, i, &means[i], (enum progress)progress, shown[metric].most,
				     plot);
	}
	for (size_t i = 0; i < r->setup_count; i++)
		add_data(r, i, shown[metric].metric, &means[i], &figure->data);
}

static bool add_metric(struct report *r, struct document_figure *figure, int metric,
                       const struct curves *tokens, const struct curves *seconds)
{
	struct curves curves;
	struct mean_curve *means = memory_new(r->setup_count + 1, sizeof *means);
	const bool good = load_curves(r, shown[metric].metric, &curves);
	size_t points = 0;

	for (size_t i = 0; i < r->setup_count && good; i++) {
		means[i] = mean_curve(r, i, &curves, tokens, seconds);
		points += means[i].count;
	}
	if (points)
		draw_metric(r, figure, metric, means);
	for (size_t i = 0; i < r->setup_count; i++)
		free(means[i].points);
	free(means);
	curves_free(r, &curves);
	return good;
}

static const char caption[] = "How fast does each contestant learn, by four measures of cost? "
			      "Lines are means over seeds, "
			      "bands reach from the lowest to the highest seed. A contestant of "
			      "which no run is done is drawn as "
			      "far as it went.";
static const char caption_without_bands[] =
	"How fast does each contestant learn, by four measures of cost? Lines are means over "
        "seeds. A "
	"contestant of which no run is done is drawn as far as it went.";
static const char caption_of_many[] = "How fast does each contestant learn, by four measures of "
				      "cost? Means over seeds; the six best "
				      "contestants are named, the others grey.";

bool report_curves(struct report *r)
{
	struct curves tokens = { 0 }, seconds = { 0 };
	struct document_figure *figure;
	bool good = load_curves(r, "target_tokens", &tokens) && load_curves(r, "seconds", &seconds);
	bool many = false, any = false;

	for (size_t i = 0; i < r->setup_count; i++)
		many |= r->setups[i].look == PLOT_BACKGROUND;
	for (size_t i = 0; i < r->run_count; i++)
		any |= good && tokens.of[i].count;
	if (good && any) {
		document_heading(r->document, 2, "Learning curves");
		figure = document_figure(r->document, "curves",
		                         many                            ? caption_of_many
		                         : r->setup_count > REPORT_BANDS ? caption_without_bands
		                                                         : caption);
		figure->choice = memory_text("horizontal axis");
		begin_data(&figure->data);
		for (int i = 0; i < PROGRESSES; i++)
			if (has_progress(r, (enum progress)i))
				figure_variant(figure, progress_names[i]);
		for (int i = 0; i < SHOWN && good; i++)
			good = add_metric(r, figure, i, &tokens, &seconds);
	}
	curves_free(r, &tokens);
	curves_free(r, &seconds);
	return good;
}
