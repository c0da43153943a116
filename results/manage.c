/* manage.c - what a user does to runs after the fact: tags, notes, deletion. */
#include "results/manage.h"

#include "results/statement.h"

#include <string.h>

enum { TAG_MOST = 60 };

static bool check_tag(const char *name, struct error *error)
{
	const size_t length = strlen(name);

	for (const char *p = name; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == ',')
			return error_set(error,
			                 "a tag has no commas and no control characters: %.60s",
			                 name);
	return (length && length <= TAG_MOST) ||
	       error_set(error, "a tag must have 1 to %d bytes: %.60s", TAG_MOST, name);
}

/* One statement about a run, which must be there: ?1 is its number, ?2 a text. */
static bool change(struct database *database, long run, const char *sql, const char *text,
                   struct error *error)
{
	bool found = false, good;
	long id;

	if (!transaction_begin(database->handle, database->path, error))
		return false;
	good = statement_integer(database->handle, database->path, error, &id, &found,
	                         "SELECT id FROM runs WHERE id = ?1", "i", run);
	if (good && !found)
		good = error_set(error, "%s has no run %ld; `bakeoff runs` lists those there are",
		                 database->path, run);
	good = good && statement_do(database->handle, database->path, error, sql, text ? "it" : "i",
	                            run, text);
	return transaction_end(database->handle, database->path, good, error);
}

bool database_tag(struct database *database, long run, const char *name, bool there,
                  struct error *error)
{
	return check_tag(name, error) &&
	       change(database, run,
	              there ? "INSERT INTO tags (run, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
	                    : "DELETE FROM tags WHERE run = ?1 AND name = ?2",
	              name, error);
}

bool database_note(struct database *database, long run, const char *text, struct error *error)
{
	return change(database, run, "UPDATE runs SET note = nullif(?2, '') WHERE id = ?1", text,
	              error);
}

bool database_run_delete(struct database *database, long run, struct error *error)
{
	return change(database, run, "DELETE FROM runs WHERE id = ?1", NULL, error);
}

bool database_experiment_name(struct database *database, long experiment, char **name,
                              struct error *error)
{
	sqlite3_stmt *row =
		statement_new(database->handle, database->path, error,
	                      "SELECT name FROM experiments WHERE id = ?1", "i", experiment);
	const bool good = row && sqlite3_step(row) == SQLITE_ROW;

	if (good)
		*name = memory_text(statement_text(row, 0));
	else if (row)
		error_set(error, "%s has no experiment %ld", database->path, experiment);
	sqlite3_finalize(row);
	return good;
}
