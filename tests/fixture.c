/* fixture.c - tensors of a file of reference values in and out of a tape. */
#include "tests/fixture.h"
#include "core/error.h"
#include "core/ops.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct tensor *tensor(const struct fixture *f, const char *name)
{
	const struct tensor *t = safetensors_find(&f->file, name);

	if (!t)
		panic("fixture: no tensor %s", name);
	return t;
}

bool fixture_has(const struct fixture *f, const char *name)
{
	return safetensors_find(&f->file, name) != NULL;
}

double *fixture_numbers(const struct fixture *f, const char *name, size_t *count)
{
	const struct tensor *t = tensor(f, name);
	double *x = memory_new(t->count, sizeof *x);

	for (size_t i = 0; i < t->count; i++)
		x[i] = tensor_number(t, i);
	if (count)
		*count = t->count;
	return x;
}

int *fixture_ids(struct fixture *f, const char *name, int *n, int *t)
{
	const struct tensor *x = tensor(f, name);
	int *id = tape_memory(&f->tape, x->count * sizeof *id);

	*n = (int)x->shape[0];
	*t = x->dimensions > 1 ? (int)x->shape[1] : 1;
	for (int i = 0; i < *n; i++)
		for (int j = 0; j < *t; j++)
			id[j * *n + i] = (int)tensor_number(x, (size_t)(i * *t + j));
	return id;
}

int *fixture_lengths(struct fixture *f)
{
	int n, t;

	return fixture_has(f, "length") ? fixture_ids(f, "length", &n, &t) : NULL;
}

static const char *option(const struct fixture *f, const char *key)
{
	return safetensors_metadata(&f->file, key);
}

bool fixture_has_option(const struct fixture *f, const char *key)
{
	return option(f, key) != NULL;
}

double fixture_number(const struct fixture *f, const char *key, double otherwise)
{
	return option(f, key) ? strtod(option(f, key), NULL) : otherwise;
}

const char *fixture_word(const struct fixture *f, const char *key, const char *otherwise)
{
	const char *text = option(f, key);
	char *word;

	if (!text)
		return otherwise;
	word = memory_text(text + (text[0] == '"'));
	word[strcspn(word, "\"")] = '\0';
	json_object_set_new(f->file.header, key, json_string(word));
	free(word);
	return json_string_value(json_object_get(f->file.header, key));
}

bool fixture_true(const struct fixture *f, const char *key)
{
	return option(f, key) && !strcmp(option(f, key), "true");
}

int fixture_parameter_rows(struct fixture *f, const char *source, int first, int rows,
                           const char *as)
{
	const struct tensor *t = tensor(f, source);
	const int length = (int)t->shape[0];
	const int columns = length ? (int)(t->count / t->shape[0]) : 0;
	int number;

	if (t->dimensions == 1)
		number = parameter_add(&f->parameters, 1, rows ? rows : length, START_CONSTANT, 0,
		                       "%s", as);
	else
		number = parameter_add(&f->parameters, rows ? rows : length, columns,
		                       START_CONSTANT, 0, "%s", as);
	f->made_of[number] = (struct fixture_parameter){ t->name, first };
	return number;
}

int fixture_parameter(struct fixture *f, const char *source)
{
	return fixture_parameter_rows(f, source, 0, 0, source);
}

struct attention_block fixture_heads(struct fixture *f, const char *prefix, int d, int heads,
                                     bool cross)
{
	struct attention_block block = attention_block_none(SCORE_SCALED_DOT, heads);
	static const char *const part[] = { "in_proj_weight", "in_proj_bias", "out_proj.weight",
		                            "out_proj.bias" };
	char name[4][96], as[128];

	block.query_c = block.key_c = block.value_c = block.context_c = d;
	for (int i = 0; i < 4; i++)
		snprintf(name[i], sizeof name[i], "%s%s", prefix, part[i]);
	block.output =
		(struct projection){ fixture_parameter(f, name[2]), fixture_parameter(f, name[3]) };
	if (!cross) {
		block.query_key_value = (struct projection){ fixture_parameter(f, name[0]),
			                                     fixture_parameter(f, name[1]) };
		return block;
	}
	for (int i = 0; i < 4; i++) {
		int *to[] = { &block.query.weight, &block.query.bias, &block.key_value.weight,
			      &block.key_value.bias };

		snprintf(as, sizeof as, "%s:%d", name[i % 2], i / 2);
		*to[i] = fixture_parameter_rows(f, name[i % 2], i < 2 ? 0 : d, i < 2 ? d : 2 * d,
		                                as);
	}
	return block;
}

