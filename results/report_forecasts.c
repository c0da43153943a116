/* report_forecasts.c - number series, what followed, and what contestants foresaw, as plots. */
#include "results/report_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 4, PAST = 24 }; /* of a test set; steps */

bool report_has_forecasts(const struct report *r)
{
	return r->kind == KIND_NUMBERS;
}

/* Rows (test set, sentence, source, reference, run, hypothesis), as report_pictures.c has them. */
static bool find_forecasts(struct report *r, struct table *table)
{
	char *runs = report_first_runs(r), *sql;
	bool good;

	if (asprintf(&sql,
	             "SELECT test_set, sentence, source, reference, run, hypothesis FROM hypotheses"
	             " WHERE run IN (%s) AND sentence < %d ORDER BY test_set, sentence, run",
	             runs, SHOWN) < 0)
		memory_die(0);
	good = report_query(r, sql, table);
	free(sql);
	free(runs);
	return good;
}

/* What a line is drawn from, and where its points go as data. */
struct line {
	struct plot_series *series;
	struct table *data;
	const struct cell *row;
	const char *name;
};

static void add_point(const struct line *line, long step, double value)
{
	struct cell *cell;

	plot_point(line->series, (double)step, value, (double)NAN, (double)NAN);
	cell = table_add_row(line->data);
	cell_text(&cell[0], report_cell_text(&line->row[0]),
	          strlen(report_cell_text(&line->row[0])));
	cell_integer(&cell[1], line->row[1].integer + 1);
	cell_text(&cell[2], line->name, strlen(line->name));
	cell_integer(&cell[3], step);
	cell_real(&cell[4], value);
}

/* The next number of a text; false at its end, or where it is none. */
static bool next_number(const char **at, double *x)
{
	char *end;

	*x = strtod(*at, &end);
	if (end == *at || !isfinite(*x))
		return false;
	*at = end;
	return true;
}

/* Numbers as steps from `step` on. */
static void add_numbers(const struct line *line, const char *text, long step)
{
	double x;

	for (; next_number(&text, &x); step++)
		if (step > -PAST)
			add_point(line, step, x);
}

/* How many, and the last of them; 0 of none. */
static long count_numbers(const char *text, double *last)
{
	long n = 0;

	for (*last = 0; next_number(&text, last); n++)
		;
	return n;
}

static struct plot *begin_plot(struct document_figure *figure, const struct cell *row)
{
	struct plot *plot = figure_plot(&figure->variants[0]);
	struct line line = { .data = &figure->data, .row = row, .name = "the series" };
	char *title;
	double last;

	if (asprintf(&title, "%s, series %ld", report_cell_text(&row[0]), row[1].integer + 1) < 0)
		memory_die(0);
	plot_begin(plot, title, "step; 0 is the last that contestants saw");
	free(title);
	line.series = plot_add(plot, line.name, PLOT_BACKGROUND, true);
	add_numbers(&line, report_cell_text(&row[2]),
	            1 - count_numbers(report_cell_text(&row[2]), &last));
	add_numbers(&line, report_cell_text(&row[3]), 1);
	return plot;
}

/* A contestant's forecast, joined to the last value before it. */
static void add_forecast(struct report *r, struct plot *plot, struct document_figure *figure,
                         const struct cell *row)
{
	const struct report_setup *setup = &r->setups[report_setup_of(r, row[4].integer)];
	struct line line = { .data = &figure->data, .row = row, .name = setup->label };
	double last;

	line.series = plot_add(plot, setup->label, setup->look, true);
	count_numbers(report_cell_text(&row[2]), &last);
	plot_point(line.series, 0, last, (double)NAN, (double)NAN);
	add_numbers(&line, report_cell_text(&row[5]), 1);
}

static struct document_figure *begin_figure(struct report *r, const char *test_set, int number)
{
	static const char *const columns[] = { "test set", "series", "who", "step", "value" };
	struct document_figure *figure;
	char *name, *caption;

	if (asprintf(&name, "forecasts-%d", number) < 0 ||
	    asprintf(&caption,
	             "The first of %s: the series and what followed in grey, and what the first "
	             "run of "
	             "each contestant foresaw.",
	             test_set) < 0)
		memory_die(0);
	figure = document_figure(r->document, name, caption);
	free(name);
	free(caption);
	figure_variant(figure, "");
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		table_add_column(&figure->data, columns[i], i == 4 ? 4 : -1, false);
	return figure;
}

static void add_figures(struct report *r, const struct table *list)
{
	struct document_figure *figure = NULL;
	struct plot *plot = NULL;
	int figures = 0;

	for (size_t i = 0; i < list->row_count; i++) {
		const struct cell *row = table_cell(list, i, 0),
				  *last = i ? row - list->column_count : NULL;

		if (!last || strcmp(report_cell_text(&row[0]), report_cell_text(&last[0])) != 0) {
			figure = begin_figure(r, report_cell_text(&row[0]), ++figures);
			last = NULL;
		}
		if (!last || row[1].integer != last[1].integer)
			plot = begin_plot(figure, row);
		add_forecast(r, plot, figure, row);
	}
}

bool report_forecasts(struct report *r)
{
	struct table list = { 0 };
	const bool good = find_forecasts(r, &list);

	if (good && list.row_count) {
		document_heading(r->document, 2, "Forecasts");
		if (report_has_lengths(r))
			report_lengths(r);
		add_figures(r, &list);
	}
	table_free(&list);
	return good;
}
