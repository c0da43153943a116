/* report_pictures.c - pictures that contestants drew of captions, or captions of pictures, beside
 * what was asked for. */
#include "results/best_of.h"
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

/* Of a row of find_pictures. */
enum { TEST_SET, SENTENCE, SOURCE, REFERENCE, RUN, HYPOTHESIS, SUFFIX };

/* The first pictures or captions of every test set, of the first run of each contestant that plots
 * show; the best of several follow the one of the search, and their suffix is ", best of 8". */
static bool find_pictures(struct report *r, struct table *table)
{
	char *runs = report_first_runs(r), *sql;
	bool good;

	if (asprintf(
		    &sql,
		    "SELECT substr(test_set, 1, cut), sentence, source, reference, run, hypothesis,"
		    "  substr(test_set, cut + 1) FROM (SELECT *, CASE WHEN best"
		    "   THEN instr(test_set, ', best of ') - 1 ELSE length(test_set) END AS cut"
		    "  FROM (SELECT *, " IS_BEST_OF(
			    "test_set") " AS best FROM hypotheses"
					"   WHERE run IN (%s) AND sentence < %d))"
					" ORDER BY 1, sentence, run, length(test_set), test_set",
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
	const char *source = report_cell_text(&row[SOURCE]),
		   *hypothesis = report_cell_text(&row[HYPOTHESIS]);
	const bool right = draws ? shows(r, hypothesis, source)
	                         : r->guide->agree(r->guide->context, hypothesis,
	                                           report_cell_text(&row[REFERENCE]));

	if (!draws)
		prose_add(cell, right ? SPAN_PLAIN : SPAN_WRONG, "%s", hypothesis);
	else if (add_picture(r, cell, hypothesis, source))
		prose_add(cell, right ? SPAN_PLAIN : SPAN_WRONG, right ? "right" : "wrong");
	else
		prose_add(cell, SPAN_WRONG, "no picture: %ld tokens", count_words(hypothesis));
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
	return !strcmp(report_cell_text(a), report_cell_text(b));
}

/* The heading of a row's picture: "lstm", "lstm, best of 8"; the caller frees it. */
static char *heading_of(const struct report *r, const struct cell *row)
{
	const struct report_setup *setup = &r->setups[report_setup_of(r, row[RUN].integer)];
	char *heading;

	if (asprintf(&heading, "%s%s", setup->label, report_cell_text(&row[SUFFIX])) < 0)
		memory_die(0);
	return heading;
}

/* The column of a row's picture; 0: it has none. */
static size_t column_of(const struct report *r, const struct document_table *table,
                        const struct cell *row)
{
	char *heading = heading_of(r, row);
	size_t column = 0;

	for (size_t c = 2; c < table->column_count && !column; c++)
		if (!strcmp(table->columns[c].name, heading))
			column = c;
	free(heading);
	return column;
}

/* A column for each of what a contestant made of this test set, whose rows begin at `first`. */
static void add_columns(struct report *r, struct document_table *table, const struct table *list,
                        size_t first, size_t setup)
{
	for (size_t i = first; i < list->row_count; i++) {
		const struct cell *row = table_cell(list, i, 0);

		if (!same_cell(&row[TEST_SET], table_cell(list, first, TEST_SET)))
			break;
		if (report_setup_of(r, row[RUN].integer) == setup && !column_of(r, table, row)) {
			char *heading = heading_of(r, row);

			document_column(table, heading, false);
			free(heading);
		}
	}
}

static struct document_table *begin_table(struct report *r, const struct table *list, size_t first,
                                          bool draws)
{
	struct document_table *table =
		document_table(r->document, report_cell_text(table_cell(list, first, TEST_SET)));
	size_t shown = 0;

	document_column(table, draws ? "caption" : "picture", false);
	document_column(table, draws ? "a picture of it" : "a caption of it", false);
	for (size_t s = 0; s < r->setup_count && shown < CONTESTANTS; s++)
		if (r->setups[s].look != PLOT_BACKGROUND && r->setups[s].done) {
			add_columns(r, table, list, first, s);
			shown++;
		}
	return table;
}

static void add_question(struct report *r, struct prose *cells, bool draws, const struct cell *row)
{
	const char *source = report_cell_text(&row[SOURCE]);
	const char *reference = report_cell_text(&row[REFERENCE]);

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

		if (!last || !same_cell(&row[TEST_SET], &last[TEST_SET])) {
			table = begin_table(r, list, i, draws);
			last = NULL;
		}
		if (!last || row[SENTENCE].integer != last[SENTENCE].integer) {
			cells = document_row(table);
			add_question(r, cells, draws, row);
		}
		column = column_of(r, table, row);
		if (column)
			add_answer(r, &cells[column], draws, row);
	}
}

static const struct {
	const char *metric, *heading;
} accuracies[] = { { "shape_accuracy", "shape" },       { "colour_accuracy", "colour" },
	           { "size_accuracy", "size" },         { "place_accuracy", "place" },
	           { "relation_accuracy", "relation" }, { "picture_accuracy", "all right" } };

enum { ACCURACIES = sizeof accuracies / sizeof *accuracies };

/* The accuracies of a contestant on a test set, or of the best of several samples on it; no row
 * where it has none of them. */
static void add_accuracies(struct report *r, struct document_table *table, const char *test_set,
                           size_t setup)
{
	const char *suffix = best_of_suffix(test_set);
	struct prose *cells = NULL;

	for (size_t i = 1; i < r->score_count; i++)
		for (size_t m = 0; m < ACCURACIES; m++) {
			const struct report_score *s = &r->scores[i];

			if (strcmp(s->test_set, test_set) != 0 ||
			    strcmp(s->metric, accuracies[m].metric) != 0 || isnan(s->mean[setup]))
				continue;
			if (!cells) {
				cells = document_row(table);
				prose_add(&cells[0], SPAN_PLAIN, "%s%s", r->setups[setup].label,
				          suffix ? suffix : "");
			}
			report_number(&cells[m + 1],
			              report_is_best(r, s, setup) ? SPAN_STRONG : SPAN_PLAIN,
			              s->mean[setup], s->deviation[setup], 1);
		}
}

/* Whether a test set is `tested`, or has the best of several samples on it. */
static bool is_of(const char *test_set, const char *tested)
{
	const char *suffix = best_of_suffix(test_set);
	const size_t length = suffix ? (size_t)(suffix - test_set) : strlen(test_set);

	return strlen(tested) == length && !strncmp(test_set, tested, length);
}

/* A table for a test set that contestants were tested by: each, and below it its best of several.
 */
static void add_table_of(struct report *r, const char *tested)
{
	struct document_table *table = document_table(r->document, tested);

	document_column(table, "contestant", false);
	for (size_t m = 0; m < ACCURACIES; m++)
		document_column(table, accuracies[m].heading, true);
	for (size_t s = 0; s < report_shown(r); s++)
		for (size_t i = 1; i < r->score_count; i++)
			if (known_metric_ranks(r->scores[i].metric) == KIND_PICTURES &&
			    is_of(r->scores[i].test_set, tested))
				add_accuracies(r, table, r->scores[i].test_set, s);
}

static void add_all_accuracies(struct report *r)
{
	for (size_t i = 1; i < r->score_count; i++)
		if (known_metric_ranks(r->scores[i].metric) == KIND_PICTURES &&
		    !best_of_suffix(r->scores[i].test_set))
			add_table_of(r, r->scores[i].test_set);
}

/* Says what "best of 8" means, where any is. */
static void explain_best(const struct report *r, struct prose *text)
{
	for (size_t i = 1; i < r->score_count; i++)
		if (best_of_suffix(r->scores[i].test_set)) {
			prose_add(text, SPAN_PLAIN,
			          " Best of several: of so many samples the one of which a model "
			          "that describes pictures finds the caption most probable.");
			return;
		}
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
		const bool draws =
			r->guide->picture(r->guide->context, report_cell_text(&row[REFERENCE]),
		                          report_cell_text(&row[SOURCE]), &first);

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
		explain_best(r, text);
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
