/* report_sentences.c - what contestants made of single sentences: where they disagree most, and how
 * language models go on with a text. */
#include "results/report_parts.h"

#include "results/words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { EXAMPLES = 4 };

/* Words that the hypothesis has and the reference lacks are marked, and words of the reference that
 * are missing stand where they would be. */
static void add_marked(struct prose *text, const char *hypothesis, const char *reference)
{
	struct word_difference *d = words_difference(hypothesis, reference);

	for (size_t i = 0; i < d->count; i++) {
		const struct word *w = &d->words[i];

		prose_add(text, SPAN_PLAIN, i ? " " : "");
		prose_add(text,
		          w->side == WORD_BOTH    ? SPAN_PLAIN
		          : w->side == WORD_FIRST ? SPAN_WRONG
		                                  : SPAN_MISSED,
		          "%.*s", (int)w->length, w->text);
	}
	words_difference_free(d);
}

char *report_first_runs(const struct report *r)
{
	char *list = memory_new(24 * r->setup_count + 8, 1), *end = list;

	for (size_t s = 0; s < r->setup_count; s++)
		for (size_t i = 0; i < r->run_count; i++)
			if (r->runs[i].setup == s && r->runs[i].done &&
			    r->setups[s].look != PLOT_BACKGROUND) {
				end += sprintf(end, "%s%ld", end == list ? "" : ",", r->runs[i].id);
				break;
			}
	return list;
}

/* Texts that a language model went on with: all of the first places, not those where contestants
 * differ. */
static bool is_text(const struct report *r)
{
	return r->kind == KIND_TEXTS;
}

static bool find_texts(struct report *r, struct table *table)
{
	char *runs = report_first_runs(r), *sql;
	bool good;

	if (asprintf(&sql,
	             "SELECT run, test_set, sentence, source, reference, hypothesis FROM hypotheses"
	             " WHERE run IN (%s) AND sentence < %d ORDER BY test_set, sentence, run",
	             runs, EXAMPLES) < 0)
		memory_die(0);
	good = report_query(r, sql, table);
	free(sql);
	free(runs);
	return good;
}

static bool find_examples(struct report *r, struct table *table)
{
	char *runs = report_first_runs(r), *sql;
	bool good;

	if (asprintf(&sql,
	             "WITH rated AS (SELECT run, test_set, sentence, source, reference, hypothesis,"
	             "  word_overlap(hypothesis, reference) AS overlap FROM hypotheses"
	             "  WHERE run IN (%s)), spread AS (SELECT test_set, sentence,"
	             "  max(overlap) - min(overlap) AS difference FROM rated"
	             "  GROUP BY test_set, sentence HAVING difference > 0"
	             "  ORDER BY difference DESC, test_set, sentence LIMIT %d)"
	             " SELECT run, test_set, sentence, source, reference, hypothesis FROM spread"
	             " JOIN rated USING (test_set, sentence)"
	             " ORDER BY difference DESC, test_set, sentence, overlap DESC, run",
	             runs, EXAMPLES) < 0)
		memory_die(0);
	good = report_query(r, sql, table);
	free(sql);
	free(runs);
	return good;
}

static bool same_sentence(const struct cell *a, const struct cell *b)
{
	return a[2].integer == b[2].integer &&
	       !strcmp(report_cell_text(&a[1]), report_cell_text(&b[1]));
}

/* A text of several lines as one, as verses are quoted. */
static void add_lines(struct prose *prose, const char *text)
{
	for (const char *end; (end = strchr(text, '\n')); text = end + 1)
		prose_add(prose, SPAN_PLAIN, "%.*s / ", (int)(end - text), text);
	prose_add(prose, SPAN_PLAIN, "%s", text);
}

static struct document_table *begin_example(struct report *r, const struct cell *row)
{
	struct document_table *table;
	struct prose *cells;
	char *caption;

	if (asprintf(&caption, "%s, %s %ld", report_cell_text(&row[1]),
	             is_text(r) ? "place" : "sentence", row[2].integer + 1) < 0)
		memory_die(0);
	table = document_table(r->document, caption);
	free(caption);
	document_column(table, "contestant", false);
	document_column(table, "text", false);
	cells = document_row(table);
	report_string(&cells[0], is_text(r) ? "the text before" : "source");
	report_string(&cells[1], report_cell_text(&row[3]));
	cells = document_row(table);
	report_string(&cells[0], is_text(r) ? "goes on" : "reference");
	add_lines(&cells[1], report_cell_text(&row[4]));
	return table;
}

static void introduce_texts(struct report *r)
{
	document_heading(r->document, 3, "How contestants go on");
	prose_add(document_paragraph(r->document), SPAN_PLAIN,
	          "Places of the test sets: what is before, how the text goes on, and what each "
	          "contestant writes instead, drawn by chance as its settings of search say "
	          "(temperature, top_k, top_p); of each the first run. A stroke ends a line.");
}

static void introduce_examples(struct report *r)
{
	struct prose *text;

	document_heading(r->document, 3, "Where contestants disagree most");
	text = document_paragraph(r->document);
	prose_add(text, SPAN_PLAIN,
	          "Sentences in which the words that are shared with the reference differ most "
	          "between contestants, the best first; of each the first run. ");
	prose_add(text, SPAN_WRONG, "Underlined");
	prose_add(text, SPAN_PLAIN, ": not in the reference; ");
	prose_add(text, SPAN_MISSED, "struck out");
	prose_add(text, SPAN_PLAIN, ": missing from the translation.");
}

/* `list` as find_texts or find_examples fill it. */
static void add_examples(struct report *r, const struct table *list)
{
	struct document_table *table = NULL;

	if (list->row_count && is_text(r))
		introduce_texts(r);
	else if (list->row_count)
		introduce_examples(r);
	for (size_t i = 0; i < list->row_count; i++) {
		const struct cell *row = table_cell(list, i, 0);
		const size_t setup = report_setup_of(r, row[0].integer);
		struct prose *cells;

		if (!i || !same_sentence(row, table_cell(list, i - 1, 0)))
			table = begin_example(r, row);
		cells = document_row(table);
		report_string(&cells[0], r->setups[setup].label);
		if (is_text(r))
			add_lines(&cells[1], report_cell_text(&row[5]));
		else
			add_marked(&cells[1], report_cell_text(&row[5]), report_cell_text(&row[4]));
	}
}

bool report_sentences(struct report *r)
{
	const struct report_score *headline = &r->scores[r->headline];
	struct table list = { 0 };
	bool lengths, good = true;

	if (!headline->test_set || report_best(r, headline) == SIZE_MAX)
		return true;
	lengths = report_has_lengths(r);
	if (is_text(r))
		good = find_texts(r, &list);
	else if (r->setup_count > 1)
		good = find_examples(r, &list);
	if (good && (lengths || list.row_count))
		document_heading(r->document, 2, "Sentences");
	if (good && lengths)
		report_lengths(r);
	if (good)
		add_examples(r, &list);
	table_free(&list);
	return good;
}
