/* same.c - whether two runs gave the same bits. */
#include "results/same.h"

#include "results/best_of.h"
#include "results/statement.h"

#include <stdio.h>
#include <string.h>

/* What depends on the machine's speed. */
#define TIMED                                                                                      \
	"('seconds', 'target_tokens_per_second', 'source_tokens_per_second',"                      \
	" 'decode_sentences_per_second')"

/* Rows of ?1, a run: two keys, then what is compared; and the same of one row, of the keys ?2, ?3.
 */
static const struct {
	const char *name, *before, *between; /* the keys, in words */
	const char *list, *look;
} kinds[SAME_KINDS] = {
	{ "curves", "update ", ", ",
	  "SELECT p.step, m.name, p.value FROM points p JOIN metrics m ON m.id = p.metric"
	  " WHERE p.run = ?1 AND m.name NOT IN " TIMED " ORDER BY p.step, m.id",
	  "SELECT p.step, ?3, p.value FROM points p WHERE p.run = ?1"
	  " AND p.metric = (SELECT id FROM metrics WHERE name = ?3) AND p.step = ?2" },
	{ "scores", "", ", ",
	  "SELECT s.test_set, m.name, s.value, s.step FROM scores s JOIN metrics m ON m.id = "
	  "s.metric"
	  " WHERE s.run = ?1 AND m.name NOT IN " TIMED
	  " AND NOT " IS_BEST_OF("s.test_set") " ORDER BY s.test_set, m.id",
	  "SELECT s.test_set, ?3, s.value, s.step FROM scores s WHERE s.run = ?1 AND s.test_set = "
	  "?2"
	  " AND s.metric = (SELECT id FROM metrics WHERE name = ?3)" },
	{ "hypotheses", "", ", sentence ",
	  "SELECT test_set, sentence, hypothesis, log_probability FROM hypotheses WHERE run = ?1"
	  " AND NOT " IS_BEST_OF("test_set") " ORDER BY test_set, sentence",
	  "SELECT test_set, sentence, hypothesis, log_probability FROM hypotheses WHERE run = ?1"
	  " AND test_set = ?2 AND sentence = ?3" },
};

static bool same_value(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
	const int type = sqlite3_column_type(a, column);
	double x, y;

	if (type != sqlite3_column_type(b, column))
		return false;
	switch (type) {
	case SQLITE_INTEGER:
		return sqlite3_column_int64(a, column) == sqlite3_column_int64(b, column);
	case SQLITE_FLOAT:
		x = sqlite3_column_double(a, column);
		y = sqlite3_column_double(b, column);
		return !memcmp(&x, &y, sizeof x);
	case SQLITE_NULL:
		return true;
	default:
		return !strcmp(statement_text(a, column),
		               statement_text(b, column));
	}
}

/* All digits of a number, the beginning of a text. */
static void write_value(char text[96], sqlite3_stmt *row, int column)
{
	switch (sqlite3_column_type(row, column)) {
	case SQLITE_FLOAT:
		snprintf(text, 96, "%.17g", sqlite3_column_double(row, column));
		break;
	case SQLITE_TEXT:
		snprintf(text, 96, "\"%.80s\"", statement_text(row, column));
		break;
	case SQLITE_NULL:
		snprintf(text, 96, "not a number");
		break;
	default:
		snprintf(text, 96, "%ld", (long)sqlite3_column_int64(row, column));
	}
}

/* `now` NULL: there is no such row; else `column` differs. */
static void describe(struct same_part *part, int kind, sqlite3_stmt *then, sqlite3_stmt *now,
                     int column)
{
	char keys[200], old[96], new[96];
	const char *name = sqlite3_column_name(then, column);
	const bool plain = !strcmp(name, "value");

	snprintf(keys, sizeof keys, "%s%.60s%s%.60s%s%s", kinds[kind].before,
	         statement_text(then, 0), kinds[kind].between,
	         statement_text(then, 1), plain ? "" : ", ", plain ? "" : name);
	write_value(old, then, column);
	if (now)
		write_value(new, now, column);
	snprintf(part->first, sizeof part->first,
	         now ? "%s: %s, was %s" : "%s: missing%.0s, was %s", keys, now ? new : "", old);
}

/* Compares the row that `then` is at; sets `look` to it. */
static bool compare_row(struct same_part *part, int kind, sqlite3_stmt *then, sqlite3_stmt *look,
                        struct database *database, struct error *error)
{
	int code, column = 2;

	sqlite3_bind_value(look, 2, sqlite3_column_value(then, 0));
	sqlite3_bind_value(look, 3, sqlite3_column_value(then, 1));
	code = sqlite3_step(look);
	if (code == SQLITE_ROW)
		while (column < sqlite3_column_count(then) && same_value(then, look, column))
			column++;
	part->rows++;
	if (code != SQLITE_ROW || column < sqlite3_column_count(then)) {
		if (!part->differing++)
			describe(part, kind, then, code == SQLITE_ROW ? look : NULL,
			         code == SQLITE_ROW ? column : 2);
	}
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return statement_error(database->handle, database->path, "cannot read a run",
		                       error);
	sqlite3_reset(look);
	return true;
}

static bool compare_kind(struct same_part *part, int kind, struct database *first, long first_run,
                         struct database *second, long second_run, struct error *error)
{
	sqlite3_stmt *then =
		statement_new(first->handle, first->path, error, kinds[kind].list, "i", first_run);
	sqlite3_stmt *look = then ? statement_new(second->handle, second->path, error,
	                                          kinds[kind].look, "i", second_run)
	                          : NULL;
	bool good = look != NULL;
	int code = SQLITE_DONE;

	*part = (struct same_part){ .name = kinds[kind].name };
	while (good && (code = sqlite3_step(then)) == SQLITE_ROW)
		good = compare_row(part, kind, then, look, second, error);
	if (good && code != SQLITE_DONE)
		good = statement_error(first->handle, first->path, "cannot read a run", error);
	sqlite3_finalize(then);
	sqlite3_finalize(look);
	return good;
}

bool same_runs(struct database *first, long first_run, struct database *second, long second_run,
               struct same_part part[SAME_KINDS], struct error *error)
{
	for (int kind = 0; kind < SAME_KINDS; kind++)
		if (!compare_kind(&part[kind], kind, first, first_run, second, second_run, error))
			return false;
	return true;
}
