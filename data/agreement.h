/* agreement.h - minimal pairs of the task agreement: a sentence, and the same with the wrong verb.
 *
 * After Linzen, Dupoux, Goldberg 2016, "Assessing the ability of LSTMs to learn syntax-sensitive
 * dependencies", and Marvin and Linzen 2018, "Targeted syntactic evaluation of language models": a
 * model knows agreement where it finds the right sentence more probable than the wrong one:
 * corpus_of_texts makes a corpus of both, evaluate tells log p of each. */
#ifndef BAKEOFF_DATA_AGREEMENT_H
#define BAKEOFF_DATA_AGREEMENT_H

#include <stdbool.h>

struct agreement {
	char *wrong;    /* the sentence, its verb of the other number; the caller frees it */
	int distance;   /* words between subject and verb */
	int nouns;      /* between them */
	int attractors; /* nouns between them of the other number than the subject */
};

/* What a sentence of that task, words between single blanks, is contrasted with; false where it is
 * not such a sentence. */
bool agreement_contrast(const char *sentence, struct agreement *);

#endif
