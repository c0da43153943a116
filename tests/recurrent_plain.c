/* recurrent_plain.c - LSTM, its variants and GRU by their definitions. */
#include "tests/recurrent_plain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t key = 77;

static int gates_of(const struct recurrent_case *shape)
{
	return shape->gru ? 3 : 4;
}

static struct var *input_if(struct recurrent_problem *p, bool there, int n, int c, unsigned seed)
{
	return there ? slopes_input(&p->s, 1, n, c, seed) : NULL;
}

void recurrent_open(struct recurrent_problem *p, struct recurrent_case shape)
{
	const int n = shape.n, h = shape.h, gates = gates_of(&shape);

	*p = (struct recurrent_problem){ .shape = shape };
	slopes_open(&p->s, key);
	for (int i = 0; i < n; i++) {
		p->length[i] = shape.t - (2 * i) % shape.t;
		p->first[i] = i % p->length[i];
	}
	p->mask = tape_dropout(&p->s.tape, shape.dropout);
	p->x = slopes_input(&p->s, shape.t, n, gates * h, 1);
	p->u = slopes_input(&p->s, 1, gates * h, h, 2);
	p->b = input_if(p, shape.bias, 1, gates * h, 3);
	p->h0 = input_if(p, shape.start, n, h, 4);
	p->c0 = input_if(p, shape.start && !shape.gru, n, h, 5);
	p->peephole = input_if(p, shape.peephole, 3, h, 6);
	p->gain = input_if(p, shape.gain, 1, gates * h, 7);
	p->state_gain = input_if(p, shape.state_gain, 1, h, 8);
	p->state_bias = input_if(p, shape.state_bias, 1, h, 9);
}

void recurrent_close(struct recurrent_problem *p)
{
	slopes_close(&p->s);
}

/* A copy of x, which the operation uses up. */
static struct var *projected(struct recurrent_problem *p, struct var *x)
{
	return op_add(&p->s.tape, x, x, (real)0.5);
}

struct var *recurrent_run(struct recurrent_problem *p, struct var *x, struct var *h0,
                          struct var *c0, struct var **final)
{
	const int *first = p->shape.firsts ? p->first : NULL;
	const int *length = p->shape.lengths ? p->length : NULL;
	const struct lstm_variant variant = { .peephole = p->peephole,
		                              .gain = p->gain,
		                              .state_gain = p->state_gain,
		                              .state_bias = p->state_bias,
		                              .recurrent = p->mask,
		                              .first = first };

	if (p->shape.gru)
		return op_gru(&p->s.tape, projected(p, x), p->u, p->b, h0, first, length,
		              p->shape.reverse, p->mask, final);
	return op_lstm_variant(&p->s.tape, projected(p, x), p->u, h0, c0, length, p->shape.reverse,
	                       &variant, final);
}

static double sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

/* Number i of what may not be there. */
static double number(const struct var *v, size_t i, double otherwise)
{
	return v ? (double)v->x[i] : otherwise;
}

static void normalise(double *x, int n, const struct var *gain, const struct var *bias)
{
	double mean = 0, variance = 0;

	for (int i = 0; i < n; i++)
		mean += x[i] / n;
	for (int i = 0; i < n; i++)
		variance += (x[i] - mean) * (x[i] - mean) / n;
	for (int i = 0; i < n; i++)
		x[i] = (x[i] - mean) / sqrt(variance + 1e-5) * number(gain, (size_t)i, 1) +
		       number(bias, (size_t)i, 0);
}

/* sums [4H or 3H] = U (mask h) of one row, plus b. */
static void row_sums(const struct recurrent_problem *p, const struct recurrent_answer *d, int row,
                     double *sums)
{
	const int h = p->shape.h;

	for (int o = 0; o < gates_of(&p->shape) * h; o++) {
		sums[o] = number(p->b, (size_t)o, 0);
		for (int j = 0; j < h; j++)
			sums[o] += (double)p->u->x[o * h + j] * d->mask[row * h + j] *
			           d->h[row * h + j];
	}
}

static void define_lstm_row(const struct recurrent_problem *p, const struct recurrent_answer *d,
                            int t, int row)
{
	const int h = p->shape.h;
	const real *x = p->x->x + (t * p->shape.n + row) * 4 * h;
	double *sums = memory_new((size_t)(4 * h), sizeof *sums);
	double *c = d->c + row * h, *inner = memory_new((size_t)h, sizeof *inner);

	row_sums(p, d, row, sums);
	if (p->gain)
		normalise(sums, 4 * h, p->gain, NULL);
	for (int j = 0; j < h; j++) {
		const size_t at = (size_t)j;
		const double i =
			sigmoid((double)x[j] + sums[j] + number(p->peephole, at, 0) * c[j]);
		const double f = sigmoid((double)x[h + j] + sums[h + j] +
		                         number(p->peephole, (size_t)(h + j), 0) * c[j]);

		inner[j] = c[j] = f * c[j] + i * tanh((double)x[2 * h + j] + sums[2 * h + j]);
	}
	if (p->state_gain)
		normalise(inner, h, p->state_gain, p->state_bias);
	for (int j = 0; j < h; j++)
		d->h[row * h + j] = tanh(inner[j]) *
		                    sigmoid((double)x[3 * h + j] + sums[3 * h + j] +
		                            number(p->peephole, (size_t)(2 * h + j), 0) * c[j]);
	free(inner);
	free(sums);
}

static void define_gru_row(const struct recurrent_problem *p, const struct recurrent_answer *d,
                           int t, int row)
{
	const int h = p->shape.h;
	const real *x = p->x->x + (t * p->shape.n + row) * 3 * h;
	double *sums = memory_new((size_t)(3 * h), sizeof *sums);

	row_sums(p, d, row, sums);
	for (int j = 0; j < h; j++) {
		const double r = sigmoid((double)x[j] + sums[j]);
		const double z = sigmoid((double)x[h + j] + sums[h + j]);
		const double candidate = tanh((double)x[2 * h + j] + r * sums[2 * h + j]);

		d->h[row * h + j] = (1 - z) * candidate + z * d->h[row * h + j];
	}
	free(sums);
}

struct recurrent_answer recurrent_plainly(const struct recurrent_problem *p)
{
	const struct recurrent_case *shape = &p->shape;
	const size_t block = (size_t)(shape->n * shape->h);
	struct recurrent_answer d = { memory_new((size_t)shape->t * block, sizeof(double)),
		                      memory_new(block, sizeof(double)),
		                      memory_new(block, sizeof(double)),
		                      memory_new(block, sizeof(double)) };

	for (size_t i = 0; i < block; i++) {
		real kept = 1;

		p->s.tape.vector->dropout(1, p->mask.key, i, p->mask.p, &kept, &kept);
		d.mask[i] = (double)kept;
		d.h[i] = number(p->h0, i, 0);
		d.c[i] = number(p->c0, i, 0);
	}
	for (int i = 0; i < shape->t; i++)
		for (int row = 0; row < shape->n; row++) {
			const int t = shape->reverse ? shape->t - 1 - i : i;

			if ((shape->lengths && t >= p->length[row]) ||
			    (shape->firsts && t < p->first[row]))
				continue;
			if (shape->gru)
				define_gru_row(p, &d, t, row);
			else
				define_lstm_row(p, &d, t, row);
			memcpy(d.y + (size_t)t * block + row * shape->h, d.h + row * shape->h,
			       (size_t)shape->h * sizeof(double));
		}
	return d;
}

void recurrent_answer_free(struct recurrent_answer *d)
{
	free(d->y);
	free(d->h);
	free(d->c);
	free(d->mask);
}
