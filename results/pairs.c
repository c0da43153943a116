/* pairs.c - the sentences of a test set, as a run translated them. */
#include "results/pairs.h"
#include "results/statement.h"

#include <stdlib.h>

static void add_row(struct sentence_pairs *p, size_t *capacity, sqlite3_stmt *row)
{
	if (p->count == *capacity) {
		*capacity = *capacity ? 2 * *capacity : 64;
		p->source = memory_resize(p->source, *capacity, sizeof *p->source);
		p->reference = memory_resize(p->reference, *capacity, sizeof *p->reference);
	}
	if (!p->test_set)
		p->test_set = memory_text((const char *)sqlite3_column_text(row, 0));
	p->source[p->count] = memory_text((const char *)sqlite3_column_text(row, 1));
	p->reference[p->count++] = memory_text((const char *)sqlite3_column_text(row, 2));
}

bool sentence_pairs_read(struct sentence_pairs *pairs, struct database *database, long run,
                         long most, struct error *error)
{
	static const char sql[] =
		"SELECT test_set, source, reference FROM hypotheses WHERE run = ?1 AND test_set ="
		" (SELECT min(test_set) FROM hypotheses WHERE run = ?1) ORDER BY sentence LIMIT ?2";
	sqlite3_stmt *row =
		statement_new(database->handle, database->path, error, sql, "ii", run, most);
	size_t capacity = 0;
	int status = SQLITE_DONE;

	*pairs = (struct sentence_pairs){ 0 };
	if (!row)
		return false;
	while ((status = sqlite3_step(row)) == SQLITE_ROW)
		add_row(pairs, &capacity, row);
	if (status != SQLITE_DONE)
		statement_error(database->handle, database->path, "read test sentences", error);
	else if (!pairs->count)
		error_set(error, "run %ld has no test set in the database", run);
	sqlite3_finalize(row);
	if (status == SQLITE_DONE && pairs->count)
		return true;
	sentence_pairs_free(pairs);
	return false;
}

void sentence_pairs_free(struct sentence_pairs *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->source[i]);
		free(p->reference[i]);
	}
	free(p->source);
	free(p->reference);
	free(p->test_set);
	*p = (struct sentence_pairs){ 0 };
}
