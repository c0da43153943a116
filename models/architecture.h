/* architecture.h - the contract of an architecture: all that the harness asks of a contestant's
 * body.
 *
 * The harness embeds tokens, adds positions, and owns output layer and loss; an architecture turns
 * embedded sequences into states. One decode() serves training (carry NULL: the whole target at
 * once) and searching (one step at a time; the carry remembers what earlier steps left).
 */
#ifndef BAKEOFF_ARCHITECTURE_H
#define BAKEOFF_ARCHITECTURE_H

#include "core/setting.h"
#include "core/tape.h"
#include "models/carry.h"
#include "models/design.h"

struct model;

enum {
	MEMORY_PROJECTED = 128,
	MEMORY_WEIGHTS = 128
}; /* keys and values that a decoder may keep, all layers together */

/* What the decoder knows of the source. S source steps, N sentences. The variables belong to the
 * tape. */
struct memory {
	const int *length; /* [N] real steps of each sentence */
	struct var
		*states; /* [S][N][C] the encoder's output; 0 on padding for recurrent encoders */
	struct var *embedded; /* [S][N][width] what the encoder was given */
	struct var *values;   /* [S][N][C] what attention's values are made from: states, or their
	                         sum with embedded */
	struct var *summary;  /* [1][N][C] one vector a sentence: the encoder's own, or the mean of
	                         its  states; NULL where nobody wants it */
	struct var *cells;    /* the same of an LSTM encoder's cells; else NULL */
	int prefix;           /* decoder-only (joined.h): source steps before the target; else 0 */
	const int *padding;   /* [N] of them, those before each sentence's first; NULL: none */
	int projected_count;
	struct slice
		projected[MEMORY_PROJECTED]; /* the decoder's own, [S][N][.] or [1][N][.]: made once
	                                        a sentence, shared by all its hypotheses */
	struct var
		*weight[MEMORY_WEIGHTS]; /* weights that are computed from parameters, made once */
};

/* What one side's body costs for one sentence pair: no embedding, output layer or loss. */
struct cost {
	double multiply_adds;   /* forward */
	double receptive_field; /* steps of the side that reach one state through its layers, at
	                           most: 1 + sum of (kernel - 1) dilation over convolutions, window
	                           or block of self-attention (what reaches over a block's edge is
	                           counted for all steps); HUGE_VAL: all of them */
};

struct architecture {
	const char *name;
	const char *about; /* one line: the paper and what makes it different */
	const struct setting *settings;
	size_t settings_size;
	/* Where defaults differ from layer_settings_table's: "key", "value", ..., NULL. */
	const char *const *defaults;
	/* Names of INT settings, its own or of layer_settings_table, that grow with width when
	 * sizes are matched; ends with NULL. */
	const char *const *widths;

	/* Names of its settings that mean something to one side alone; lists end with NULL, and may
	 * be NULL. */
	const char *const *only[SIDES];
	/* The same of settings that mean something beside an encoder only. */
	const char *const *of_encoder;

	/* Rules between a side's settings, layer_settings_check's among them. The message names the
	 * key: "kernel = 4: must be odd". */
	bool (*check)(const struct design *, int side, struct error *);

	/* Channels of the states that a side's layers pass on. */
	int (*width)(const struct design *, int side);

	/* Declares the parameters of a side (encoder or decoder) with parameter_add, fills
	 * model->side[side], and sets model->output_width (decoder). The encoder is built first. */
	void (*build)(struct model *, int side);

	/* x [S][N][C] embedded source -> memory->states, ->summary. */
	void (*encode)(struct tape *, const struct model *, struct var *x, struct memory *);

	/* What the decoder needs of the source, once a sentence -> memory->projected. */
	void (*project)(struct tape *, const struct model *, struct memory *);

	/* y [T][R][C] embedded target -> [T][R][output width]. Row r attends to sentence r / (R /
	 * N). Decoder-only: y may be source and target, see joined.h, and nothing was encoded. */
	struct var *(*decode)(struct tape *, const struct model *, const struct memory *,
	                      struct var *y, struct carry *);

	/* For one sentence pair; ask model_cost. */
	struct cost (*cost)(const struct model *, int side, int source, int target);
};

/* Architectures that a program brings besides those of architectures.def; it ends with NULL. A
 * program that defines it and is linked with libbakeoff.a has them registered after the others
 * (examples/fourth-architecture). */
extern const struct architecture *const architectures_added[] __attribute__((weak));

/* The registered architecture of that name or number, or NULL. */
const struct architecture *architecture_find(const char *name);
const struct architecture *architecture_at(int i);

#endif
