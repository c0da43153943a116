/* translations.h - the hypotheses that a run was scored by, read back. */
#ifndef BAKEOFF_TRANSLATIONS_H
#define BAKEOFF_TRANSLATIONS_H

#include "results/database.h"

struct translations {
	struct translation *translation; /* [count], in the order of the test set */
	size_t count;
	char *test_set; /* its name */
};

/* Reads what run `run` made of a test set. `test_set` NULL: of its only one. False with an error
 * that names the test sets where the run has none of that name, has several and none is named, or
 * has no hypotheses; on error nothing is to be freed. */
bool translations_read(struct database *, long run, const char *test_set, struct translations *,
                       struct error *);

/* Tells about every hypothesis of a run, test set by test set, whether it has any or not. Texts are valid
 * during the call. */
typedef void translations_take(void *context, const char *test_set, const struct translation *);
bool translations_each(struct database *, long run, translations_take *, void *context,
                       struct error *);

/* Takes NULL and zeroed structs. */
void translations_free(struct translations *);

#endif
