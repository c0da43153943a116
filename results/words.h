/* words.h - texts as words between spaces, and how two of them differ. Internal to results/. */
#ifndef BAKEOFF_WORDS_H
#define BAKEOFF_WORDS_H

#include <stddef.h>

size_t words_count(const char *text);

enum word_side { WORD_BOTH, WORD_FIRST, WORD_SECOND };

struct word {
	const char *text; /* of one of the two texts, which must last */
	size_t length;
	enum word_side side; /* who has it */
};

/* Both texts in one line: the words of a longest common subsequence once, the others where they
 * belong. Texts of more than WORDS_MOST words are compared by their beginnings. */
struct word_difference {
	struct word *words; /* [count] */
	size_t count;
};

enum { WORDS_MOST = 1000 };

/* Freed with words_difference_free. */
struct word_difference *words_difference(const char *first, const char *second);
void words_difference_free(struct word_difference *);

#endif
