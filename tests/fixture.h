/* fixture.h - one file of reference values: tensors in, results and gradients out to be compared.
 */
#ifndef BAKEOFF_FIXTURE_H
#define BAKEOFF_FIXTURE_H

#include "core/safetensors.h"
#include "core/tape.h"
#include "models/attention.h"
#include "tests/tally.h"

#include <stdbool.h>

#include <jansson.h>

/* A case under way. Gradients of parameters and inputs are compared under their names. */
struct fixture {
	struct safetensors file;
	struct tape tape;
	struct parameters parameters;
	struct fixture_parameter {
		const char *source; /* tensor that the parameter is made of; NULL: made otherwise */
		int first;          /* row of it at which the parameter begins */
	} made_of[128];
	real *gradient;
	struct fixture_input {
		const char *name;
		struct var *v;
		int n, t, c; /* as stored: [n][t][c] */
		bool states; /* stored [t][n][c] */
	} input[16];
	int inputs;
	double worst;     /* largest error so far, relative to the tensor's largest number */
	char where[96];   /* of it */
	char missing[96]; /* why the case is not implemented; "" otherwise */
};

/* The tensor's numbers, to be freed; panics where it is not there. `count` may be NULL. */
double *fixture_numbers(const struct fixture *, const char *name, size_t *count);
bool fixture_has(const struct fixture *, const char *name);
/* Integer ids of an [n][t] or [n] tensor, time-major [t][n]. */
int *fixture_ids(struct fixture *, const char *name, int *n, int *t);
/* Lengths, or NULL where there are none. */
int *fixture_lengths(struct fixture *);

/* Options of the metadata: a number, a word, a truth; `otherwise` where the key is missing. Words
 * last as long as the fixture. */
bool fixture_has_option(const struct fixture *, const char *key);
double fixture_number(const struct fixture *, const char *key, double otherwise);
const char *fixture_word(const struct fixture *, const char *key, const char *otherwise);
bool fixture_true(const struct fixture *, const char *key);

/* Parameters are declared first, all of them, then fixture_begin, then inputs and operations. Each
 * parameter is copied from the tensor `source`, rows from `first` on; convolution weights [o][i][k]
 * are turned into [o][k i]. */
int fixture_parameter(struct fixture *, const char *source);
int fixture_parameter_rows(struct fixture *, const char *source, int first, int rows,
                           const char *as);
/* A square parameter becomes the identity. */
void fixture_identity(struct fixture *, int parameter);
/* A multi-head block of PyTorch's parameters PREFIXin_proj_weight, ... */
struct attention_block fixture_heads(struct fixture *, const char *prefix, int d, int heads,
                                     bool cross);
void fixture_begin(struct fixture *);

/* An input [n][t][c] (or [n][c]: one step) as a variable with a gradient, time-major; states are
 * [layer][n][c] already. */
struct var *fixture_input(struct fixture *, const char *name);
struct var *fixture_states(struct fixture *, const char *name);

/* Compares y, time-major, with tensor `name` [n][t][c]; fixture_compare compares plain numbers. */
void fixture_output(struct fixture *, const char *name, const struct var *y);
void fixture_compare(struct fixture *, const char *name, size_t n, const real *got);

/* Adds the numbers of tensor `name`, [n][t][c], to the gradient of y: the loss has a term sum(y *
 * name). */
void fixture_seed(struct fixture *, struct var *y, const char *name);
/* Runs backward and compares all gradients that the file has ("grad.NAME") with those of parameters
 * and inputs. */
void fixture_gradients(struct fixture *);

#endif
