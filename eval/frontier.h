/* frontier.h - the live hypotheses of a batch of sentences: what greedy search, beam search and
 * sampling share.
 *
 * Each turn, frontier_step feeds the rows, frontier_logits gives what may come next; the search
 * then says of each sentence which hypotheses live on (frontier_keep) and which end (frontier_end,
 * then frontier_rank); frontier_advance moves on. A sentence of which none lives on leaves.
 * Hypotheses are nodes of one tree, each a token and its parent, so that a row costs the same
 * however long it is.
 */
#ifndef BAKEOFF_FRONTIER_H
#define BAKEOFF_FRONTIER_H

#include "eval/search.h"

/* A hypothesis that lives. */
struct row {
	double total; /* sum of log-probabilities */
	size_t node;  /* its last token */
	int from;     /* the row of the turn before that it continues */
	int token;    /* fed next */
	int draw;     /* sampling: the number of the draw */
};

/* A hypothesis that has ended. */
struct ending {
	double total, score;
	size_t node;
	int length; /* without the end */
	bool finished;
};

struct node {
	size_t parent;
	int token;
};

/* Rows whose logits are made together: enough for a fast product, few enough to be read again while
 * they are in the cache. */
enum { FRONTIER_CHUNK = 64 };

struct frontier {
	const struct predictor *predictor;
	const struct search_settings *settings;
	const int *limit; /* [sentence] */
	int beam;         /* at most so many rows of a sentence live */
	int wanted;       /* hypotheses returned of a sentence */
	int length;       /* tokens of the hypotheses that this turn makes, the end counted */

	int live;        /* sentences; the arrays below are theirs, side by side */
	int width;       /* rows of each: as many as live of the sentence with most */
	int *sentence;   /* [live] the caller's number */
	int *used;       /* [live] rows that live; the others repeat the last of these */
	struct row *row; /* [live][width] */
	real *logits;    /* the predictor's, of rows chunk_first .. chunk_end - 1 */
	int chunk_first, chunk_end;
	struct scan scan; /* of these rows */

	struct row *next; /* those kept this turn, sentence by sentence */
	int kept;         /* all of them */
	int *next_used;   /* [live] of a sentence */

	struct ending *ending; /* [sentence][wanted] */
	int *endings;          /* [sentence] */
	int *feed, *chosen;    /* what the predictor is told: of each row, of each sentence */
	struct node *node;     /* 0 is the root */
	size_t nodes, node_room;
};

void frontier_begin(struct frontier *, const struct predictor *, const struct search_settings *,
                    int sentences, const int *limit, int beam, int wanted);
void frontier_free(struct frontier *);

/* Feeds all rows. False when no sentence lives. */
bool frontier_step(struct frontier *);

/* Row i of the live sentence j. */
static inline const struct row *frontier_row(const struct frontier *f, int j, int i)
{
	return &f->row[(size_t)j * (size_t)f->width + (size_t)i];
}

/* What may come after a row, valid until the next is asked for. */
struct continuation {
	const real *logits;
	const real *tops; /* greatest of each block of SCAN_BLOCK logits */
	double log_sum;   /* log sum exp; -infinity where no token is possible */
};

/* Of row i of the live sentence j; fastest where rows are asked for in ascending order, each once.
 * NaN becomes -infinity, and where there are logits of infinity those alone count, as equals. A
 * hypothesis after which no token is possible can only end. */
struct continuation frontier_continuation(struct frontier *, int j, int i);

/* Whether hypotheses of the live sentence j are cut this turn. */
bool frontier_at_limit(const struct frontier *, int j);

/* Row i of the live sentence j lives on with this token. Sentences in ascending order, the best row
 * first. */
void frontier_keep(struct frontier *, int j, int i, int token, double total, int draw);

/* The hypothesis that row i of the live sentence j is with this token: finished if it is the end,
 * else cut. */
struct ending frontier_end(struct frontier *, int j, int i, int token, double total);

/* Puts an ending into its place among the best of the live sentence j: finished before cut, high
 * scores first, then those that came first. */
void frontier_rank(struct frontier *, int j, struct ending);

/* What divides the total of a hypothesis of so many tokens, the end counted. */
double frontier_penalty(const struct frontier *, int length);

/* To the next turn: drops the sentences that keep no row, and tells the predictor what goes on
 * where. */
void frontier_advance(struct frontier *);

/* The best of each sentence, as search() returns them. */
void frontier_results(const struct frontier *, int sentences, struct nbest *result);

/* The searches: from frontier_begin until no sentence lives. */
void search_greedy(struct frontier *);
void search_beam(struct frontier *);
void search_sample(struct frontier *, const size_t *number);

#endif
