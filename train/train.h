/* train.h - optimise a model on batches until a stop rule holds; can stop at any update and go on
 * later with the same bits. */
#ifndef BAKEOFF_TRAIN_H
#define BAKEOFF_TRAIN_H

#include "core/pool.h"
#include "core/ranks.h"
#include "data/dataset.h"
#include "models/model.h"
#include "train/settings.h"

#include <stdint.h>

/* Where training is, all that a resumed run needs besides weights and optimizer, and all that a
 * watcher may want. Tokens are real target or source tokens, end of sentence included. Seconds are
 * wall-clock time of this kind of work. */
struct progress {
	long update;         /* updates done */
	long epoch;          /* epochs done */
	long batch, batches; /* of this epoch: done, and in all */
	double target_tokens, source_tokens,
		padded_tokens; /* trained on so far; padded: target positions, filled or not */
	double multiply_adds; /* of forward and backward passes so far */
	double train_seconds, valid_seconds, io_seconds;
	double learning_rate; /* of the last update */
	double gradient_norm; /* of the last update, before clipping */
	/* Since the last report: */
	double report_loss, report_nll, report_target_tokens, report_source_tokens,
		report_padded_tokens;
	double report_seconds;
	double report_wait_seconds, report_exchange_seconds; /* of them, for ranks; not in checkpoints */
	long report_updates; /* since here or the last report; not in checkpoints */
	/* Validation: */
	long validations;
	double valid_nll;      /* nats a target token, the last one */
	double valid_accuracy; /* percent, of its tokens; not in checkpoints */
	double best_nll;  /* lowest so far */
	long best_update;
	long bad_validations; /* since the best */
	/* Divergence: */
	double first_loss; /* of the first report; 0 before it */
	long bad_reports;  /* in a row, with a loss far above that */
};

enum train_event {
	TRAIN_REPORT, /* every train.report_every updates */
	TRAIN_VALIDATED,
	TRAIN_SAVING, /* before a checkpoint: what was reported so far will not be reported
	                 again; false: fail instead of saving */
	TRAIN_IDLE,   /* after every update, to ask whether to stop */
};

/* False: stop after this update, with a checkpoint. The watcher sets the error where it says false
 * to TRAIN_SAVING. */
typedef bool train_watch(void *context, enum train_event, const struct progress *);

#define TRAIN_DIVERGED "diverged: "

enum train_outcome {
	TRAIN_DONE,        /* a stop rule held; folder/model.safetensors has the weights to test */
	TRAIN_INTERRUPTED, /* the watcher said stop; calling again goes on */
	TRAIN_FAILED,      /* see the error */
};

struct trainer {
	struct model *model; /* weights are started or resumed here; at the end those to test */
	const struct dataset *dataset;
	const struct train_settings *settings;
	double multiply_adds; /* of the model, forward, a target token */
	uint64_t seed;
	const char *folder; /* of this run's files; exists */
	struct pool *pool;
	struct ranks *ranks; /* that train together; NULL: this process alone */
	train_watch *watch;  /* may be NULL */
	void *context;
};

/* Trains from the checkpoint in the folder where there is one, else from the start. Fails with a
 * message that begins with TRAIN_DIVERGED where a loss or gradient is not finite, or the training
 * loss stays far above that of the first report. Files:
 * last.safetensors (to resume), best.safetensors, recent-N.safetensors (averaging),
 * model.safetensors (the result). Of several
 * ranks, which all call it with the same settings, seed and data, rank 0 alone looks for files,
 * writes them and watches; weights to test are in its model alone. */
enum train_outcome train(const struct trainer *, struct progress *, struct error *);

/* The share of the work that is done, 0 .. 1, by the stop rule that is nearest to its end; 0 where
 * only patience would stop. */
double train_share(const struct train_settings *, const struct progress *);

#endif