/* Where number i of a tensor lies in our layout: convolution weights [o][i][k] are [o][k][i] here.
 */
static size_t place(const struct tensor *t, size_t i)
{
	size_t inner, taps;

	if (t->dimensions != 3)
		return i;
	inner = t->shape[1];
	taps = t->shape[2];
	return i / (inner * taps) * inner * taps + i % taps * inner + i / taps % inner;
}

static size_t row_size(const struct tensor *t)
{
	return t->dimensions == 1 ? 1 : t->count / t->shape[0];
}

static size_t parameter_size(const struct parameter *p)
{
	return (size_t)p->rows * (size_t)p->columns;
}

void fixture_identity(struct fixture *f, int number)
{
	f->made_of[number] = (struct fixture_parameter){ NULL, 0 };
}

void fixture_begin(struct fixture *f)
{
	parameters_start(&f->parameters, 0);
	for (int i = 0; i < f->parameters.count; i++) {
		const struct parameter *p = &f->parameters.list[i];
		real *x = f->parameters.x + p->offset;
		const struct tensor *t;

		if (!f->made_of[i].source) {
			for (int r = 0; r < p->rows; r++)
				x[r * p->columns + r] = 1;
			continue;
		}
		t = tensor(f, f->made_of[i].source);
		for (size_t j = 0; j < parameter_size(p); j++) {
			const size_t from = j + (size_t)f->made_of[i].first * row_size(t);

			x[place(t, j)] = (real)tensor_number(t, from);
		}
	}
	f->gradient = memory_new(f->parameters.size + 1, sizeof *f->gradient);
	tape_begin(&f->tape, &f->parameters, f->gradient, true, 0);
	f->tape.keep_attention = true;
}

static struct var *add_input(struct fixture *f, const char *name, int n, int t, int c, bool states)
{
	const struct tensor *x = tensor(f, name);
	struct var *v = tape_var(&f->tape, NULL, t, n, c);

	for (int i = 0; i < n; i++)
		for (int j = 0; j < t; j++)
			for (int k = 0; k < c; k++) {
				const int to = (j * n + i) * c + k, from = (i * t + j) * c + k;

				v->x[to] = (real)tensor_number(x, (size_t)(states ? to : from));
			}
	v->needs_gradient = true;
	f->input[f->inputs++] = (struct fixture_input){ x->name, v, n, t, c, states };
	return v;
}

struct var *fixture_input(struct fixture *f, const char *name)
{
	const struct tensor *x = tensor(f, name);
	const bool steps = x->dimensions == 3;

	return add_input(f, name, (int)x->shape[0], steps ? (int)x->shape[1] : 1,
	                 (int)x->shape[steps ? 2 : 1], false);
}

struct var *fixture_states(struct fixture *f, const char *name)
{
	const struct tensor *x = tensor(f, name);

	return add_input(f, name, (int)x->shape[1], (int)x->shape[0], (int)x->shape[2], true);
}

static void note(struct fixture *f, const char *name, double error)
{
	if (isnan(error))
		error = HUGE_VAL;
	if (error < f->worst)
		return;
	f->worst = error;
	snprintf(f->where, sizeof f->where, "%s", name);
}

/* The largest difference, relative to the largest number expected. */
static double relative(const double *want, const double *got, size_t n)
{
	double most = 0, scale = 0;

	for (size_t i = 0; i < n; i++) {
		const double difference = fabs(got[i] - want[i]);

		if (!(difference <= most))
			most = difference;
		scale = fmax(scale, fabs(want[i]));
	}
	return scale > 0 ? most / scale : most;
}

