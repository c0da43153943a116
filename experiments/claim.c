/* claim.c - tests of a probe's claims, and the verdict. */
#include "experiments/claim.h"

#include "core/error.h"
#include "eval/statistics.h"

#include <assert.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The numbers of both sides, one a seed. */
struct sides {
	long *seed[2];
	double *value[2];
	size_t count[2];
};

static double factor_of(const struct claim *claim)
{
	return claim->factor != 0 ? claim->factor : 1;
}

static void read_sides(struct sides *sides, const struct measured *m, const struct claim *claim)
{
	const struct claim_side *side[2] = { &claim->high, &claim->low };

	*sides = (struct sides){ 0 };
	for (int i = 0; i < 2; i++)
		if (side[i]->series)
			sides->count[i] =
				measured_by_seed(m, side[i]->series, side[i]->from, side[i]->to,
			                         &sides->seed[i], &sides->value[i]);
}

static void free_sides(struct sides *sides)
{
	for (int i = 0; i < 2; i++) {
		free(sides->seed[i]);
		free(sides->value[i]);
	}
}

/* high - factor low of the seeds that both have, into value[0]; where there is no low, high. */
static size_t pair(const struct sides *s, const struct claim *claim, double *difference)
{
	size_t pairs = 0;

	for (size_t i = 0, j = 0; i < s->count[0]; i++) {
		while (j < s->count[1] && s->seed[1][j] < s->seed[0][i])
			j++;
		if (!claim->low.series)
			difference[pairs++] = s->value[0][i];
		else if (j < s->count[1] && s->seed[1][j] == s->seed[0][i])
			difference[pairs++] = s->value[0][i] - factor_of(claim) * s->value[1][j];
	}
	return pairs;
}

static bool test_pairs(const struct sides *s, const struct claim *claim, struct t_test *test)
{
	double *difference = memory_new(s->count[0] + 1, sizeof *difference);
	const size_t pairs = pair(s, claim, difference);

	if (pairs > 1) {
		test->difference = gsl_stats_mean(difference, 1, pairs) - claim->margin;
		test->error = gsl_stats_sd(difference, 1, pairs) / sqrt((double)pairs);
		test->degrees = (double)pairs - 1;
		statistics_test(test, 1 - CLAIM_LEVEL);
	}
	free(difference);
	return pairs > 1;
}

static bool test_groups(struct sides *s, const struct claim *claim, struct t_test *test)
{
	if (s->count[0] < 2 || s->count[1] < 2)
		return false;
	for (size_t i = 0; i < s->count[1]; i++)
		s->value[1][i] = factor_of(claim) * s->value[1][i] + claim->margin;
	statistics_welch(s->value[0], s->count[0], s->value[1], s->count[1], 1 - CLAIM_LEVEL, test);
	return true;
}

static enum verdict exact(const struct measured *m, const struct claim *claim)
{
	const struct claim_side *side = &claim->high;
	bool any = false;

	for (size_t i = 0; i < m->points; i++) {
		const struct measured_point *p = &m->point[i];

		if (strcmp(m->name[p->series], side->series) != 0 || p->x < side->from ||
		    p->x > side->to)
			continue;
		if (p->value != claim->margin)
			return VERDICT_DIFFERS;
		any = true;
	}
	return any ? VERDICT_AGREES : VERDICT_OPEN;
}

static enum verdict fact(const struct finding *f)
{
	if (isnan(f->difference))
		return VERDICT_OPEN;
	return f->difference > f->claim->margin ? VERDICT_AGREES : VERDICT_DIFFERS;
}

static double mean_of(const struct sides *s, int side)
{
	return s->count[side] ? gsl_stats_mean(s->value[side], 1, s->count[side]) : (double)NAN;
}

static void find(struct finding *f, const struct measured *m, const struct claim *claim)
{
	const bool paired = !claim->low.series || !strcmp(claim->low.series, claim->high.series);
	struct sides sides;
	struct t_test test;

	read_sides(&sides, m, claim);
	*f = (struct finding){ .claim = claim,
		               .verdict = VERDICT_OPEN,
		               .high = mean_of(&sides, 0),
		               .low = mean_of(&sides, 1),
		               .p = (double)NAN,
		               .seeds = { sides.count[0], sides.count[1] } };
	if (paired)
		f->seeds[1] = 0;
	f->difference = f->high - (claim->low.series ? factor_of(claim) * f->low : 0);
	if (claim->kind == CLAIM_EXACT)
		f->verdict = exact(m, claim);
	else if (claim->kind == CLAIM_FACT)
		f->verdict = fact(f);
	else if (paired ? test_pairs(&sides, claim, &test) : test_groups(&sides, claim, &test))
		f->p = test.p;
	free_sides(&sides);
}

/* By the p that Holm has left. */
static void decide(struct finding *f)
{
	if (!(f->p < CLAIM_LEVEL)) /* or there was no test */
		return;
	f->verdict = f->difference > f->claim->margin ? VERDICT_AGREES : VERDICT_DIFFERS;
}

enum verdict claims_judge(const struct measured *m, const struct claim *claim, int claims,
                          struct finding *finding)
{
	double p[CLAIMS_MOST] = { 0 };
	bool all = claims > 0, against = false, premises = true;

	assert(claims <= CLAIMS_MOST);
	for (int i = 0; i < claims; i++) {
		find(&finding[i], m, &claim[i]);
		p[i] = finding[i].p;
	}
	statistics_holm(p, (size_t)claims, p);
	for (int i = 0; i < claims; i++) {
		finding[i].p = p[i];
		decide(&finding[i]);
		all = all && finding[i].verdict == VERDICT_AGREES;
		if (claim[i].kind == CLAIM_PREMISE)
			premises = premises && finding[i].verdict == VERDICT_AGREES;
		else
			against = against || finding[i].verdict == VERDICT_DIFFERS;
	}
	return all ? VERDICT_AGREES : against && premises ? VERDICT_DIFFERS : VERDICT_OPEN;
}

const char *verdict_text(enum verdict verdict)
{
	static const char *const text[] = { "as the literature says", "not as the literature says",
		                            "not decided" };

	return text[verdict];
}

static void write_sides(FILE *out, const struct finding *f)
{
	const struct claim *claim = f->claim;

	fprintf(out, "%.3g", f->high);
	if (!claim->low.series)
		return;
	if (factor_of(claim) != 1)
		fprintf(out, " - %g x %.3g", factor_of(claim), f->low);
	else
		fprintf(out, " - %.3g", f->low);
	fprintf(out, " = %.3g", f->difference);
}

void finding_text(const struct finding *f, char *text, size_t size)
{
	const struct claim *claim = f->claim;
	FILE *out = fmemopen(text, size, "w");

	if (!out)
		return;
	if (isnan(f->difference)) {
		fputs("no numbers", out);
	} else if (claim->kind == CLAIM_EXACT) {
		fprintf(out, "%.3g, to be exactly %g", f->high, claim->margin);
	} else {
		write_sides(out, f);
		fprintf(out, f->difference > claim->margin ? " > %g" : ", to be above %g",
		        claim->margin);
	}
	if (!isnan(f->p))
		fprintf(out, ", p %s %.*g", f->p < 1e-4 ? "<" : "=", f->p < 1e-4 ? 1 : 2,
		        f->p < 1e-4 ? 1e-4 : f->p);
	fprintf(out, ", n = %zu", f->seeds[0]);
	if (claim->low.series && f->seeds[1])
		fprintf(out, " + %zu", f->seeds[1]);
	fclose(out);
}
