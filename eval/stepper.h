/* stepper.h - a trained model as a predictor: cached steps, sentences that leave. */
#ifndef BAKEOFF_STEPPER_H
#define BAKEOFF_STEPPER_H

#include "eval/search.h"
#include "eval/shortlist.h"
#include "models/model.h"

/* One group of sentences in search. It keeps its memory from one group to the next. */
struct stepper {
	const struct model *model;
	struct tape source; /* holds the memory of the group */
	struct tape step;   /* begun again at each step */
	struct memory memory;
	struct carry carry;
	struct batch batch;
	struct var *h;              /* what the last step made, on its tape */
	size_t after_step;          /* bytes of that tape that are in use */
	struct shortlist shortlist; /* of the group; without tokens: none */
	int rows, live;             /* of the last step; of a group's sentences */
	int *fed;                   /* [fed_room] its tokens, where there is a shortlist */
	int fed_room;
};

/* The model and the frozen weights, its own, must last until stepper_free. */
void stepper_init(struct stepper *, const struct model *, struct frozen *);
void stepper_free(struct stepper *);

/* Searches these n sentences of the corpus, result[i] of sentence[i], none longer than the run's
 * longest; an encoder-only model labels them (label.h). `team` (may be NULL) helps; where `profile`
 * is not NULL, spans are recorded there. */
void stepper_search(struct stepper *, const struct corpus *, const struct search_settings *,
                    const uint32_t *sentence, int n, struct team *, struct profile *,
                    struct nbest *result);

#endif
