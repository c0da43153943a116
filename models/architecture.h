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
#include "models/settings.h"

struct model;

enum {
	MEMORY_PROJECTED = 128,
	MEMORY_WEIGHTS = 64
}; /* keys and values that a decoder may keep, all layers together */

/* What the decoder knows of the source. S source steps, N sentences. The variables belong to the
 * tape. */
struct memory {
	const int *length; /* [N] real steps of each sentence */
	struct var
		*states; /* [S][N][C] the encoder's output; 0 on padding for recurrent encoders */
	struct var *embedded; /* [S][N][C] what the encoder was given */
	struct var
		*summary; /* [1][N][C] one vector a sentence, or NULL where the encoder has none */
	int projected_count;
	struct slice
		projected[MEMORY_PROJECTED]; /* the decoder's own, [S][N][.] or [1][N][.]: made once
	                                        a sentence, shared by all its hypotheses */
	struct var
		*weight[MEMORY_WEIGHTS]; /* weights that are computed from parameters, made once */
};

/* What one sentence pair costs the body: no embedding, output layer or loss. */
struct cost {
	double multiply_adds; /* forward, encoder and decoder together */
	double sequential;    /* operations that must wait for each other, in training */
	double path;          /* longest path between two target positions */
};

struct architecture {
	const char *name;
	const char *about; /* one line: the paper and what makes it different */
	const struct setting *settings;
	size_t settings_size;
	const char *const *widths; /* names of INT settings that grow with width when sizes are
	                              matched; ends with NULL */

	/* Rules between settings; may be NULL. The message names the key: "heads = 3: must divide
	 * width = 256". */
	bool (*check)(const void *settings, const struct model_settings *, struct error *);

	/* Declares the parameters of a side (encoder or decoder) with parameter_add, fills
	 * model->side[side], and for the decoder sets model->output_width. */
	void (*build)(struct model *, const void *settings, int side);

	/* x [S][N][C] embedded source -> memory->states, ->summary. */
	void (*encode)(struct tape *, const struct model *, struct var *x, struct memory *);

	/* What the decoder needs of the source, once a sentence -> memory->projected. */
	void (*project)(struct tape *, const struct model *, struct memory *);

	/* y [T][R][C] embedded target -> [T][R][output width]. Row r attends to sentence r / (R /
	 * N). */
	struct var *(*decode)(struct tape *, const struct model *, const struct memory *,
	                      struct var *y, struct carry *);

	struct cost (*cost)(const struct model *, int source, int target);
};

/* The registered architecture of that name or number, or NULL. */
const struct architecture *architecture_find(const char *name);
const struct architecture *architecture_at(int i);

#endif
