/* parameters.h - the weights of a model: named matrices in one flat array. */
#ifndef BAKEOFF_PARAMETERS_H
#define BAKEOFF_PARAMETERS_H

#include "core/pool.h"
#include "core/real.h"

#include <stddef.h>
#include <stdint.h>

enum parameter_start {
	START_CONSTANT, /* value */
	START_UNIFORM,  /* -value .. value */
	START_NORMAL,   /* mean 0, deviation value */
	START_XAVIER, /* uniform, bound sqrt(6 / (rows + columns)); Glorot and Bengio 2010, equation
	                 16 */
	START_FORGET, /* an LSTM's bias: 0, but `value` in the second quarter (the forget gates) */
};

struct parameter {
	char *name; /* "encoder.0.linear1.weight": parts joined by dots, unique */
	int rows, columns;
	size_t offset; /* of the first real in the flat array; rows lie one after the other */
	enum parameter_start start;
	double value;
	int gain; /* of a matrix under weight norm: its gains, another parameter; else -1 */
};

struct parameters {
	struct parameter *list; /* [count] */
	int count;
	size_t size;        /* reals in the flat array, alignment included (those stay 0) */
	real *x;            /* the flat array; NULL until parameters_start */
	uint16_t *bfloat16; /* x in bfloat16, while training keeps it up to date; else NULL */
};

/* Declares a matrix and returns its number. A vector has one row. */
int parameter_add(struct parameters *, int rows, int columns, enum parameter_start, double value,
                  const char *name, ...) __attribute__((format(printf, 6, 7)));

/* The matrix v is under weight norm with the `gain` of each row, and both are used by
 * op_weight_norm alone: training then makes w once an update (core/normed.h). */
void parameter_normalise(struct parameters *, int v, int gain);

/* The number of the parameter of that name, or -1. */
int parameter_find(const struct parameters *, const char *name);

/* Weights, without the alignment between them. */
size_t parameters_count(const struct parameters *);

/* Makes the array, all 0: for weights that are read from a file. */
void parameters_empty(struct parameters *);
/* Makes the array and draws the first weights: a function of (seed, name, shape) alone. */
void parameters_start(struct parameters *, uint64_t seed);
/* The same on all workers of a pool. */
void parameters_start_on(struct parameters *, uint64_t seed, struct pool *);
void parameters_free(struct parameters *);

#endif
