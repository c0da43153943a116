/* sample.c - independent draws from a model, token by token. */
#include "core/error.h"
#include "eval/trail.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <xxhash.h>

struct draw {
	int node;
	double total;
	bool ended;   /* finished or cut; it is fed on until its sentence's other draws end */
	bool whole;
	int length;   /* tokens drawn, the end counted */
};

struct sampler {
	const struct predictor *predictor;
	const struct search_settings *settings;
	const int *limit;
	const size_t *number;
	struct trail trail;
	int each;              /* draws a sentence */
	int *live;             /* [live sentences] numbers of them */
	int lives;
	struct draw *draw;     /* [sentences][each] */
	int *token, *row, *kept;
	real *logits;
	double *probability;   /* [V] */
};

/* Uniform on [0, 1), a function of its four numbers. */
static double uniform(uint64_t seed, uint64_t sentence, uint64_t draw, uint64_t step)
{
	const uint64_t parts[4] = { seed, sentence, draw, step };

	return (double)(XXH64(parts, sizeof parts, 0) >> 11) * 0x1p-53;
}

/* The token at which the cumulative probability passes u; *logp is its log-probability. */
static int pick(struct sampler *s, const real *x, double u, double *logp)
{
	const int v = s->predictor->vocabulary;
	double most = -HUGE_VAL, sum = 0, passed = 0, plain = 0;
	int token = s->predictor->end;

	for (int i = 0; i < v; i++)
		most = fmax(most, isnan(x[i]) ? -HUGE_VAL : (double)x[i]);
	*logp = -HUGE_VAL;
	if (!isfinite(most))
		return token;
	for (int i = 0; i < v; i++) {
		const double z = isnan(x[i]) ? -HUGE_VAL : (double)x[i] - most;

		s->probability[i] = exp(z / s->settings->temperature);
		sum += s->probability[i];
		plain += exp(z);
	}
	for (int i = 0; i < v; i++) {
		if (s->probability[i] > 0)
			token = i;
		passed += s->probability[i];
		if (passed > u * sum)
			break;
	}
	*logp = (double)x[token] - most - log(plain);
	return token;
}

static void draw_token(struct sampler *s, struct draw *d, int sentence, int which, const real *logits,
		       int length)
{
	const double u = uniform((uint64_t)s->settings->seed, s->number[sentence], (uint64_t)which,
				 (uint64_t)length);
	double logp;
	const int token = pick(s, logits, u, &logp);

	d->total += logp;
	d->length = length;
	d->whole = token == s->predictor->end;
	d->ended = d->whole || length >= s->limit[sentence];
	if (!d->whole)
		d->node = trail_add(&s->trail, d->node, token);
}

/* Draws for all draws of a sentence; true while one of them goes on. */
static bool draw_sentence(struct sampler *s, int position, int rows_each, int length)
{
	const int sentence = s->live[position], v = s->predictor->vocabulary;
	bool going = false;

	for (int i = 0; i < s->each; i++) {
		struct draw *d = &s->draw[sentence * s->each + i];
		const int row = position * rows_each + (rows_each > 1 ? i : 0);

		if (!d->ended)
			draw_token(s, d, sentence, i, s->logits + (size_t)row * (size_t)v, length);
		going |= !d->ended;
	}
	return going;
}

static void step(struct sampler *s, int length)
{
	const int rows_each = length == 1 ? 1 : s->each;
	int kept = 0;

	s->predictor->step(s->predictor->context, s->lives * rows_each, s->token, s->logits);
	for (int i = 0; i < s->lives; i++) {
		if (!draw_sentence(s, i, rows_each, length))
			continue;
		for (int j = 0; j < s->each; j++) {
			const struct draw *d = &s->draw[s->live[i] * s->each + j];

			s->row[kept * s->each + j] = i * rows_each + (rows_each > 1 ? j : 0);
			s->token[kept * s->each + j] = d->node == TRAIL_ROOT ? s->predictor->end
									   : s->trail.node[d->node].token;
		}
		s->kept[kept] = i;
		s->live[kept++] = s->live[i];
	}
	s->lives = kept;
	if (kept)
		s->predictor->select(s->predictor->context, kept * s->each, s->row, kept, s->kept);
}

static void collect(const struct sampler *s, int sentence, struct nbest *n)
{
	n->count = s->each;
	n->best = memory_new((size_t)s->each, sizeof *n->best);
	for (int i = 0; i < s->each; i++) {
		const struct draw *d = &s->draw[sentence * s->each + i];

		n->best[i] = trail_hypothesis(&s->trail, d->node, d->whole, d->total,
					      search_score(s->settings, d->total, d->length));
	}
}

void search_sample(const struct predictor *predictor, const struct search_settings *settings,
		   int sentences, const int *limit, const size_t *number, struct nbest *result)
{
	struct sampler s = { .predictor = predictor, .settings = settings, .limit = limit,
			     .number = number, .each = (int)settings->nbest, .lives = sentences };
	const size_t rows = (size_t)sentences * (size_t)s.each, v = (size_t)predictor->vocabulary;

	s.live = memory_new((size_t)sentences, sizeof *s.live);
	s.kept = memory_new((size_t)sentences, sizeof *s.kept);
	s.draw = memory_new(rows, sizeof *s.draw);
	s.token = memory_new(rows, sizeof *s.token);
	s.row = memory_new(rows, sizeof *s.row);
	s.logits = memory_new(rows * v, sizeof *s.logits);
	s.probability = memory_new(v, sizeof *s.probability);
	for (size_t i = 0; i < rows; i++)
		s.draw[i].node = TRAIL_ROOT;
	for (int i = 0; i < sentences; i++) {
		s.live[i] = i;
		s.token[i] = predictor->begin;
	}
	for (int length = 1; s.lives > 0; length++)
		step(&s, length);
	for (int i = 0; i < sentences; i++)
		collect(&s, i, &result[i]);
	trail_free(&s.trail);
	free(s.live);
	free(s.kept);
	free(s.draw);
	free(s.token);
	free(s.row);
	free(s.logits);
	free(s.probability);
}
