/* contest_text.c - verdicts as sentences, and as a table. */
#include "results/contest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 1000 as 1,000 */
static void write_grouped(FILE *out, size_t number)
{
	if (number >= 1000) {
		write_grouped(out, number / 1000);
		fprintf(out, ",%03zu", number % 1000);
	} else {
		fprintf(out, "%zu", number);
	}
}

/* Two digits that say something; no p of this program is exact below 0.0001. */
static void write_p(FILE *out, double p)
{
	if (p < 0.0001)
		fputs("p < 0.0001", out);
	else if (p < 0.001)
		fprintf(out, "p = %.4f", p);
	else if (p < 0.1)
		fprintf(out, "p = %.3f", p);
	else
		fprintf(out, "p = %.2f", p);
}

static void write_seeds(FILE *out, const size_t seeds[2])
{
	if (seeds[0] == seeds[1])
		fprintf(out, "%zu seed%s", seeds[0], seeds[0] == 1 ? "" : "s");
	else
		fprintf(out, "%zu and %zu seeds", seeds[0], seeds[1]);
}

/* "(95 % 2.0 to 4.2, p = 0.003 after Holm, 3 seeds, 1,000 sentences)" */
static void write_evidence(FILE *out, const struct contest *c, const struct contest_pair *pair)
{
	const int decimals = c->metric->decimals;

	fprintf(out, " (%.0f %% %.*f to %.*f, ", 100 * CONTEST_CONFIDENCE, decimals,
	        pair->result.test.low, decimals, pair->result.test.high);
	write_p(out, pair->p);
	fputs(" after Holm, ", out);
	write_seeds(out, pair->seeds);
	fputs(", ", out);
	write_grouped(out, pair->sentences);
	fputs(" sentences)", out);
	if (!pair->result.seeds)
		fputs("; of these models alone, the luck of training is not covered", out);
}

/* Of two contestants, or one to be shown: "3.1 BLEU". */
static void write_difference(FILE *out, const struct contest *c, double difference)
{
	fprintf(out, "%.*f %s", c->metric->decimals, difference, c->metric->points);
}

/* What it would take to see a difference that matters. */
static void write_remedy(FILE *out, const struct contest *c, const struct contest_pair *pair)
{
	size_t fewer = pair->seeds[pair->seeds[1] < pair->seeds[0]];

	if (!pair->result.seeds)
		return;
	if (!pair->seeds_needed)
		fputs("; no number of seeds would show ", out);
	else if ((size_t)pair->seeds_needed <= fewer)
		fputs("; ", out);
	else
		fprintf(out, "; about %ld seeds would show ", pair->seeds_needed);
	write_difference(out, c, c->metric->difference);
	if (!pair->seeds_needed)
		fputs(" on these sentences", out);
	else if ((size_t)pair->seeds_needed <= fewer)
		fputs(" would have shown", out);
}

char *contest_sentence(const struct contest *c, const struct contest_pair *pair)
{
	const char *first = c->sides[pair->first].label, *second = c->sides[pair->second].label;
	const char *where = c->test_sets[pair->test_set];
	char *text = NULL;
	size_t size;
	FILE *out = memory_stream(&text, &size);

	switch (pair->verdict) {
	case CONTEST_BETTER:
		fprintf(out, "%s is better than %s on %s by ", first, second, where);
		write_difference(out, c, pair->result.test.difference);
		write_evidence(out, c, pair);
		break;
	case CONTEST_TIE:
		fprintf(out, "%s and %s tie on %s, ", first, second, where);
		write_difference(out, c, pair->result.test.difference);
		fputs(" apart", out);
		write_evidence(out, c, pair);
		write_remedy(out, c, pair);
		break;
	case CONTEST_UNTESTED:
		fprintf(out, "%s and %s are not tested on %s: %s", first, second, where,
		        pair->refusal);
		break;
	}
	memory_stream_end(out);
	return text;
}

static void set_text(struct cell *cell, const char *text)
{
	cell_text(cell, text, strlen(text));
}

enum { FINE = -2 }; /* decimals: one more than the metric has */

static void add_columns(const struct contest *c, struct table *table)
{
	static const struct {
		const char *name;
		int decimals;
	} columns[] = {
		{ "test set", -1 },
		{ "metric", -1 },
		{ "first", -1 },
		{ "second", -1 },
		{ "verdict", -1 },
		{ "first mean", FINE },
		{ "second mean", FINE },
		{ "difference", FINE },
		{ "low", FINE },
		{ "high", FINE },
		{ "p", 4 },
		{ "p holm", 4 },
		{ "degrees", 1 },
		{ "g", 2 },
		{ "first seeds", -1 },
		{ "second seeds", -1 },
		{ "sentences", -1 },
		{ "seeds needed", -1 },
		{ "refusal", -1 },
	};

	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
		const int decimals = columns[i].decimals;

		table_add_column(table, columns[i].name,
		                 decimals == FINE ? c->metric->decimals + 1 : decimals, false);
	}
}

static void fill_row(const struct contest *c, const struct contest_pair *pair, struct cell *row)
{
	static const char *const verdicts[] = {
		[CONTEST_BETTER] = "better", [CONTEST_TIE] = "tie", [CONTEST_UNTESTED] = "untested"
	};
	const struct t_test *t = &pair->result.test;

	set_text(&row[0], c->test_sets[pair->test_set]);
	set_text(&row[1], c->metric->name);
	set_text(&row[2], c->sides[pair->first].label);
	set_text(&row[3], c->sides[pair->second].label);
	set_text(&row[4], verdicts[pair->verdict]);
	if (pair->refusal) {
		set_text(&row[18], pair->refusal);
		return;
	}
	for (int k = 0; k < 2; k++) {
		cell_real(&row[5 + k], pair->mean[k]);
		cell_integer(&row[14 + k], (long)pair->seeds[k]);
	}
	cell_real(&row[7], t->difference);
	cell_real(&row[8], t->low);
	cell_real(&row[9], t->high);
	cell_real(&row[10], t->p);
	cell_real(&row[11], pair->p);
	cell_real(&row[12], t->degrees);
	cell_real(&row[13], pair->effect);
	cell_integer(&row[16], (long)pair->sentences);
	if (pair->seeds_needed)
		cell_integer(&row[17], pair->seeds_needed);
}

void contest_table(const struct contest *c, struct table *table)
{
	add_columns(c, table);
	for (size_t i = 0; i < c->pair_count; i++)
		fill_row(c, &c->pairs[i], table_add_row(table));
}
