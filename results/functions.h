/* functions.h - what SQL lacks: median, deviation, words of texts, which metric ranks. */
#ifndef BAKEOFF_FUNCTIONS_H
#define BAKEOFF_FUNCTIONS_H

#include "core/error.h"

#include <sqlite3.h>

/* Adds to a connection:
 *   median(x)          of a group's numbers; of an even count the mean of the middle two; NULL of
 *                      none
 *   deviation(x)       sample standard deviation, divisor n - 1; NULL of fewer than two numbers
 *   word_overlap(a, b) 2 * common / (words of a + words of b), words as multisets between spaces;
 *                      0 to 1, 1 of two empty texts, NULL of a NULL
 *   word_count(a)      words between spaces; NULL of a NULL
 *   same_words(a, b)   places, counted from the first word, where both have the same; NULL of a
 *                      NULL
 *   ranks(a)           whether runs are ranked by the metric of that name, then the kind of them,
 * and else 0 (known_metrics.h) */
bool functions_register(sqlite3 *, const char *path, struct error *);

#endif
