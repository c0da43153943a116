/* follow.h - how far a run is, from the database alone: for who watches from another process. */
#ifndef BAKEOFF_FOLLOW_H
#define BAKEOFF_FOLLOW_H

#include "results/database.h"

enum { FOLLOW_BINS = 16 };

/* A run as of now. Numbers that are not known are NaN. */
struct followed {
	long run, seed;
	char *experiment, *contestant; /* owned */
	enum run_status status;
	bool lost;         /* running by its row, but its process is gone */
	long update;       /* of the latest point */
	double loss;       /* training, nats a token, the latest */
	double speed;      /* target tokens/s, the latest */
	double perplexity; /* validation, the best */
	double score;      /* the mean over the test sets that are scored, of ... */
	char metric[64];   /* BLEU, of a language model bits_per_character; "": none yet */
	double share; /* of the training that is done, 0 .. 1; NaN where only patience ends it */
	double seconds_left;       /* of training */
	double curve[FOLLOW_BINS]; /* training loss over the updates so far, means of equal parts */
};

struct following {
	struct followed *run; /* [runs], in the order of their numbers */
	size_t runs;
	size_t running; /* of them, by a process that lives */
};

/* The runs that are running or lost, and those that were in *following before. `experiment` NULL:
 * of all. *following must be zeroed at first, and is replaced; it stays as it was on an error. */
bool follow(struct database *, const char *experiment, struct following *, struct error *);
void following_free(struct following *);

#endif
