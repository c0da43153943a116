/* report_summary.c - who leads, and the table: a row a contestant, a column a test set and metric.
 */
#include "results/report_parts.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

char *report_score_name(const struct report_score *s)
{
	char *name;

	if (asprintf(&name, "%s %s", s->test_set ? s->test_set : "valid", s->metric) < 0)
		panic("no memory for a name");
	return name;
}

static void name_seeds(struct text *text, size_t count)
{
	text_add(text, SPAN_PLAIN, count == 1 ? " (one run)" : " (%zu runs)", count);
}

/* How far behind the leader the others are, the nearest first; of many only the nearest. */
static void say_distances(struct report *r, const struct report_score *s, size_t best,
                          struct text *text)
{
	bool *said = memory_new(r->setup_count, sizeof *said);
	size_t shown = 0;

	said[best] = true;
	while (shown < 3) {
		size_t next = SIZE_MAX;

		for (size_t i = 0; i < r->setup_count; i++)
			if (!said[i] && !isnan(s->mean[i]) &&
			    (next == SIZE_MAX || s->sign * s->mean[i] < s->sign * s->mean[next]))
				next = i;
		if (next == SIZE_MAX)
			break;
		said[next] = true;
		text_add(text, SPAN_PLAIN, shown++ ? "; " : ": ");
		if (s->mean[next] == s->mean[best])
			text_add(text, SPAN_PLAIN, "level with ");
		else
			text_add(text, SPAN_PLAIN, "%.2f better than ",
			         fabs(s->mean[best] - s->mean[next]));
		text_add(text, SPAN_STRONG, "%s", r->setups[next].label);
	}
	free(said);
}

static void say_leader(struct report *r, const struct report_score *s)
{
	const size_t best = report_best(r, s);
	struct text *text;
	char *name;

	if (best == SIZE_MAX)
		return;
	text = document_paragraph(r->document);
	name = report_score_name(s);
	text_add(text, SPAN_PLAIN, "By %s, ", name);
	text_add(text, SPAN_STRONG, "%s", r->setups[best].label);
	text_add(text, SPAN_PLAIN, r->setup_count > 1 ? " leads with " : " has ");
	report_number(text, SPAN_PLAIN, s->mean[best], s->deviation[best], 2);
	name_seeds(text, s->count[best]);
	if (r->setup_count > 1)
		say_distances(r, s, best, text);
	text_add(text, SPAN_PLAIN, ".");
	free(name);
}

static void say_leaders(struct report *r)
{
	bool said = false;

	for (size_t i = 1; i < r->score_count; i++)
		if (!strcmp(r->scores[i].metric, r->scores[r->headline].metric)) {
			say_leader(r, &r->scores[i]);
			said = true;
		}
	if (said)
		return;
	if (report_best(r, &r->scores[0]) == SIZE_MAX)
		text_add(document_paragraph(r->document), SPAN_PLAIN,
		         "No run is done yet, so there is nothing to compare.");
	else
		say_leader(r, &r->scores[0]);
}

static bool is_best(const struct report *r, const struct report_score *s, size_t setup)
{
	const size_t best = report_best(r, s);
	size_t known = 0;

	for (size_t i = 0; i < r->setup_count; i++)
		known += !isnan(s->mean[i]);
	return known > 1 && best != SIZE_MAX && s->mean[setup] == s->mean[best];
}

static void add_rows(struct report *r, struct document_table *table)
{
	for (size_t i = 0; i < r->setup_count; i++) {
		const struct report_setup *setup = &r->setups[i];
		struct text *row = document_row(table);

		report_string(&row[0], setup->label);
		if (setup->parameters > 0)
			report_quantity(&row[1], setup->parameters);
		if (setup->done == setup->runs)
			text_add(&row[2], SPAN_PLAIN, "%zu", setup->done);
		else
			text_add(&row[2], SPAN_PLAIN, "%zu of %zu", setup->done, setup->runs);
		for (size_t k = 0; k < r->score_count; k++) {
			const struct report_score *s = &r->scores[k];

			report_number(&row[3 + k], is_best(r, s, i) ? SPAN_STRONG : SPAN_PLAIN,
			              s->mean[i], s->deviation[i], 2);
		}
	}
}

bool report_summary(struct report *r)
{
	struct document_table *table;

	document_heading(r->document, 2, "Result");
	say_leaders(r);
	table = document_table(r->document,
	                       "Scores: mean ± sample deviation over the runs that are "
	                       "done, one run a seed; the best in bold.");
	document_column(table, "contestant", false);
	document_column(table, "parameters", true);
	document_column(table, "runs done", true);
	for (size_t i = 0; i < r->score_count; i++) {
		char *name = report_score_name(&r->scores[i]), *heading;

		if (asprintf(&heading, "%s %s", name, r->scores[i].sign < 0 ? "↑" : "↓") < 0)
			panic("no memory for a name");
		document_column(table, heading, true);
		free(heading);
		free(name);
	}
	add_rows(r, table);
	text_add(&table->note, SPAN_PLAIN, "↑ higher is better, ↓ lower is better.");
	return true;
}
