/* report_pictures.c - pictures that contestants drew of captions, or captions of pictures, beside
 * what was asked for. */
#include "results/report_parts.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 6, CONTESTANTS = 6 }; /* of a test set; columns of pictures beside the reference */

void report_picture_free(struct report_picture *picture)
{
	free(picture->png);
	free(picture->says);
	memset(picture, 0, sizeof *picture);
}

/* The first pictures or captions of every test set, of the first run of each contestant that plots
 * show: rows (test set, sentence, source, reference, run, hypothesis). */
static bool find_pictures(struct report *r, struct table *table)
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

/* Adds the picture, and what is told of it, to a cell; whether the text is one. */
static bool add_picture(struct report *r, struct prose *cell, const char *text, const char *caption)
{
	struct report_picture picture = { 0 };
	const bool is = r->guide->picture(r->guide->context, text, caption, &picture);

	if (is)
		prose_add_image(cell, picture.png, picture.bytes, picture.says);
	report_picture_free(&picture);
	return is;
}

static bool shows(struct report *r, const char *text, const char *caption)
{
	struct report_picture picture = { 0 };
	const bool right =
		r->guide->picture(r->guide->context, text, caption, &picture) && picture.right;

	report_picture_free(&picture);
	return right;
}

static long count_words(const char *text)
{
	long words = 0;

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		text += strcspn(text, " ");
		words++;
	}
	return words;
}

/* What a contestant made, and whether it is right, as it is scored. */
static void add_answer(struct report *r, struct prose *cell, bool draws, const struct cell *row)
{
	const char *source = report_cell_text(&row[2]), *hypothesis = report_cell_text(&row[5]);
	const bool right =
		draws ? shows(r, hypothesis, source)
		      : r->guide->agree(r->guide->context, hypothesis, report_cell_text(&row[3]));

	if (!draws)
		prose_add(cell, right ? SPAN_PLAIN : SPAN_WRONG, "%s", hypothesis);
	else if (add_picture(r, cell, hypothesis, source))
		prose_add(cell, right ? SPAN_PLAIN : SPAN_WRONG, right ? "right" : "wrong");
	else
		prose_add(cell, SPAN_WRONG, "no picture: %ld tokens", count_words(hypothesis));
}

static struct document_table *begin_table(struct report *r, const char *test_set, bool draws)
{
	struct document_table *table = document_table(r->document, test_set);
	size_t shown = 0;

	document_column(table, draws ? "caption" : "picture", false);
	document_column(table, draws ? "a picture of it" : "a caption of it", false);
	for (size_t s = 0; s < r->setup_count && shown < CONTESTANTS; s++)
		if (r->setups[s].look != PLOT_BACKGROUND && r->setups[s].done) {
			document_column(table, r->setups[s].label, false);
			shown++;
		}
	return table;
}

/* The column of a run's contestant; 0: it has none. */
static size_t column_of(const struct report *r, const struct document_table *table, long run)
{
	const size_t setup = report_setup_of(r, run);

	for (size_t c = 2; c < table->column_count; c++)
		if (!strcmp(table->columns[c].name, r->setups[setup].label))
			return c;
	return 0;
}

static void add_question(struct report *r, struct prose *cells, bool draws, const struct cell *row)
{
	const char *source = report_cell_text(&row[2]), *reference = report_cell_text(&row[3]);

	if (draws) {
		report_string(&cells[0], source);
		add_picture(r, &cells[1], reference, source);
	} else {
		add_picture(r, &cells[0], source, reference);
		report_string(&cells[1], reference);
	}
}

static void add_tables(struct report *r, const struct table *list, bool draws)
{
	struct document_table *table = NULL;
	struct prose *cells = NULL;

	for (size_t i = 0; i < list->row_count; i++) {
		const struct cell *row = table_cell(list, i, 0),
				  *last = i ? row - list->column_count : NULL;
		size_t column;

		if (!last || strcmp(report_cell_text(&row[0]), report_cell_text(&last[0])) != 0) {
			table = begin_table(r, report_cell_text(&row[0]), draws);
			last = NULL;
		}
		if (!last || row[1].integer != last[1].integer) {
			cells = document_row(table);
			add_question(r, cells, draws, row);
		}
		column = column_of(r, table, row[4].integer);
		if (column)
			add_answer(r, &cells[column], draws, row);
	}
}

/* Accuracies of one test set, a column each. */
static void add_accuracies(struct report *r, const char *test_set)
{
	static const char *const metric[] = { "shape_accuracy",    "colour_accuracy",
		                              "size_accuracy",     "place_accuracy",
		                              "relation_accuracy", "picture_accuracy" };
	static const char *const heading[] = { "shape", "colour",   "size",
		                               "place", "relation", "all right" };
	enum { METRICS = sizeof metric / sizeof *metric };
	const struct report_score *score[METRICS] = { NULL };
	struct document_table *table = document_table(r->document, test_set);

	document_column(table, "contestant", false);
	for (size_t m = 0; m < METRICS; m++) {
		document_column(table, heading[m], true);
		for (size_t i = 1; i < r->score_count; i++)
			if (!strcmp(r->scores[i].test_set, test_set) &&
			    !strcmp(r->scores[i].metric, metric[m]))
				score[m] = &r->scores[i];
	}
	for (size_t s = 0; s < report_shown(r); s++) {
		struct prose *cells = document_row(table);

		report_string(&cells[0], r->setups[s].label);
		for (size_t m = 0; m < METRICS; m++)
			if (score[m])
				report_number(&cells[m + 1],
				              report_is_best(r, score[m], s) ? SPAN_STRONG
				                                             : SPAN_PLAIN,
				              score[m]->mean[s], score[m]->deviation[s], 1);
	}
}

static void add_all_accuracies(struct report *r)
{
	for (size_t i = 1; i < r->score_count; i++)
		if (known_metric_ranks(r->scores[i].metric) == KIND_PICTURES)
			add_accuracies(r, r->scores[i].test_set);
}

bool report_has_pictures(const struct report *r)
{
	return r->kind == KIND_PICTURES && r->guide->picture;
}

bool report_pictures(struct report *r)
{
	struct table list = { 0 };
	struct prose *text;
	const bool good = find_pictures(r, &list);

	if (good && list.row_count) {
		const struct cell *row = table_cell(&list, 0, 0);
		struct report_picture first = { 0 };
		const bool draws = r->guide->picture(r->guide->context, report_cell_text(&row[3]),
		                                     report_cell_text(&row[2]), &first);

		report_picture_free(&first);
		document_heading(r->document, 2, "Pictures");
		text = document_paragraph(r->document);
		prose_add(
			text, SPAN_PLAIN,
			"What %s, in %%: shapes, colours and sizes of the objects that are asked "
			"for, places of single ones, relations of pairs; all right: of %s in which "
			"nothing is wrong, missing or too much.",
			draws ? "is drawn right, as read from the pixels" : "is said right",
			draws ? "pictures" : "captions");
		add_all_accuracies(r);
		text = document_paragraph(r->document);
		prose_add(text, SPAN_PLAIN,
		          "The first of each test set, by the first run of each contestant. ");
		prose_add(text, SPAN_WRONG, draws ? "Wrong" : "Underlined");
		prose_add(text, SPAN_PLAIN,
		          draws ? ": not what the caption says; the picture's own words are under "
		                  "the "
		                  "pointer."
		                : ": not what the caption of it says.");
		add_tables(r, &list, draws);
	}
	table_free(&list);
	return good;
}
