/* op_lstm.c - a whole LSTM sequence as one operation (Hochreiter and Schmidhuber 1997, with forget
 * gates), also with peepholes (Gers 2002) or layer normalisation (Ba 2016). */
#include "core/error.h"
#include "core/ops.h"
#include "core/recurrent.h"

#include <string.h>

enum { PROJECTED, U, H0, C0, PEEPHOLE, GAIN, STATE_GAIN, STATE_BIAS, INPUTS };

/* What backward needs; the lines of states as in recurrent.h. */
struct lstm {
	struct recurrent r;
	real *gates;  /* [T][N][4H] after their activations; lies in the projected input */
	real *c;      /* [T + 1][N][H] */
	real *tanh_c; /* [T][N][H]; of c, or of c normalised */
	real *dfinal; /* [2][N][H] gradient of the last state, or NULL */
	const real
		*peephole; /* [3][H]; zeros where only c is normalised; NULL: one kernel does all */
	const real *gain;  /* [4H] of U h normalised, or NULL */
	real *sums;        /* [T][N][4H] U h before that; NULL: added to gates at once */
	real *sum_statistics;   /* [T][N][2] */
	const real *state_gain; /* [H] of c normalised, or NULL */
	const real *state_bias;
	real *state_statistics; /* [T][N][2] */
};

/* One row at one step: where its numbers lie. */
struct cell {
	real *gates, *c0, *c1, *tanh_c, *h1, *statistics;
};

static struct cell cell_at(const struct lstm *l, int t, int row)
{
	const size_t h = (size_t)l->r.hidden, at = (size_t)row * h;
	const size_t place = (size_t)t * (size_t)l->r.n + (size_t)row;

	return (struct cell){
		.gates = l->gates + 4 * h * place,
		.c0 = l->c + recurrent_before(&l->r, t) + at,
		.c1 = l->c + recurrent_after(&l->r, t) + at,
		.tanh_c = l->tanh_c + h * place,
		.h1 = l->r.h + recurrent_after(&l->r, t) + at,
		.statistics = l->state_statistics ? l->state_statistics + 2 * place : NULL,
	};
}

static void forward_cell(const struct vector_kernels *vector, const struct lstm *l, struct cell a)
{
	const size_t h = (size_t)l->r.hidden;

	if (!l->peephole) {
		vector->lstm(h, a.gates, a.c0, a.c1, a.tanh_c, a.h1);
		return;
	}
	vector->lstm_state(h, a.gates, l->peephole, a.c0, a.c1);
	if (l->state_gain)
		vector->layer_norm(h, LAYER_NORM_EPSILON, a.c1, l->state_gain, l->state_bias,
		                   a.tanh_c, a.statistics);
	else
		memcpy(a.tanh_c, a.c1, h * sizeof(real));
	vector->lstm_output(h, a.gates, l->peephole, a.c1, a.tanh_c, a.h1);
}

/* gates[t] += U h, or the same normalised. */
static void add_recurrent(struct tape *tape, struct lstm *l, struct var *u, int t)
{
	const size_t rows = (size_t)l->r.n, width = 4 * (size_t)l->r.hidden;
	real *gates = l->gates + (size_t)t * rows * width;
	real *sums = l->gain ? l->sums + (size_t)t * rows * width : gates;
	real *statistics = l->gain ? l->sum_statistics + (size_t)t * rows * 2 : NULL;

	tape_multiply(tape, PLAIN, TRANSPOSED, l->r.n, u->n, l->r.hidden, 1,
	              recurrent_input(&l->r, t), tape_operand(tape, u), l->gain ? 0 : 1, sums,
	              u->n);
	for (size_t i = 0; l->gain && i < rows; i++)
		tape->vector->layer_norm(width, LAYER_NORM_EPSILON, sums + i * width, l->gain,
		                         gates + i * width, gates + i * width, statistics + 2 * i);
}

