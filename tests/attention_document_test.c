/* attention_document_test.c - the examples of docs/attention.md are what op_attention and
 * op_convolution compute. */
#include "core/error.h"
#include "models/attention.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char document[] = "docs/attention.md";

enum { NUMBERS = 16, ATTENTIONS_LEAST = 6, CONVOLUTIONS_LEAST = 2 };

/* Rows of numbers of one line, one after the other. */
struct numbers {
	int count, rows;
	real x[NUMBERS];
};

struct example {
	bool is_convolution;
	char score[32];
	struct numbers sees, heads, query, keys, values, matrix, vector, weights, context;
	struct numbers steps, taps, bias, gate_taps, gate_bias, sums, outputs;
};

static void read_numbers(char *text, struct numbers *to)
{
	char *save, *word = strtok_r(text, " \n", &save);

	*to = (struct numbers){ .rows = 1 };
	for (; word; word = strtok_r(NULL, " \n", &save))
		if (!strcmp(word, "/"))
			to->rows++;
		else if (to->count < NUMBERS)
			to->x[to->count++] = (real)strtod(word, NULL);
}

static void read_line(struct example *e, char *line)
{
	const struct {
		const char *name;
		struct numbers *to;
	} field[] = { { "sees", &e->sees },           { "heads", &e->heads },
		      { "query", &e->query },         { "keys", &e->keys },
		      { "values", &e->values },       { "matrix", &e->matrix },
		      { "vector", &e->vector },       { "weights", &e->weights },
		      { "context", &e->context },     { "steps", &e->steps },
		      { "taps", &e->taps },           { "bias", &e->bias },
		      { "gate_taps", &e->gate_taps }, { "gate_bias", &e->gate_bias },
		      { "sums", &e->sums },           { "outputs", &e->outputs } };
	char *colon = strchr(line, ':');

	if (!colon)
		fail_msg("%s: no name in %s", document, line);
	*colon = '\0';
	if (!strcmp(line, "score")) {
		snprintf(e->score, sizeof e->score, "%.*s", (int)strcspn(colon + 2, "\n"),
		         colon + 2);
		return;
	}
	for (size_t i = 0; i < sizeof field / sizeof field[0]; i++)
		if (!strcmp(line, field[i].name)) {
			read_numbers(colon + 1, field[i].to);
			return;
		}
	fail_msg("%s: no such name: %s", document, line);
}

/* The next example of the document; false after the last. */
static bool next(FILE *file, struct example *e)
{
	char line[256];
	bool inside = false;

	*e = (struct example){ .score = "" };
	while (fgets(line, sizeof line, file))
		if (!strcmp(line, "```attention\n") || !strcmp(line, "```convolution\n")) {
			inside = true;
			e->is_convolution = line[3] == 'c';
		} else if (inside && !strcmp(line, "```\n"))
			return true;
		else if (inside)
			read_line(e, line);
	return false;
}

/* Rows as steps of one sentence. */
static struct var *steps(struct tape *tape, const struct numbers *n)
{
	struct var *v = tape_var(tape, NULL, n->rows, 1, n->count / n->rows);

	memcpy(v->x, n->x, (size_t)n->count * sizeof(real));
	return v;
}

static struct var *matrix(struct tape *tape, const struct numbers *n)
{
	struct var *v = tape_var(tape, NULL, 1, n->rows, n->count / n->rows);

	memcpy(v->x, n->x, (size_t)n->count * sizeof(real));
	return v;
}

static void expect(const struct example *e, const char *what, const struct numbers *want,
                   const real *got)
{
	for (int i = 0; i < want->count; i++)
		if (!(fabs((double)(got[i] - want->x[i])) <= 6e-5))
			fail_msg("%s: %s: %s %d is %.4f, the document has %.4f", document,
			         e->is_convolution ? "convolution" : e->score, what, i + 1,
			         (double)got[i], (double)want->x[i]);
}

static void check_attention(const struct example *e)
{
	const int length = e->sees.count ? (int)e->sees.x[0] : e->keys.rows;
	const int heads = e->heads.count ? (int)e->heads.x[0] : 1;
	struct attention how = { .heads = heads, .length = &length, .kind = ATTENTION_CROSS };
	struct parameters none = { 0 };
	struct tape tape;
	struct var *key, *y;

	tape_init(&tape);
	tape.keep_attention = true;
	tape_begin(&tape, &none, NULL, false, 0);
	key = steps(&tape, &e->keys);
	if (!strcmp(e->score, "scaled-dot"))
		how.score = SCORE_SCALED_DOT;
	else if (!strcmp(e->score, "general"))
		key = op_linear(&tape, key, matrix(&tape, &e->matrix), NULL, ACTIVATION_NONE);
	else if (!strcmp(e->score, "additive"))
		how.score = SCORE_ADDITIVE;
	else
		assert_string_equal(e->score, "dot");
	if (how.score == SCORE_ADDITIVE)
		how.v = matrix(&tape, &e->vector);
	y = op_attention(&tape, slice_all(steps(&tape, &e->query)), slice_all(key),
	                 slice_all(steps(&tape, &e->values)), how);
	assert_int_equal(e->weights.count, heads * e->keys.rows);
	assert_int_equal(e->context.count, y->c);
	expect(e, "weight", &e->weights, tape.attention->weight);
	expect(e, "context", &e->context, y->x);
	tape_free(&tape);
}

/* Both filters over the steps and as many zeros on either side as an encoder puts there; the taps
 * of each are a row of the weight. */
static void check_convolution(const struct example *e)
{
	const int size = e->taps.count, past = e->taps.rows - 1;
	const struct convolution over = { e->taps.rows, 1, past / 2, past / 2 };
	struct parameters none = { 0 };
	struct var *w, *b, *sums;
	struct tape tape;

	assert_true(e->taps.rows % 2 == 1 && e->gate_taps.count == size);
	assert_int_equal(e->sums.count, e->steps.rows);
	assert_int_equal(e->outputs.count, e->steps.rows);
	tape_init(&tape);
	tape_begin(&tape, &none, NULL, false, 0);
	w = tape_var(&tape, NULL, 1, 2, size);
	b = tape_var(&tape, NULL, 1, 1, 2);
	memcpy(w->x, e->taps.x, (size_t)size * sizeof(real));
	memcpy(w->x + size, e->gate_taps.x, (size_t)size * sizeof(real));
	b->x[0] = e->bias.x[0];
	b->x[1] = e->gate_bias.x[0];
	sums = op_convolution(&tape, steps(&tape, &e->steps), w, b, over);
	assert_true(sums->t == e->steps.rows && sums->c == 2);
	for (int t = 0; t < sums->t; t++)
		if (fabs((double)(sums->x[2 * t] - e->sums.x[t])) > 6e-5)
			fail_msg("%s: convolution: sum %d is %.4f", document, t + 1,
			         (double)sums->x[2 * t]);
	expect(e, "output", &e->outputs, op_glu(&tape, sums)->x);
	tape_free(&tape);
}

static void every_example_is_what_the_code_computes(void **state)
{
	FILE *file = fopen(document, "r");
	struct example e;
	int attentions = 0, convolutions = 0;

	(void)state;
	if (!file)
		fail_msg("%s cannot be read; run the tests from the source's root", document);
	while (next(file, &e))
		if (e.is_convolution) {
			check_convolution(&e);
			convolutions++;
		} else {
			check_attention(&e);
			attentions++;
		}
	fclose(file);
	assert_true(attentions >= ATTENTIONS_LEAST && convolutions >= CONVOLUTIONS_LEAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_is_what_the_code_computes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
