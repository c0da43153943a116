/* report_summary.c - who leads, and the table: a row a contestant, a column a test set and metric.
 */
#include "results/best_of.h"
#include "results/report_parts.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

char *report_score_name(const struct report_score *s)
{
	const char *set = s->test_set ? s->test_set : "valid", *suffix = best_of_suffix(set);
	char *name;

	if (asprintf(&name, "%.*s %s%s", (int)(suffix ? suffix - set : (long)strlen(set)), set,
	             s->metric, suffix ? suffix : "") < 0)
		memory_die(0);
	for (char *p = name; *p; p++) /* exact_match may break there */
		*p = *p == '_' ? ' ' : *p;
	return name;
}

static void name_seeds(struct prose *text, size_t count)
{
	prose_add(text, SPAN_PLAIN, count == 1 ? " (one run)" : " (%zu runs)", count);
}

/* How far behind the leader the others are, the nearest first; of many only the nearest. */
static void say_distances(struct report *r, const struct report_score *s, size_t best,
                          struct prose *text)
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
		prose_add(text, SPAN_PLAIN, shown++ ? "; " : ": ");
		if (s->mean[next] == s->mean[best])
			prose_add(text, SPAN_PLAIN, "equal to that of ");
		else
			prose_add(text, SPAN_PLAIN, "%.*f better than that of ",
			          known_metric_decimals(s->metric),
			          fabs(s->mean[best] - s->mean[next]));
		prose_add(text, SPAN_STRONG, "%s", r->setups[next].label);
	}
	free(said);
}

/* Whether several have this mean, and nobody another. */
static bool all_are_equal(const struct report *r, const struct report_score *s, size_t best)
{
	size_t with = 0;

	for (size_t i = 0; i < r->setup_count; i++)
		with += s->mean[i] == s->mean[best];
	return with > 1 && !report_is_best(r, s, best);
}

static void say_leader(struct report *r, const struct report_score *s)
{
	const size_t best = report_best(r, s);
	bool equal;
	struct prose *text;
	char *name;

	if (best == SIZE_MAX)
		return;
	text = document_paragraph(r->document);
	name = report_score_name(s);
	equal = all_are_equal(r, s, best);
	prose_add(text, SPAN_PLAIN, "By %s, ", name);
	if (equal)
		prose_add(text, SPAN_PLAIN, "all are equal");
	else
		prose_add(text, SPAN_STRONG, "%s", r->setups[best].label);
	prose_add(text, SPAN_PLAIN,
	          equal                ? ", with the mean "
	          : r->setup_count > 1 ? " has the best mean, "
	                               : " has the mean ");
	report_number(text, SPAN_PLAIN, s->mean[best], s->deviation[best],
	              known_metric_decimals(s->metric));
	name_seeds(text, s->count[best]);
	if (r->setup_count > 1 && !equal)
		say_distances(r, s, best, text);
	prose_add(text, SPAN_PLAIN, ".");
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
		prose_add(document_paragraph(r->document), SPAN_PLAIN,
		          "No run is done yet, so there is nothing to compare.");
	else
		say_leader(r, &r->scores[0]);
}

bool report_is_best(const struct report *r, const struct report_score *s, size_t setup)
{
	const size_t best = report_best(r, s);
	bool worse = false;

	for (size_t i = 0; i < r->setup_count && best != SIZE_MAX; i++)
		worse |= s->sign * s->mean[i] > s->sign * s->mean[best];
	return worse && s->mean[setup] == s->mean[best];
}

/* The best of several samples are beside what they are better than, in report_pictures. */
static bool is_listed(const struct report_score *s)
{
	return !s->test_set || !best_of_suffix(s->test_set);
}

static void add_row(struct report *r, struct document_table *table, size_t i)
{
	const struct report_setup *setup = &r->setups[i];
	struct prose *row = document_row(table), *cell = row + 3;

	report_string(&row[0], setup->label);
	if (setup->parameters > 0)
		report_quantity(&row[1], setup->parameters);
	if (setup->done == setup->runs)
		prose_add(&row[2], SPAN_PLAIN, "%zu", setup->done);
	else
		prose_add(&row[2], SPAN_PLAIN, "%zu of %zu", setup->done, setup->runs);
	for (size_t k = 0; k < r->score_count; k++) {
		const struct report_score *s = &r->scores[k];

		if (!is_listed(s))
			continue;
		report_number(cell, report_is_best(r, s, i) ? SPAN_STRONG : SPAN_PLAIN, s->mean[i],
		              s->deviation[i], known_metric_decimals(s->metric));
		if (report_told_apart(r, s, i))
			prose_add(cell, SPAN_PLAIN, "†");
		cell++;
	}
}

size_t report_shown(const struct report *r)
{
	return r->setup_count > REPORT_MANY ? REPORT_SHOWN : r->setup_count;
}

static void add_scores(struct report *r, const char *caption, size_t count, bool folded)
{
	struct document_table *table = document_table(r->document, caption);

	table->folded = folded;
	document_column(table, "contestant", false);
	document_column(table, "parameters", true);
	document_column(table, "runs done", true);
	for (size_t i = 0; i < r->score_count; i++) {
		char *name, *heading;

		if (!is_listed(&r->scores[i]))
			continue;
		name = report_score_name(&r->scores[i]);
		if (asprintf(&heading, "%s\u00a0%s", name, r->scores[i].sign < 0 ? "↑" : "↓") < 0)
			memory_die(0);
		document_column(table, heading, true);
		free(heading);
		free(name);
	}
	for (size_t i = 0; i < count; i++)
		add_row(r, table, i);
	prose_add(&table->note, SPAN_PLAIN, "↑ higher is better, ↓ lower is better.");
	for (size_t k = 0; k < r->score_count; k++)
		for (size_t i = 0; i < r->setup_count; i++)
			if (report_told_apart(r, &r->scores[k], i)) {
				prose_add(&table->note, SPAN_PLAIN,
				          " † the test tells it apart from %s.",
				          r->guide->baseline ? r->guide->baseline : "the best");
				return;
			}
}

bool report_summary(struct report *r)
{
	static const char caption[] =
		"Scores: mean ± sample deviation over the runs that are done, one "
		"run a seed; the best in bold.";
	const size_t shown = report_shown(r);
	char *of_many;

	document_heading(r->document, 2, "Result");
	say_leaders(r);
	report_verdicts(r);
	if (shown == r->setup_count) {
		add_scores(r, caption, shown, false);
		return true;
	}
	if (asprintf(&of_many, "The best %zu of %zu contestants. %s", shown, r->setup_count,
	             caption) < 0)
		memory_die(0);
	add_scores(r, of_many, shown, false);
	add_scores(r, "Scores of all contestants", r->setup_count, true);
	free(of_many);
	return true;
}