static void forward_step(struct tape *tape, struct lstm *l, struct var *u, int t)
{
	const size_t h = (size_t)l->r.hidden, before = recurrent_before(&l->r, t);

	add_recurrent(tape, l, u, t);
	for (int i = 0; i < l->r.n; i++) {
		const struct cell a = cell_at(l, t, i);

		if (recurrent_is_real(&l->r, t, i)) {
			forward_cell(tape->vector, l, a);
		} else {
			memcpy(a.h1, l->r.h + before + (size_t)i * h, h * sizeof(real));
			memcpy(a.c1, a.c0, h * sizeof(real));
		}
	}
	recurrent_stepped(tape, &l->r, t);
}

/* Where gradients are added to, step after step. Those of weights are NULL where the LSTM has no
 * such weights, and lie in memory of no use where nobody wants them. */
struct flow {
	real *dh, *dc; /* [N][H] of the state after the step, then of the state before it */
	real *dsums;   /* [T][N][4H] of U h */
	real *dpeephole, *dgain, *dstate_gain, *dstate_bias;
	real *dnormed; /* [H] */
};

static void backward_cell(const struct vector_kernels *vector, const struct lstm *l, struct cell a,
                          const struct flow *f, size_t at)
{
	const size_t h = (size_t)l->r.hidden;

	if (!l->peephole) {
		vector->lstm_backward(h, a.gates, a.c0, a.tanh_c, f->dh + at, f->dc + at, a.gates);
		return;
	}
	vector->lstm_output_backward(h, a.gates, l->peephole, a.c1, a.tanh_c, f->dh + at,
	                             f->dc + at, f->dnormed, f->dpeephole);
	if (l->state_gain)
		vector->layer_norm_backward(h, a.c1, l->state_gain, a.statistics, f->dnormed,
		                            f->dc + at, f->dstate_gain, f->dstate_bias);
	else
		vector->accumulate(h, 1, f->dnormed, f->dc + at);
	vector->lstm_state_backward(h, a.gates, l->peephole, a.c0, f->dc + at, f->dpeephole);
}

/* gates[t] hold their gradients: those of U h. */
static real *recurrent_gradient(struct tape *tape, const struct lstm *l, const struct flow *f,
                                int t)
{
	const size_t rows = (size_t)l->r.n, width = 4 * (size_t)l->r.hidden;
	const size_t first = (size_t)t * rows * width;

	for (size_t i = 0; l->gain && i < rows; i++) {
		const size_t at = first + i * width;

		tape->vector->layer_norm_backward(width, l->sums + at, l->gain,
		                                  l->sum_statistics + 2 * ((size_t)t * rows + i),
		                                  l->gates + at, f->dsums + at, f->dgain, NULL);
	}
	return f->dsums + first;
}

static void backward_step(struct tape *tape, const struct lstm *l, const struct var *y,
                          const struct flow *f, int t)
{
	const size_t h = (size_t)y->c;
	const real *dy = y->g + (size_t)t * recurrent_block(&l->r);

	for (int i = 0; i < y->n; i++) {
		const size_t at = (size_t)i * h;
		const struct cell a = cell_at(l, t, i);

		if (!recurrent_is_real(&l->r, t, i)) {
			memset(a.gates, 0, 4 * h * sizeof(real));
			continue;
		}
		tape->vector->accumulate(h, 1, dy + at, f->dh + at);
		backward_cell(tape->vector, l, a, f, at);
		if (recurrent_is_padded(&l->r))
			memset(f->dh + at, 0, h * sizeof(real));
	}
	recurrent_pass_back(tape, &l->r, recurrent_gradient(tape, l, f, t), y->in[U],
	                    recurrent_is_padded(&l->r) ? 1 : 0, f->dh);
}

static real *zeros(struct tape *tape, size_t n)
{
	real *x = tape_memory(tape, n * sizeof(real));

	memset(x, 0, n * sizeof(real));
	return x;
}