static void compare(struct fixture *f, const char *name, const double *got, size_t n)
{
	size_t count;
	double *want = fixture_numbers(f, name, &count);

	note(f, name, count == n ? relative(want, got, n) : HUGE_VAL);
	free(want);
}

void fixture_compare(struct fixture *f, const char *name, size_t n, const real *got)
{
	double *x = memory_new(n, sizeof *x);

	for (size_t i = 0; i < n; i++)
		x[i] = (double)got[i];
	compare(f, name, x, n);
	free(x);
}

/* Time-major numbers in the order of the file. */
static void compare_turned(struct fixture *f, const char *name, int n, int t, int c,
                           const real *got)
{
	double *x = memory_new((size_t)n * (size_t)t * (size_t)c, sizeof *x);

	for (int i = 0; i < n; i++)
		for (int j = 0; j < t; j++)
			for (int k = 0; k < c; k++)
				x[(i * t + j) * c + k] = (double)got[(j * n + i) * c + k];
	compare(f, name, x, (size_t)n * (size_t)t * (size_t)c);
	free(x);
}

void fixture_output(struct fixture *f, const char *name, const struct var *y)
{
	compare_turned(f, name, y->n, y->t, y->c, y->x);
}

void fixture_seed(struct fixture *f, struct var *y, const char *name)
{
	double *w = fixture_numbers(f, name, NULL);
	real *g = tape_gradient(&f->tape, y);

	for (int i = 0; g && i < y->n; i++)
		for (int j = 0; j < y->t; j++)
			for (int k = 0; k < y->c; k++)
				g[(j * y->n + i) * y->c + k] += (real)w[(i * y->t + j) * y->c + k];
	free(w);
}

/* Gradients of parameters that are rows of one tensor are put together before they are compared. */
static void compare_parameter(struct fixture *f, const char *source)
{
	const struct tensor *t = tensor(f, source);
	double *got = memory_new(t->count, sizeof *got);
	char name[128];

	for (int i = 0; i < f->parameters.count; i++) {
		const struct parameter *p = &f->parameters.list[i];

		if (!f->made_of[i].source || strcmp(f->made_of[i].source, source))
			continue;
		for (size_t j = 0; j < parameter_size(p); j++)
			got[j + (size_t)f->made_of[i].first * row_size(t)] =
				(double)f->gradient[p->offset + place(t, j)];
	}
	snprintf(name, sizeof name, "grad.%s", source);
	compare(f, name, got, t->count);
	free(got);
}

static void compare_input(struct fixture *f, const struct fixture_input *in)
{
	char name[128];

	snprintf(name, sizeof name, "grad.%s", in->name);
	tape_gradient(&f->tape, in->v);
	if (in->states)
		fixture_compare(f, name, var_size(in->v), in->v->g);
	else
		compare_turned(f, name, in->n, in->t, in->c, in->v->g);
}

/* A gradient of the file that nobody compares is an error: nothing may be passed over. */
static bool is_known(const struct fixture *f, const char *name)
{
	for (int i = 0; i < f->inputs; i++)
		if (!strcmp(f->input[i].name, name))
			return true;
	for (int i = 0; i < f->parameters.count; i++)
		if (f->made_of[i].source && !strcmp(f->made_of[i].source, name))
			return true;
	return false;
}

void fixture_gradients(struct fixture *f)
{
	tape_flow(&f->tape);
	for (size_t i = 0; i < f->file.count; i++) {
		const char *name = f->file.list[i].name;

		if (strncmp(name, "grad.", 5))
			continue;
		if (!is_known(f, name + 5)) {
			note(f, name, HUGE_VAL);
			continue;
		}
		for (int j = 0; j < f->inputs; j++)
			if (!strcmp(f->input[j].name, name + 5))
				compare_input(f, &f->input[j]);
		for (int j = 0; j < f->parameters.count; j++)
			if (f->made_of[j].source && !strcmp(f->made_of[j].source, name + 5)) {
				compare_parameter(f, f->made_of[j].source);
				break;
			}
	}
}
