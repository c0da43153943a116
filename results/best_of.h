/* best_of.h - test sets of another kind: of several samples for each sentence the best, kept beside
 * those that a run was tested by. */
#ifndef BAKEOFF_BEST_OF_H
#define BAKEOFF_BEST_OF_H

#include "results/database.h"

/* SQL: whether a column is the name of one. They are left out where test sets are averaged, and of
 * what a run that is made again, or merged, must have. */
#define IS_BEST_OF(column) column " GLOB '*, best of [1-9]*'"

/* SQL: terms of ORDER BY that put "test" before "test, best of 2", and that before "test, best of
 * 16". */
#define BY_TEST_SET(column)                                                                        \
	"CASE WHEN " IS_BEST_OF(column) " THEN substr(" column ", 1, instr(" column                \
					", ', best of ') - 1) ELSE " column " END, length(" column \
					"), " column

/* The name of the best of so many samples on a test set: "test, best of 8". The caller frees it. */
char *best_of_name(const char *test_set, long samples);

/* Of such a name, where ", best of 8" begins; NULL where it is none. */
const char *best_of_suffix(const char *name);

/* The names of the test sets that a run was tested by, by name, each and the list to be freed, and
 * the update that was tested; an error where the run has none. */
bool best_of_tested(struct database *, long run, char ***test_set, size_t *count, long *step,
                    struct error *);

#endif
