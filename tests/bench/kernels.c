/* kernels.c - speed of matrix products and vector functions, as tables in Markdown.
 *
 *     kernels products|vectors [ROUNDS]
 *
 * One thread. Each number is the median of ROUNDS (5) measurements in turn with all others.
 */
#include "core/gemm.h"
#include "core/machine.h"
#include "core/roofline.h"
#include "core/vector.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 99, MOST_COLUMNS = 4 };

static const double slice = 0.01; /* s of one measurement */

struct rates {
	double rate[MOST_ROUNDS]; /* units a second */
	int count;
};

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median_of(struct rates *r)
{
	qsort(r->rate, (size_t)r->count, sizeof *r->rate, ascending);
	return (r->rate[(r->count - 1) / 2] + r->rate[r->count / 2]) / 2;
}

struct work {
	void (*run)(const struct work *);
	double units; /* of a run */
	struct gemm_shape shape;
	const struct gemm_library *library;
	const struct vector_kernels *vector;
	const struct vector_case *vector_case;
	real *a, *b, *c;
	uint16_t *a16, *b16;
};

static void measure(const struct work *w, struct rates *r)
{
	double start, seconds;
	long runs = 0;

	w->run(w);
	start = machine_seconds();
	do {
		w->run(w);
		runs++;
		seconds = machine_seconds() - start;
	} while (seconds < slice);
	r->rate[r->count++] = (double)runs * w->units / seconds;
}

/* Products of a shard of 1,024 positions (32 sentences of 32) in experiments/multi30k.yaml (small)
 * and multi30k-tiny.yaml (tiny), and of steps of a search. */
static const struct product {
	const char *size, *name;
	struct gemm_shape shape;
} products[] = {
#define SHAPE(ta, tb, m, n, k)                                                                     \
	{                                                                                          \
		ta, tb, m, n, k, (ta) ? (m) : (k), (tb) ? (k) : (n), n                             \
	}
#define SIZE(size, d, ff, h)                                                                       \
	{ size, "linear, forward (wide)", SHAPE(0, 1, 1024, ff, d) },                              \
		{ size, "linear, forward (narrow)", SHAPE(0, 1, 1024, d, ff) },                    \
		{ size, "linear, forward (square)", SHAPE(0, 1, 1024, d, d) },                     \
		{ size, "linear, input's gradient", SHAPE(0, 0, 1024, d, ff) },                    \
		{ size, "linear, weight's gradient", SHAPE(1, 0, ff, d, 1024) },                   \
		{ size, "convolution, forward", SHAPE(0, 1, 1024, 2 * (d), 3 * (d)) },             \
		{ size, "convolution, weight's gradient", SHAPE(1, 0, 2 * (d), 3 * (d), 1024) },   \
		{ size, "LSTM, a step", SHAPE(0, 1, 32, 4 * (h), h) },                             \
		{ size, "LSTM, a step's gradient", SHAPE(0, 0, 32, h, 4 * (h)) },                  \
		{ size, "LSTM, weight's gradient", SHAPE(1, 0, 4 * (h), h, 1024) },                \
		{ size, "output layer, logits", SHAPE(0, 1, 64, 8000, d) },                        \
		{ size, "output layer, input's gradient", SHAPE(0, 0, 64, d, 8000) },              \
		{ size, "output layer, weight's gradient", SHAPE(1, 0, 8000, d, 64) },             \
		{ size, "attention, scores of a head", SHAPE(0, 1, 32, 32, (d) / 4) },             \
		{ size, "attention, context of a head", SHAPE(0, 0, 32, (d) / 4, 32) },            \
		{ size, "search, one row", SHAPE(0, 1, 1, ff, d) },                                \
		{ size, "search, five rows", SHAPE(0, 1, 5, ff, d) },                              \
	{                                                                                          \
		size, "search, logits of five rows", SHAPE(0, 1, 5, 8000, d)                       \
	}
	SIZE("small", 256, 1024, 512),
	SIZE("tiny", 128, 512, 256),
};

enum { PRODUCTS = sizeof products / sizeof products[0] };

static void run_product(const struct work *w)
{
	w->library->multiply(&w->shape, 1, w->a, w->b, 0, w->c);
}

#ifndef BAKEOFF_DOUBLE
static void run_bfloat16(const struct work *w)
{
	w->library->multiply_bfloat16(&w->shape, 1, w->a16, w->b16, 0, w->c);
}
#endif

static void fill(real *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = (real)((double)(i * 2654435761U % 1000) / 1000 - 0.5);
}

struct table_columns {
	const struct gemm_library *library[MOST_COLUMNS];
	bool bfloat16[MOST_COLUMNS];
	int count;
};

static struct table_columns columns_of(void)
{
	struct table_columns c = { .count = 0 };

