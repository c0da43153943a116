/* profile.h - where a contestant's time goes: a few updates, or decoding, by operation. */
#ifndef BAKEOFF_EXPERIMENTS_PROFILE_H
#define BAKEOFF_EXPERIMENTS_PROFILE_H

#include "core/roofline.h"
#include "experiments/run.h"

struct profile_options {
	struct run_options run; /* below the database's runs folder lie the vocabularies; nothing is
	                           written to the database */
	long updates;           /* measured, after some that are not */
	bool decode;            /* decode instead, after that many updates */
	long sentences;         /* decode: of the validation set, at most */
	bool alone;             /* decode: one sentence after another */
	const char *weights;    /* of a checkpoint, to begin with; NULL: new ones */
};

/* What came of one contestant; valid during the call. Validation, checkpoints and the planning of
 * an epoch are measured once, after the updates, and have their share in `rows`: what an update
 * pays on average. */
struct profile_report {
	const struct contestant *contestant;
	const struct roofline *roofline;
	int workers;
	double units;                   /* updates or sentences that were measured */
	double seconds;                 /* wall clock, of them */
	double tokens;                  /* target tokens in them */
	struct profile_rows rows;       /* of all units; seconds are workers times wall clock */
	const struct profile *timeline; /* [workers] */
};

/* False: stop; the error is set. */
typedef bool profile_watch(void *context, const struct profile_report *, struct error *);

/* Profiles the contestants one after the other. */
bool profile_experiment(struct experiment *, const struct profile_options *, profile_watch *,
                        void *context, struct error *);

#endif
