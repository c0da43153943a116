/* model.h - a contestant: an architecture's body between the harness's embeddings, output layer and
 * loss. */
#ifndef BAKEOFF_MODEL_H
#define BAKEOFF_MODEL_H

#include "core/ops.h"
#include "core/parameters.h"
#include "data/batch.h"
#include "data/lexicon.h"
#include "models/architecture.h"

/* What a body wants of its embeddings; build() fills it in for its side. */
struct embedding {
	bool scaled;        /* times sqrt(width) */
	double deviation;   /* of the first weights */
	bool dropout_steps; /* one dropout mask for all steps */
};

struct model_side {
	struct body body;
	void *layout; /* the architecture's own: numbers of its parameters; freed by model_close */
	struct embedding embedding;
	real residual_scale;       /* of the sub-layers of its layers */
	int backward;              /* encoder: its states' last channels, which a recurrence from
	                              the last step to the first made */
	int table, position_table; /* parameters; -1 where there is none */
};

/* Decoder-only: side[SIDE_TARGET] is all there is of layers; the source has a table of tokens, or
 * there is no source. Encoder-only: side[SIDE_SOURCE] is all there is, and the target has labels.
 */
struct model {
	char name[64]; /* of its architectures; see design_name */
	struct model_settings settings;
	int vocabulary[SIDES]; /* entries */
	int longest;           /* tokens of the longest sentence that may come, end included */
	struct parameters parameters;
	struct model_side side[SIDES];
	int memory_width;               /* channels of the encoder's states */
	bool wants_summary;             /* the decoder reads memory->summary */
	bool wants_cells;               /* and memory->cells */
	int output_width;               /* channels of what the output layer reads */
	int output_weight, output_bias; /* parameters; bias -1 where the layer is tied */
	real *sinusoids;                /* [sinusoid_steps][width] or NULL */
	int sinusoid_steps;
	/* Heads that are switched off, whatever the model does: their contexts are 0. The caller's,
	 * who may change them between two calls; NULL, as at first: none. */
	const struct head_place *masked; /* [masks] */
	size_t masks;
	const struct lexicon *lexicon; /* for search.shortlist; the caller's, or NULL */
};

bool model_is_decoder_only(const struct model *);
/* False: a language model, which has text alone; what is said of the source below is left out. */
bool model_has_source(const struct model *);
bool model_is_encoder_only(const struct model *);
/* Whether it has layers of that side. */
bool model_has(const struct model *, int side);

/* What it is asked for: the objective that a corpus for it must have. */
enum objective model_objective(const struct model *);

/* Declares all parameters; weights are made by parameters_start or read from a checkpoint.
 * `longest`: tokens of the longest sentence that will ever come, end included. False and a message
 * where settings do not fit together, or ask for a table of positions above 2^28 numbers. */
bool model_open(struct model *, const struct design *, const int vocabulary[SIDES], bool joint,
                int longest, struct error *);
void model_close(struct model *);

/* Embedded tokens [t][n][width] of a side, with positions from `first` on, less padding[n] of each
 * (NULL: 0). */
struct var *model_embed(struct tape *, const struct model *, int side, const int *id, int t, int n,
                        int first, const int *padding);
/* The same after dropout, in training. */
struct var *model_drop_embedded(struct tape *, const struct model *, int side, struct var *);

/* Encodes a batch's source and projects it for the decoder. */
void model_encode(struct tape *, const struct model *, const int *source, const int *length, int t,
                  int n, struct memory *);

/* One decode() of [t][rows] target tokens: whole targets (carry NULL), or the next steps. */
struct var *model_decode(struct tape *, const struct model *, const struct memory *,
                         const int *target, int t, int rows, struct carry *);

/* What the output layer reads of a whole batch: decode()'s result [target_t][n][output width], or
 * in the arrangement encoder-only what pooled_states makes of the source. Backward reads the
 * memory, too. */
struct var *model_states(struct tape *, const struct model *, const struct batch *,
                         struct memory *);

/* [rows][V] logits of h's rows first .. first + rows - 1, on the tape. */
real *model_logits(struct tape *, const struct model *, const struct var *h, int first, int rows);
/* The same on a tape of frozen weights, to `logits`; `look` is told of columns that are done, as in
 * struct packed_end. */
void model_logits_in_blocks(struct tape *, const struct model *, const struct var *h, int first,
                            int rows, real *logits, void look(void *context, int first, int last),
                            void *context);

/* Forward pass of a batch to its summed loss; adds to *loss. nll as in op_cross_entropy. */
struct var *model_loss(struct tape *, const struct model *, const struct batch *, double smoothing,
                       struct loss *, double *nll);

/* What a side's body costs for one sentence pair. Decoder-only: the target's is that of both as one
 * sequence (of the target alone where there is no source), the source has none. Encoder-only: the
 * target has none. */
struct cost model_cost(const struct model *, int side, int source, int target);

/* Multiply-adds of one sentence pair, forward, output layer included. Encoder-only: `target` is the
 * number of labels. */
double model_multiply_adds(const struct model *, int source, int target);

#endif