	for (int i = 0; gemm_library_at(i) && c.count < MOST_COLUMNS - 1; i++)
		c.library[c.count++] = gemm_library_at(i);
	if (gemm_for_processor()->bfloat16) {
		c.bfloat16[c.count] = true;
		c.library[c.count++] = gemm_for_processor()->bfloat16;
	}
	return c;
}

static struct work product_work(const struct product *p, const struct table_columns *c, int column,
                                const struct work *memory)
{
	struct work w = *memory;

	w.shape = p->shape;
	w.units = 2.0 * p->shape.m * p->shape.n * p->shape.k;
	w.library = c->library[column];
	w.run = run_product;
#ifndef BAKEOFF_DOUBLE
	if (c->bfloat16[column])
		w.run = run_bfloat16;
#endif
	return w;
}

static void print_products(struct rates (*rates)[MOST_COLUMNS], const struct table_columns *c,
                           const struct roofline *roofline)
{
	printf("GFLOP/s, of the peak in %%: %.1f GFLOP/s a processor (%s)", 2e-9 * roofline->peak,
	       roofline->set);
	if (roofline->peak_bfloat16 > 0)
		printf(", %.1f of bfloat16", 2e-9 * roofline->peak_bfloat16);
	printf(".\n\n| size | product | m x n x k | op |");
	for (int i = 0; i < c->count; i++)
		printf(" %s%s |", c->library[i]->name, c->bfloat16[i] ? " bfloat16" : "");
	printf("\n|---|---|---|---|");
	for (int i = 0; i < c->count; i++)
		printf("---:|");
	putchar('\n');
	for (int p = 0; p < PRODUCTS; p++) {
		const struct gemm_shape *s = &products[p].shape;

		printf("| %s | %s | %d x %d x %d | %s |", products[p].size, products[p].name, s->m,
		       s->n, s->k,
		       s->transpose_a   ? "A^T B"
		       : s->transpose_b ? "A B^T"
		                        : "A B");
		for (int i = 0; i < c->count; i++) {
			const double rate = median_of(&rates[p][i]);
			const double peak =
				2 * (c->bfloat16[i] ? roofline->peak_bfloat16 : roofline->peak);

			printf(" %.0f, %.0f %% |", 1e-9 * rate, 100 * rate / peak);
		}
		putchar('\n');
	}
}

static void measure_products(int rounds, const struct roofline *roofline)
{
	const struct table_columns columns = columns_of();
	const size_t most = (size_t)8000 * 1024;
	static struct rates rates[PRODUCTS][MOST_COLUMNS];
	struct work memory = { .a = memory_aligned(most, sizeof(real)),
		               .b = memory_aligned(most, sizeof(real)),
		               .c = memory_aligned(most, sizeof(real)),
		               .a16 = memory_aligned(most, 2),
		               .b16 = memory_aligned(most, 2) };

	fill(memory.a, most);
	fill(memory.b, most);
#ifndef BAKEOFF_DOUBLE
	vector_kernels()->to_bfloat16(most, memory.a, memory.a16);
	vector_kernels()->to_bfloat16(most, memory.b, memory.b16);
#endif
	for (int r = 0; r < rounds; r++)
		for (int p = 0; p < PRODUCTS; p++)
			for (int i = 0; i < columns.count; i++) {
				const struct work w =
					product_work(&products[p], &columns, i, &memory);

				measure(&w, &rates[p][i]);
			}
	print_products(rates, &columns, roofline);
	free(memory.a);
	free(memory.b);
	free(memory.c);
	free(memory.a16);
	free(memory.b16);
}

/* A function on N numbers, in rows of `row`; `arrays` of them are read or written. */
struct vector_case {
	const char *name;
	int row;
	double arrays;
	void (*run)(const struct vector_kernels *, size_t row, real *a, real *b, real *c);
};

enum { N = 32768 };

#define ELEMENTWISE(name)                                                                          \
	static void do_##name(const struct vector_kernels *v, size_t n, real *a, real *b, real *c) \
	{                                                                                          \
		(void)b;                                                                           \
		v->name(n, a, c);                                                                  \
	}
ELEMENTWISE(tanh)
ELEMENTWISE(sigmoid)
ELEMENTWISE(relu)

static void do_add(const struct vector_kernels *v, size_t n, real *a, real *b, real *c)
{
	v->add(n, 1, a, b, c);
}

static void do_accumulate(const struct vector_kernels *v, size_t n, real *a, real *b, real *c)
{
	(void)b;
	v->accumulate(n, (real)1e-3, a, c);
}

static void do_dropout(const struct vector_kernels *v, size_t n, real *a, real *b, real *c)
{
	(void)b;
	v->dropout(n, 1, 0, 0.1, a, c);
}

