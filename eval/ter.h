/* ter.h - translation edit rate of a corpus or a sentence, equal to sacreBLEU's (Snover et al.
 * 2006; tercom).
 *
 *	score = edits / reference words in percent; lower is better
 *
 * with the edits (edits.h) to the reference that needs fewest, and the mean length of a segment's
 * references. */
#ifndef BAKEOFF_TER_H
#define BAKEOFF_TER_H

#include "eval/buffer.h"
#include "eval/segments.h"

#include <stdbool.h>
#include <stddef.h>

enum { TER_TEXT_SIZE = 512 };       /* bytes that any text of this module needs at most */
enum { TER_TOKENIZER_SCRATCH = 2 }; /* buffers for intermediate steps */

struct ter_settings {
	bool normalized;     /* entities resolved, Western punctuation set apart */
	bool no_punct;       /* punctuation is left out */
	bool asian_support;  /* both of them with Asian characters too */
	bool case_sensitive; /* else str.lower */
};

/* sacreBLEU's defaults: all off. */
void ter_default(struct ter_settings *);

/* Adds the text to `out`; its tokens are the words between white space. */
void ter_tokenize(const struct ter_settings *, const char *text, size_t bytes, struct buffer *out,
                  struct buffer scratch[TER_TOKENIZER_SCRATCH]);

/* A row of statistics. */
enum { TER_EDITS, TER_REFERENCE_WORDS, TER_COLUMNS };

/* Scores one segment after the other; one for each thread. The settings are copied. */
struct ter *ter_new(const struct ter_settings *);
void ter_free(struct ter *);

/* Writes a row. Missing references (text NULL) are left out; one at least must be there. */
void ter_segment(struct ter *, struct segment hypothesis, const struct segment *reference,
                 int references, double row[TER_COLUMNS]);

/* The score of a row, or of the sum of rows, in percent; without reference words 100 where there
 * are edits, else 0. */
double ter_score(const double row[TER_COLUMNS]);

/* "nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:2.6.0"; `references` 0: "var". */
void ter_signature(const struct ter_settings *, int references, char text[TER_TEXT_SIZE]);

#endif