/* The gradient of a weight, or memory that takes what nobody wants. */
static real *gradient_or_scrap(struct tape *tape, struct var *v, size_t n)
{
	real *g = tape_gradient(tape, v);

	return g ? g : zeros(tape, n);
}

static struct flow flow_new(struct tape *tape, const struct lstm *l, struct var *const *in)
{
	const size_t h = (size_t)l->r.hidden, block = recurrent_block(&l->r);
	struct flow f = { .dh = zeros(tape, block), .dc = zeros(tape, block), .dsums = l->gates };

	if (l->dfinal) {
		memcpy(f.dh, l->dfinal, block * sizeof(real));
		memcpy(f.dc, l->dfinal + block, block * sizeof(real));
	}
	if (l->gain) {
		f.dsums = zeros(tape, 4 * block * (size_t)l->r.t);
		f.dgain = gradient_or_scrap(tape, in[GAIN], 4 * h);
	}
	if (l->peephole) {
		f.dpeephole = gradient_or_scrap(tape, in[PEEPHOLE], 3 * h);
		f.dnormed = tape_memory(tape, h * sizeof(real));
	}
	if (l->state_gain)
		f.dstate_gain = gradient_or_scrap(tape, in[STATE_GAIN], h);
	f.dstate_bias = tape_gradient(tape, in[STATE_BIAS]);
	return f;
}

static void lstm_backward(struct tape *tape, struct var *y)
{
	const struct lstm *l = y->aux;
	struct var *projected = y->in[PROJECTED];
	const size_t block = recurrent_block(&l->r);
	const struct flow f = flow_new(tape, l, y->in);
	real *g;

	for (int i = y->t - 1; i >= 0; i--)
		backward_step(tape, l, y, &f, recurrent_step(&l->r, i));
	recurrent_weight_gradient(tape, &l->r, f.dsums, y->in[U]);
	if (projected->needs_gradient) {
		if (projected->g)
			panic("lstm: its projected input is read by another operation too");
		projected->g = l->gates;
	}
	if ((g = tape_gradient(tape, y->in[H0])))
		tape->vector->accumulate(block, 1, f.dh, g);
	if ((g = tape_gradient(tape, y->in[C0])))
		tape->vector->accumulate(block, 1, f.dc, g);
}

static struct steps_read lstm_reads(const struct var *y, int input, const struct var *in, int t)
{
	const struct lstm *l = y->aux;

	(void)in;
	return recurrent_reads(&l->r, input == H0 || input == C0, t);
}

static int lstm_before(const struct var *y, int t)
{
	return recurrent_comes_before(&((const struct lstm *)y->aux)->r, t);
}

static struct steps_read final_reads(const struct var *final, int input, const struct var *y, int t)
{
	const struct lstm *l = y->aux;

	(void) final;
	(void)input;
	(void)t;
	return (struct steps_read){ recurrent_step(&l->r, y->t - 1), 1, 1, 0 };
}

static void final_backward(struct tape *tape, struct var *final)
{
	struct var *y = final->in[0];
	struct lstm *l = y->aux;

	tape_gradient(tape, y);
	l->dfinal = tape_memory(tape, var_size(final) * sizeof(real));
	memcpy(l->dfinal, final->g, var_size(final) * sizeof(real));
}

/* The state after the last step as a variable, whose gradient goes back through y's operation. */
static struct var *last_state(struct tape *tape, struct var *y)
{
	static const struct op op = { .name = "lstm_state",
		                      .backward = final_backward,
		                      .reads = final_reads };
	const struct lstm *l = y->aux;
	const size_t block = recurrent_block(&l->r);
	const size_t last = recurrent_after(&l->r, recurrent_step(&l->r, y->t - 1));
	struct var *final = tape_var(tape, &op, 2, y->n, y->c);

	tape_input(tape, final, 0, y);
	memcpy(final->x, l->r.h + last, block * sizeof(real));
	memcpy(final->x + block, l->c + last, block * sizeof(real));
	return final;
}

