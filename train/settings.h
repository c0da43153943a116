/* settings.h - how a model is optimised: the keys below `train:`. */
#ifndef BAKEOFF_TRAIN_SETTINGS_H
#define BAKEOFF_TRAIN_SETTINGS_H

#include "core/setting.h"

enum optimizer_kind { OPTIMIZER_SGD, OPTIMIZER_ADAM, OPTIMIZER_ADAMW };
enum schedule_kind {
	SCHEDULE_CONSTANT,
	SCHEDULE_INVERSE_SQRT,
	SCHEDULE_COSINE,
	SCHEDULE_PLATEAU,
	SCHEDULE_AIAYN,
};

enum precision { PRECISION_FLOAT32, PRECISION_BFLOAT16 };

struct train_settings {
	long batch_tokens; /* padded positions a batch on either side */
	long accumulate;   /* batches an update */
	long shards;   /* parts of a batch that workers take; decides the bits, unlike threads */
	long micro_batch_tokens; /* padded positions of a shard at a time; 0: all */
	int precision; /* enum precision */
	bool checkpointing; /* layers are run again for their gradients */
	int optimizer; /* enum optimizer_kind */
	double learning_rate;  /* the schedule's highest */
	double momentum;       /* sgd */
	bool nesterov;         /* sgd */
	double beta1, beta2;   /* adam, adamw */
	double epsilon;        /* adam, adamw */
	double weight_decay;   /* adam and sgd: added to the gradient; adamw: decoupled */
	int schedule;          /* enum schedule_kind */
	long warmup;           /* updates of linear warm-up */
	long cosine_updates;   /* cosine: update at which the floor is reached; 0: stop.updates */
	double floor;          /* cosine and plateau: lowest learning rate */
	double plateau_factor; /* plateau: rate is multiplied by this ... */
	long plateau_patience; /* ... after more than this many validations without improvement ...
	                        */
	double plateau_threshold; /* ... by this relative amount */
	double label_smoothing;
	double clip;           /* global gradient norm; 0: none */
	long validate_every;   /* updates; 0: at the end of each epoch */
	long validate_bleu;    /* sentences of the validation set that are translated; 0: none */
	long checkpoint_every; /* updates between checkpoints for resuming; 0: at each validation */
	long report_every;     /* updates between points of the training curves */
	long average; /* checkpoints averaged for testing: the last so many validations; 1: the best
	                 alone */
	long stop_epochs, stop_updates, stop_tokens, stop_patience; /* 0: not a reason to stop */
	double stop_minutes;
	double stop_multiply_adds; /* of forward and backward passes, three times the forward's */
	double stop_perplexity;    /* of the validation set, a target token */
};

extern const struct setting train_settings_table[];

/* Rules between settings, as in the contract of an architecture: false and a message that starts
 * with a key, "stop: nothing would end the training: ...". */
bool train_settings_check(const struct train_settings *, struct error *);

#endif