static void do_softmax(const struct vector_kernels *v, size_t n, real *a, real *b, real *c)
{
	(void)a;
	(void)b;
	v->softmax(n, 1, c);
}

static void do_exp_total(const struct vector_kernels *v, size_t n, real *a, real *b, real *c)
{
	(void)b;
	c[0] = v->exp_total(n, a, c + 1);
}

static void do_layer_norm(const struct vector_kernels *v, size_t n, real *a, real *b, real *c)
{
	real statistics[2];

	v->layer_norm(n, (real)1e-5, a, b, b, c, statistics);
}

static void do_glu(const struct vector_kernels *v, size_t n, real *a, real *b, real *c)
{
	v->glu(n / 2, a, b, c);
}

static void do_lstm(const struct vector_kernels *v, size_t n, real *a, real *b, real *c)
{
	const size_t h = n / 4;

	v->lstm(h, a, b, b + h, c, c + h);
}

static void do_adam(const struct vector_kernels *v, size_t n, real *a, real *b, real *c)
{
	static const struct adam_step step = { 1e-3, 0.9, 0.98, 1e-9, 0.5, 0.5, 1, 0, 1 };

	v->adam(n / 4, &step, a, b, b + n / 4, c);
}

/* Bytes are counted in arrays of the row; those of lstm and adam are parts of it. */
static const struct vector_case cases[] = {
	{ "tanh", N, 2, do_tanh },
	{ "sigmoid", N, 2, do_sigmoid },
	{ "relu", N, 2, do_relu },
	{ "add", N, 3, do_add },
	{ "accumulate", N, 3, do_accumulate },
	{ "dropout", N, 2, do_dropout },
	{ "softmax, rows of 32", 32, 2, do_softmax },
	{ "exp_total, rows of 8192", 8192, 1, do_exp_total },
	{ "layer_norm, rows of 256", 256, 2, do_layer_norm },
	{ "glu, rows of 256", 512, 2, do_glu },
	{ "lstm, 512 cells", 2048, 3, do_lstm },
	{ "adam", N, 1.75, do_adam },
};

enum { CASES = sizeof cases / sizeof cases[0] };

static void run_vector(const struct work *w)
{
	const size_t row = (size_t)w->vector_case->row;

	for (size_t at = 0; at < N; at += row)
		w->vector_case->run(w->vector, row, w->a + at, w->b + at, w->c + at);
}

static int sets(void)
{
	int count = 0;

	while (vector_kernels_available(count) && count < MOST_COLUMNS)
		count++;
	return count;
}

static void measure_vectors(int rounds)
{
	static struct rates rates[CASES][MOST_COLUMNS];
	real *a = memory_aligned(N, sizeof *a), *b = memory_aligned(N, sizeof *b);
	real *c = memory_aligned(N, sizeof *c);

	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < CASES; i++)
			for (int s = 0; s < sets(); s++) {
				const struct work w = { .run = run_vector,
					                .units = (double)N * cases[i].arrays *
					                         sizeof(real),
					                .vector = vector_kernels_available(s),
					                .vector_case = &cases[i],
					                .a = a,
					                .b = b,
					                .c = c };

				fill(a, N);
				fill(b, N);
				fill(c, N);
				measure(&w, &rates[i][s]);
			}
	printf("GB/s read and written, arrays of %d numbers.\n\n| function |", N);
	for (int s = 0; s < sets(); s++)
		printf(" %s |", vector_kernels_available(s)->name);
	printf("\n|---|");
	for (int s = 0; s < sets(); s++)
		printf("---:|");
	for (int i = 0; i < CASES; i++) {
		printf("\n| %s |", cases[i].name);
		for (int s = 0; s < sets(); s++)
			printf(" %.1f |", 1e-9 * median_of(&rates[i][s]));
	}
	putchar('\n');
	free(a);
	free(b);
	free(c);
}

int main(int argc, char **argv)
{
	const int rounds = argc > 2 ? atoi(argv[2]) : 5;
	struct roofline roofline;
	struct error error;
	struct pool *pool;

	if (argc < 2 || rounds < 1 || rounds > MOST_ROUNDS ||
	    (strcmp(argv[1], "products") != 0 && strcmp(argv[1], "vectors") != 0)) {
		fputs("usage: kernels products|vectors [ROUNDS]\n", stderr);
		return 2;
	}
	pool = pool_open(1, &error);
	if (!gemm_init(&error)) {
		fprintf(stderr, "kernels: %s\n", error.message);
		return 1;
	}
	if (!strcmp(argv[1], "vectors")) {
		measure_vectors(rounds);
	} else {
		roofline_measure(&roofline, pool);
		measure_products(rounds, &roofline);
	}
	pool_close(pool);
	return 0;
}
