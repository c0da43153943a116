/* tape.c - record operations, run them backward. */
#include "core/tape.h"
#include "core/blame.h"
#include "core/error.h"
#include "core/graph.h"

#include <stdlib.h>
#include <string.h>

struct free_memory {
	real *x;
	size_t size;
};

enum { ARENA_RESERVE_GIB = 64 };

void tape_init(struct tape *tape)
{
	*tape = (struct tape){ .vector = vector_kernels(), .gemm = gemm_for_processor() };
	arena_init(&tape->arena, (size_t)ARENA_RESERVE_GIB << 30);
}

void tape_free(struct tape *tape)
{
	arena_free(&tape->arena);
	arena_free(&tape->lasting);
	free(tape->node);
	free(tape->free);
	*tape = (struct tape){ 0 };
}

void tape_rest(struct tape *tape)
{
	arena_rest(&tape->arena);
	arena_rest(&tape->lasting);
}

void tape_begin(struct tape *tape, const struct parameters *parameters, real *gradient,
                bool training, uint64_t key)
{
	arena_reset(&tape->arena);
	arena_reset(&tape->lasting);
	tape->parameters = parameters;
	tape->gradient = gradient;
	tape->training = training;
	tape->key = key;
	tape->dropouts = 0;
	tape->paused = false;
	tape->segment_start = 0;
	tape->nodes = 0;
	tape->frees = 0;
	tape->attention = NULL;
	for (int i = 0; tape->completion && i < parameters->count; i++)
		tape->completion->first[i] = COMPLETION_UNUSED;
}

void *tape_memory(struct tape *tape, size_t bytes)
{
	return arena_take(&tape->arena, bytes);
}

struct var *tape_wrap(struct tape *tape, const struct op *op, int t, int n, int c, real *x)
{
	struct var *v = arena_take(&tape->arena, sizeof *v);

	*v = (struct var){ .t = t, .n = n, .c = c, .x = x, .op = op };
	return v;
}

struct var *tape_var(struct tape *tape, const struct op *op, int t, int n, int c)
{
	const size_t size = (size_t)t * (size_t)n * (size_t)c;
	struct var *v = tape_wrap(tape, op, t, n, c, arena_take(&tape->arena, size * sizeof(real)));

	v->owns = true;
	return v;
}

void tape_enter(struct tape *tape, const struct op *op)
{
	if (tape->profile)
		profile_begin(tape->profile, op->name, NULL, PROFILE_FORWARD);
	if (tape->graph)
		graph_begin(tape->graph);
}

static const char *parameter_of(const struct var *y)
{
	for (int i = 0; i < VAR_INPUTS; i++)
		if (y->in[i] && y->in[i]->name)
			return y->in[i]->name;
	return NULL;
}

/* Values read and written by an operation that did not count any: all of its inputs, of a table
 * no more than of the output, and the output. Backward: its gradient, and theirs read and written.
 */
static void count_default(struct profile *profile, const struct var *y)
{
	const size_t output = var_size(y);
	const struct profile_span *span = &profile->span[profile->open];
	size_t values = output;

	if (span->bytes > 0)
		return;
	for (int i = 0; i < VAR_INPUTS; i++) {
		const struct var *in = y->in[i];
		size_t n = in ? var_size(in) : 0;

		if (in && in->parameter && n > output)
			n = output;
		if (span->direction == PROFILE_FORWARD)
			values += n;
		else if (in && in->needs_gradient)
			values += 2 * n;
	}
	profile_count(profile, 0, (double)(values * sizeof(real)));
}

struct var *tape_leave(struct tape *tape, struct var *y)
{
	if (tape->profile) {
		tape->profile->span[tape->profile->open].detail = parameter_of(y);
		count_default(tape->profile, y);
		profile_end(tape->profile);
	}
	if (tape->graph)
		graph_end(tape->graph, y);
	if (tape->blame)
		blame_result(tape->blame, tape->graph, y);
	return y;
}

void tape_count(struct tape *tape, double multiply_adds, double bytes)
{
	if (tape->profile)
		profile_count(tape->profile, multiply_adds, bytes);
	if (tape->graph)
		graph_count(tape->graph, multiply_adds);
}

bool tape_in_segment(const struct tape *tape, const void *p)
{
	const char *byte = p;

	return tape->segment_start && byte >= tape->arena.base + tape->segment_start &&
	       byte < tape->arena.base + tape->arena.reserved;
}

void *tape_lasting(struct tape *tape, size_t bytes)
{
	if (!tape->lasting.base)
		arena_init(&tape->lasting, (size_t)ARENA_RESERVE_GIB << 30);
	return arena_take(&tape->lasting, bytes);
}

void tape_record(struct tape *tape, struct var *y)
{
	y->needs_gradient = true;
	if (tape->nodes == tape->capacity) {
		tape->capacity = tape->capacity ? 2 * tape->capacity : 256;
		tape->node = memory_resize(tape->node, tape->capacity, sizeof *tape->node);
	}
	tape->node[tape->nodes++] = y;
}

void tape_input(struct tape *tape, struct var *y, int i, struct var *in)
{
	if (i >= VAR_INPUTS)
		panic("%s: input %d of at most %d", y->op->name, i, VAR_INPUTS);
	y->in[i] = in;
	if (in)
		tape_reads(tape, y, i, in);
}

