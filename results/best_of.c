/* best_of.c - names of test sets that have the best of several samples. */
#include "results/best_of.h"

#include "results/statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char mark[] = ", best of ";

char *best_of_name(const char *test_set, long samples)
{
	char *name;

	if (asprintf(&name, "%s%s%ld", test_set, mark, samples) < 0)
		memory_die(0);
	return name;
}

const char *best_of_suffix(const char *name)
{
	const char *suffix = strstr(name, mark);

	return suffix && suffix[sizeof mark - 1] >= '1' && suffix[sizeof mark - 1] <= '9' ? suffix
	                                                                                  : NULL;
}

bool best_of_tested(struct database *d, long run, char ***test_set, size_t *count, long *step,
                    struct error *error)
{
	sqlite3_stmt *row = statement_new(
		d->handle, d->path, error,
		"SELECT test_set, max(step) FROM scores WHERE run = ?1 AND NOT " IS_BEST_OF(
			"test_set") " GROUP BY test_set ORDER BY test_set",
		"i", run);
	int code = SQLITE_DONE;

	*test_set = NULL;
	*count = 0;
	while (row && (code = sqlite3_step(row)) == SQLITE_ROW) {
		*test_set = memory_resize(*test_set, *count + 1, sizeof **test_set);
		(*test_set)[(*count)++] = memory_text(statement_text(row, 0));
		*step = (long)sqlite3_column_int64(row, 1);
	}
	if (row && code != SQLITE_DONE)
		statement_error(d->handle, d->path, "cannot read scores", error);
	sqlite3_finalize(row);
	if (!row || code != SQLITE_DONE)
		return false;
	return *count || error_set(error, "run %ld was tested by nothing", run);
}