static void check_shapes(struct var *const *in)
{
	const struct var *projected = in[PROJECTED], *u = in[U];
	const size_t h = (size_t)u->c, block = (size_t)projected->n * h;
	const size_t size[INPUTS] = { [H0] = block,   [C0] = block,     [PEEPHOLE] = 3 * h,
		                      [GAIN] = 4 * h, [STATE_GAIN] = h, [STATE_BIAS] = h };

	for (int i = H0; i < INPUTS; i++)
		if (in[i] && var_size(in[i]) != size[i])
			panic("lstm: U [%d][%d], %s of %zu numbers instead of %zu", u->n, u->c,
			      in[i]->name ? in[i]->name : "an input", var_size(in[i]), size[i]);
	if (projected->c != 4 * u->c || u->n != 4 * u->c)
		panic("lstm: projected [%d][%d][%d], %s [%d][%d]", projected->t, projected->n,
		      projected->c, u->name ? u->name : "U", u->n, u->c);
	if (in[STATE_BIAS] && !in[STATE_GAIN])
		panic("lstm: c has a bias, but no gain");
}

/* What the variant needs beside the plain LSTM's. */
static void prepare_variant(struct tape *tape, struct lstm *l, const struct lstm_variant *v)
{
	const size_t h = (size_t)l->r.hidden, rows = (size_t)l->r.t * (size_t)l->r.n;

	if (v->peephole)
		l->peephole = v->peephole->x;
	else if (v->state_gain)
		l->peephole = zeros(tape, 3 * h);
	if (v->gain) {
		l->gain = v->gain->x;
		l->sums = tape_memory(tape, 4 * h * rows * sizeof(real));
		l->sum_statistics = tape_memory(tape, 2 * rows * sizeof(real));
	}
	if (v->state_gain) {
		l->state_gain = v->state_gain->x;
		l->state_bias = v->state_bias ? v->state_bias->x : NULL;
		l->state_statistics = tape_memory(tape, 2 * rows * sizeof(real));
	}
}

struct var *op_lstm_variant(struct tape *tape, struct var *projected, struct var *u, struct var *h0,
                            struct var *c0, const int *length, bool reverse,
                            const struct lstm_variant *v, struct var **final)
{
	static const struct op op = { .name = "lstm",
		                      .backward = lstm_backward,
		                      .reads_result = true,
		                      .reads = lstm_reads,
		                      .before = lstm_before };
	struct var *in[INPUTS] = { projected,    u, h0, c0, v->peephole, v->gain, v->state_gain,
		                   v->state_bias };
	struct lstm *l = tape_memory(tape, sizeof *l);
	struct var *y;

	tape_enter(tape, &op);
	check_shapes(in);
	*l = (struct lstm){ .r = { .t = projected->t, .n = projected->n, .hidden = u->c },
		            .gates = projected->x };
	recurrent_begin(tape, &l->r, h0, v->first, length, reverse, v->recurrent);
	l->c = recurrent_line(tape, &l->r, c0);
	l->tanh_c = tape_memory(tape, (size_t)l->r.t * recurrent_block(&l->r) * sizeof(real));
	prepare_variant(tape, l, v);
	for (int i = 0; i < l->r.t; i++)
		forward_step(tape, l, u, recurrent_step(&l->r, i));
	y = recurrent_result(tape, &op, &l->r);
	y->aux = l;
	for (int i = 0; i < INPUTS; i++)
		tape_input(tape, y, i, in[i]);
	if (final)
		*final = last_state(tape, y);
	return tape_leave(tape, y);
}

struct var *op_lstm(struct tape *tape, struct var *projected, struct var *u, struct var *h0,
                    struct var *c0, const int *length, bool reverse, struct var **final)
{
	const struct lstm_variant plain = { .peephole = NULL };

	return op_lstm_variant(tape, projected, u, h0, c0, length, reverse, &plain, final);
}