void tape_reads(struct tape *tape, struct var *y, int i, struct var *in)
{
	in->readers++;
	if (tape->graph)
		graph_input(tape->graph, y, i, in);
	if (in->needs_gradient && !y->needs_gradient && !tape->paused)
		tape_record(tape, y);
}

struct dropout_mask tape_dropout(struct tape *tape, double p)
{
	struct dropout_mask mask = { 0, 0 };

	if (!(tape->training && p > 0))
		return mask;
	return (struct dropout_mask){ p, tape->key + 0x9e3779b97f4a7c15ULL * ++tape->dropouts };
}

struct var *tape_parameter(struct tape *tape, int number)
{
	const struct parameter *p;
	struct var *v;

	if (number < 0)
		return NULL;
	p = &tape->parameters->list[number];
	if (tape->completion && tape->completion->first[number] == COMPLETION_UNUSED)
		tape->completion->first[number] = tape->nodes;
	v = tape_wrap(tape, NULL, 1, p->rows, p->columns, tape->parameters->x + p->offset);
	v->name = p->name;
	v->parameter = true;
	if (tape->bfloat16)
		v->bfloat16 = tape->parameters->bfloat16 + p->offset;
	v->needs_gradient = tape->gradient && !tape->paused;
	v->g = tape->gradient ? tape->gradient + p->offset : NULL;
	return v;
}

/* What an operation whose gradient has flowed on needs no longer, or new memory. */
static real *take_gradient(struct tape *tape, size_t size)
{
	size_t best = tape->frees;

	for (size_t i = 0; i < tape->frees; i++)
		if (tape->free[i].size >= size && tape->free[i].size <= 2 * size &&
		    (best == tape->frees || tape->free[i].size < tape->free[best].size))
			best = i;
	if (best < tape->frees) {
		real *x = tape->free[best].x;

		tape->free[best] = tape->free[--tape->frees];
		return x;
	}
	return tape_lasting(tape, size * sizeof(real));
}

static void release(struct tape *tape, real *x, size_t size)
{
	if (tape_in_segment(tape,
	                    x)) /* goes with the segment; a variable outside must not get it */
		return;
	if (tape->frees == tape->free_capacity) {
		tape->free_capacity = tape->free_capacity ? 2 * tape->free_capacity : 64;
		tape->free = memory_resize(tape->free, tape->free_capacity, sizeof *tape->free);
	}
	tape->free[tape->frees++] = (struct free_memory){ x, size };
}

/* The gradient of a variable and its numbers, which nobody reads any more; single numbers stay, for
 * those who look at the loss. */
static void release_variable(struct tape *tape, struct var *v)
{
	real *g = v->g;

	if (v->parameter)
		return;
	v->g = NULL;
	if (g)
		release(tape, g, var_size(v));
	if (!v->owns || v->x == g || var_size(v) == 1)
		return;
	release(tape, v->x, var_size(v));
	v->owns = false;
}

real *tape_gradient_beta(struct tape *tape, struct var *v, real *beta)
{
	*beta = 1;
	if (!v || !v->needs_gradient)
		return NULL;
	if (!v->g) {
		v->g = take_gradient(tape, var_size(v));
		*beta = 0;
	}
	return v->g;
}

real *tape_gradient(struct tape *tape, struct var *v)
{
	real beta, *g = tape_gradient_beta(tape, v, &beta);

	if (g && beta == 0)
		memset(g, 0, var_size(v) * sizeof(real));
	return g;
}

void tape_pass_gradient(struct tape *tape, struct var *y, struct var *v)
{
	if (!v || !v->needs_gradient)
		return;
	if (v->g) {
		tape->vector->accumulate(var_size(v), 1, y->g, v->g);
		return;
	}
	if (tape_in_segment(tape, y->g) && !tape_in_segment(tape, v)) {
		v->g = take_gradient(tape, var_size(v));
		memcpy(v->g, y->g, var_size(v) * sizeof(real));
		return;
	}
	v->g = y->g;
	y->g = NULL;
}

void tape_forget_gradients(struct tape *tape, size_t used)
{
	const char *first = tape->arena.base + used,
		   *last = tape->arena.base + tape->arena.reserved;

	for (size_t i = tape->frees; i-- > 0;) {
		const char *x = (const char *)tape->free[i].x;

		if (x >= first && x < last)
			tape->free[i] = tape->free[--tape->frees];
	}
}

void tape_flow_down_to(struct tape *tape, size_t nodes)
{
	for (size_t i = tape->nodes; i-- > nodes;) {
		struct var *y = tape->node[i];

		if (!y->g)
			continue;
		if (tape->profile)
			profile_begin(tape->profile, y->op->name, parameter_of(y),
			              PROFILE_BACKWARD);
		y->op->backward(tape, y);
		if (tape->blame)
			blame_gradients(tape->blame, tape->graph, y);
		if (tape->profile) {
			count_default(tape->profile, y);
			profile_end(tape->profile);
		}
		release_variable(tape, y);
		if (tape->completion)
			tape->completion->flowed(tape->completion->context, i);
	}
	tape->nodes = nodes;
}

void tape_flow(struct tape *tape)
{
	tape_flow_down_to(tape, 0);
}

void tape_backward(struct tape *tape, struct var *loss)
{
	real *g = tape_gradient(tape, loss);

	if (!g || var_size(loss) != 1)
		panic("backward needs a loss of one number that depends on a parameter");
	g[0] = 1;
	tape_flow(tape);
}
