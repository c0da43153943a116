/* shortlist.h - a part of the target's vocabulary for some sentences: the tokens that their sources
 * may become, so that a step of the search makes fewer logits.
 *
 * Of a source token the `search.shortlist` most probable translations (data/lexicon.h), and as many
 * of the target's most frequent tokens for every sentence: as Jean et al. 2015, "On Using Very
 * Large Target Vocabulary for Neural Machine Translation", section 3.3. A sentence chooses from its
 * own tokens alone, whatever others are in its group, and probabilities are shares of those.
 */
#ifndef BAKEOFF_SHORTLIST_H
#define BAKEOFF_SHORTLIST_H

#include "core/packed.h"
#include "eval/search.h"
#include "models/model.h"

/* Of a group of sentences that are searched together. Zeroed: all tokens. */
struct shortlist {
	int tokens;     /* of all its sentences together; 0: there is no shortlist */
	int *token;     /* [tokens] ascending */
	int begin, end; /* places of TOKEN_BEGIN, which none may choose, and of TOKEN_END */
	real *mask;     /* [live][tokens] 0 or, of what a sentence may not choose, -infinity */
	real *bias;     /* [tokens] or NULL */
	struct packed *weight; /* rows `token` of the output layer's */
	int channels;
};

/* Of n sources [steps][n] of so many tokens each. The model has a lexicon. */
void shortlist_begin(struct shortlist *, const struct model *, const struct search_settings *,
                     const int *source, const int *length, int n);
/* Frees all and zeroes it. */
void shortlist_end(struct shortlist *);

/* Sentence i is from now on what was sentence[i], ascending. */
void shortlist_keep(struct shortlist *, int sentences, const int *sentence);

/* logits [rows][tokens] of h [rows][channels]; `look` as in core/packed.h. */
void shortlist_logits(const struct shortlist *, struct tape *, const real *h, int rows,
                      real *logits, void look(void *context, int first, int last), void *context);

/* Takes from the logits of rows first_row, ... what their sentences may not choose of the columns
 * first .. last - 1; each sentence has `width` rows. */
void shortlist_mask(const struct shortlist *, int first_row, int rows, int width, int first,
                    int last, real *logits);

/* Hypotheses of places in the shortlist become hypotheses of tokens. */
void shortlist_name(const struct shortlist *, int n, struct nbest *);

#endif
