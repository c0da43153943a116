/* report_front.c - which contestants are worth their cost: quality against each cost, with the
 * Pareto front. */
#include "results/report_parts.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE_RANGE = 5 }; /* the ratio of costs from which on their axis is logarithmic */

/* What the quality may be held against; each is a cost, so less is better. */
static double cost_of(const struct report *r, const struct report_measures *m, size_t setup,
                      int which)
{
	switch (which) {
	case 0:
		return report_training_adds(r, setup);
	case 1:
		return report_training_seconds(r, setup);
	case 2:
		return r->setups[setup].parameters;
	default:
		return 1000 / m->of[DECODE_SPEED][setup];
	}
}

/* Whether no other setup is as good at no higher cost, and better in one of both. */
static bool on_front(const struct report *r, const struct report_score *s, const double *cost,
                     size_t setup)
{
	const double quality = s->sign * s->mean[setup];

	for (size_t i = 0; i < r->setup_count; i++) {
		const double other = s->sign * s->mean[i];

		if (cost[i] <= cost[setup] && other <= quality &&
		    (cost[i] < cost[setup] || other < quality))
			return false;
	}
	return !isnan(quality) && isfinite(cost[setup]);
}

/* The front as a line, by rising cost. */
static void draw_front(const struct report *r, const struct report_score *s, const double *cost,
                       struct plot *plot)
{
	struct plot_series *line = plot_add(plot, "Pareto front", PLOT_BACKGROUND, true);
	double last = -INFINITY;

	for (;;) {
		size_t next = SIZE_MAX;

		for (size_t i = 0; i < r->setup_count; i++)
			if (on_front(r, s, cost, i) && cost[i] > last &&
			    (next == SIZE_MAX || cost[i] < cost[next]))
				next = i;
		if (next == SIZE_MAX)
			return;
		plot_point(line, cost[next], s->mean[next], (double)NAN, (double)NAN);
		last = cost[next];
	}
}

static void draw_quality(const struct report *r, const struct report_score *s, const double *cost,
                         struct plot *plot)
{
	draw_front(r, s, cost, plot);
	for (size_t i = 0; i < r->setup_count; i++) {
		const struct report_setup *setup = &r->setups[i];
		struct plot_series *point;

		if (isnan(s->mean[i]) || !isfinite(cost[i]))
			continue;
		point = plot_add(plot, setup->label, setup->look, false);
		plot_point(point, cost[i], s->mean[i], s->mean[i] - s->deviation[i],
		           s->mean[i] + s->deviation[i]);
	}
}

static void add_front_data(const struct report *r, const struct report_score *s,
                           const struct report_measures *m, struct table *data)
{
	static const char *const names[] = { "contestant",
		                             "score",
		                             "mean",
		                             "deviation",
		                             "training_multiply_adds",
		                             "training_seconds",
		                             "parameters",
		                             "decoding_ms_a_sentence" };
	char *name = report_score_name(s);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		table_add_column(data, names[i], -1, false);
	for (size_t i = 0; i < r->setup_count; i++) {
		struct cell *row = table_add_row(data);

		cell_text(&row[0], r->setups[i].label, strlen(r->setups[i].label));
		cell_text(&row[1], name, strlen(name));
		cell_real(&row[2], s->mean[i]);
		cell_real(&row[3], s->deviation[i]);
		for (int which = 0; which < 4; which++)
			cell_real(&row[4 + which], cost_of(r, m, i, which));
	}
	free(name);
}

void report_front(struct report *r, const struct report_measures *m)
{
	static const char *const labels[] = { "multiply-adds of training", "seconds of training",
		                              "parameters", "milliseconds to decode a sentence" };
	static const char *const choices[] = { "multiply-adds", "training time", "parameters",
		                               "decoding time" };
	const struct report_score *s = &r->scores[r->headline];
	struct document_figure *figure = document_figure(
		r->document, "front",
		"Which contestants are worth their cost? Bars reach one deviation up and down; the "
		"grey line joins those that no other beats in quality at the same cost or less.");
	double *cost = memory_new(r->setup_count + 1, sizeof *cost);
	char *name = report_score_name(s);

	figure->choice = memory_text("cost");
	for (int which = 0; which < 4; which++) {
		struct plot *plot;
		double least = INFINITY, most = 0;

		for (size_t i = 0; i < r->setup_count; i++) {
			cost[i] = cost_of(r, m, i, which);
			if (!isfinite(cost[i]) || isnan(s->mean[i]))
				continue;
			least = fmin(least, cost[i]);
			most = fmax(most, cost[i]);
		}
		if (!(most > 0))
			continue;
		plot = figure_plot(figure_variant(figure, choices[which]));
		plot_begin(plot, name, labels[which]);
		plot->x_log = most > WIDE_RANGE * least;
		draw_quality(r, s, cost, plot);
	}
	add_front_data(r, s, m, &figure->data);
	free(name);
	free(cost);
}
