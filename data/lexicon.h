/* lexicon.h - which target tokens training puts beside a source token: what a search may choose
 * from when it does not look at the whole vocabulary (eval/shortlist.h).
 */
#ifndef BAKEOFF_LEXICON_H
#define BAKEOFF_LEXICON_H

#include "data/dataset.h"

enum { LEXICON_MOST = 100 }; /* tokens of a list */

struct lexicon {
	int vocabulary[SIDES];
	int frequent_count;
	int *frequent; /* [frequent_count] target tokens, the most frequent first */
	size_t *first; /* [source vocabulary + 1] */
	int *likely;   /* [first[source vocabulary]] target tokens; those of source token s from
	                  first[s] on, the most probable translation first */
};

/* Learns t(target token | source token) by five rounds of expectation maximisation of IBM Model 1
 * without its empty word (Brown et al. 1993, "The Mathematics of Statistical Machine Translation",
 * section 4.2), from all equal, and keeps of each source token the LEXICON_MOST most probable above
 * 10^-4; equal ones by number. Of a corpus with more than 2^24 pairs of tokens it reads every
 * second sentence, or every third, and so on. NULL where the corpus has no source. */
struct lexicon *lexicon_learn(const struct corpus *, const int vocabulary[SIDES]);
void lexicon_free(struct lexicon *);

/* One file as text: a line of the sizes of both vocabularies and a hash, one of the frequent
 * tokens, and one of each source token's. A file that is damaged, or of other vocabularies, is one
 * error that names it and says what helps. */
bool lexicon_save(const struct lexicon *, const char *path, struct error *);
struct lexicon *lexicon_load(const char *path, const int vocabulary[SIDES], struct error *);

#endif
