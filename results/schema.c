/* schema.c - the tables and views of a results database, and how an older file becomes a newer one.
 */
#include "results/schema.h"

#include "results/known_metrics.h"
#include "results/schema_scripts.h"
#include "results/statement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const *const schema_scripts[] = { schema_1, schema_2, schema_3 };

enum { MOST_COPIES = 1000 };

static bool pragma_integer(sqlite3 *handle, const char *path, const char *sql, long *value,
                           struct error *error)
{
	bool found;

	*value = 0;
	return statement_integer(handle, path, error, value, &found, sql, "");
}

bool schema_version(sqlite3 *handle, const char *path, int newest, int *version,
                    struct error *error)
{
	long number, application, tables;

	if (!pragma_integer(handle, path, "PRAGMA user_version", &number, error)) {
		if (sqlite3_errcode(handle) == SQLITE_NOTADB)
			error_set(error,
			          "%s is not an SQLite database; name another file with --db",
			          path);
		return false;
	}
	if (!pragma_integer(handle, path, "SELECT count(*) FROM sqlite_schema", &tables, error) ||
	    !pragma_integer(handle, path, "PRAGMA application_id", &application, error))
		return false;
	/* The application is read last: tables that another process is just making are ours then.
	 */
	if (application != SCHEMA_APPLICATION && (number || application || tables))
		return error_set(error,
		                 "%s is a database of another program; name another file with --db",
		                 path);
	if (number < 0 || number > newest)
		return error_set(error,
		                 "%s has schema version %ld, this bakeoff knows versions up to %d; "
		                 "use a newer bakeoff or name another file with --db",
		                 path, number, newest);
	*version = (int)number;
	return true;
}

/* An empty file that did not exist, PATH.vN.backup or PATH.vN.K.backup: no older copy is lost. */
static char *reserve(const char *path, int version)
{
	size_t size = strlen(path) + 48;
	char *name = memory_new(size, 1);

	for (int copy = 1; copy < MOST_COPIES; copy++) {
		int file;

		if (copy == 1)
			snprintf(name, size, "%s.v%d.backup", path, version);
		else
			snprintf(name, size, "%s.v%d.%d.backup", path, version, copy);
		file = open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
		if (file >= 0) {
			close(file);
			return name;
		}
		if (errno != EEXIST)
			break;
	}
	free(name);
	return NULL;
}

/* What is on the disk before the old tables go. */
static bool synchronise(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	bool good = file >= 0 && fsync(file) == 0;

	if (file >= 0)
		close(file);
	return good;
}

/* A second connection reads what is committed while the first one keeps others from writing. */
static bool copy_into(const char *path, const char *copy, struct error *error)
{
	sqlite3 *reader = NULL;
	bool good;

	if (sqlite3_open_v2(path, &reader, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK)
		good = statement_do(reader, path, error, "VACUUM INTO ?1", "t", copy);
	else
		good = statement_error(reader, path, "cannot be copied", error);
	sqlite3_close(reader);
	return good;
}

/* Copies the file as it is; the rename makes the copy whole. NULL on error, else the copy's name,
 * of the caller. */
static char *back_up(const char *path, int version, struct error *error)
{
	char *name = reserve(path, version);
	char *part = name ? sqlite3_mprintf("%s.part", name) : NULL;
	bool good;

	if (!part) {
		free(name);
		error_set(error,
		          "%s.v%d.backup: cannot keep a copy of the old database (%s), and without "
		          "one it is not migrated; make its folder writable",
		          path, version, strerror(errno));
		return NULL;
	}
	unlink(part); /* of a process that was killed */
	good = copy_into(path, part, error);
	if (good && (!synchronise(part) || rename(part, name) != 0))
		good = error_set(error, "%s: cannot keep the copy of the old database: %s", name,
		                 strerror(errno));
	if (!good) {
		unlink(part);
		unlink(name);
		free(name);
		name = NULL;
	}
	sqlite3_free(part);
	return name;
}

static bool run_script(sqlite3 *handle, const char *path, const char *const *script,
                       struct error *error)
{
	for (; *script; script++)
		if (!statement_do(handle, path, error, *script, ""))
			return false;
	return true;
}

static bool set_version(sqlite3 *handle, const char *path, int version, struct error *error)
{
	char sql[64]; /* PRAGMA takes no parameters */

	snprintf(sql, sizeof sql, "PRAGMA application_id = %d", SCHEMA_APPLICATION);
	if (!statement_do(handle, path, error, sql, ""))
		return false;
	snprintf(sql, sizeof sql, "PRAGMA user_version = %d", version);
	return statement_do(handle, path, error, sql, "");
}

/* Inside a transaction; nothing where another process has migrated meanwhile. */
static bool run_scripts(sqlite3 *handle, const char *path, const char *const *const *scripts,
                        int count, char **backup, struct error *error)
{
	const char *file = sqlite3_db_filename(handle, "main");
	int version;
	bool good = schema_version(handle, path, count, &version, error);

	if (!good || version == count)
		return good;
	if (version > 0 && file && *file && !(*backup = back_up(file, version, error)))
		return false;
	for (; good && version < count; version++)
		good = run_script(handle, path, scripts[version], error);
	return good && set_version(handle, path, count, error);
}

bool schema_migrate(sqlite3 *handle, const char *path, const char *const *const *scripts, int count,
                    char **backup, struct error *error)
{
	int version;
	bool good;

	*backup = NULL;
	if (!schema_version(handle, path, count, &version, error))
		return false;
	if (version == count)
		return true;
	if (!transaction_begin(handle, path, error))
		return false;
	good = run_scripts(handle, path, scripts, count, backup, error);
	good = transaction_end(handle, path, good, error);
	if (!good && *backup) {
		unlink(*backup); /* the file itself is as it was */
		free(*backup);
		*backup = NULL;
	}
	return good;
}

static bool metrics_complete(sqlite3 *handle, const char *path, bool *complete, struct error *error)
{
	*complete = true;
	for (const struct known_metric *m = known_metrics; m->name && *complete; m++) {
		long id;

		if (!statement_integer(handle, path, error, &id, complete,
		                       "SELECT id FROM metrics WHERE name = ?1", "t", m->name))
			return false;
	}
	return true;
}

bool schema_add_metrics(sqlite3 *handle, const char *path, struct error *error)
{
	bool complete, good = true;

	if (!metrics_complete(handle, path, &complete, error))
		return false;
	if (complete)
		return true;
	if (!transaction_begin(handle, path, error))
		return false;
	for (const struct known_metric *m = known_metrics; m->name && good; m++)
		good = statement_do(handle, path, error,
		                    "INSERT INTO metrics (name, unit, direction, help)"
		                    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO NOTHING",
		                    "tttt", m->name, m->unit, m->direction, m->help);
	return transaction_end(handle, path, good, error);
}

bool schema_check_tables(sqlite3 *handle, const char *path, struct error *error)
{
	long strange;
	bool found;

	if (!statement_integer(
		    handle, path, error, &strange, &found,
		    "SELECT count(*) FROM main.sqlite_schema s WHERE lower(s.name) IN"
		    "  ('experiments', 'runs', 'metrics', 'points', 'summaries', 'scores', 'hypotheses',"
		    "   'tags')"
		    " AND (s.type <> 'table' OR coalesce(s.rootpage, 0) = 0"
		    "  OR EXISTS (SELECT 1 FROM pragma_table_xinfo(s.name) WHERE hidden <> 0))",
		    ""))
		return false;
	return !strange ||
	       error_set(error, "%s has other tables than bakeoff makes; nothing is read from it",
	                 path);
}

/* A script's statement, where it makes or drops a view, for the views of the connection. */
static char *own_view(const char *sql)
{
	static const char make[] = "CREATE VIEW ", drop[] = "DROP VIEW ";

	if (!strncmp(sql, make, strlen(make)))
		return sqlite3_mprintf("CREATE TEMP VIEW %s", sql + strlen(make));
	if (!strncmp(sql, drop, strlen(drop)))
		return sqlite3_mprintf("DROP VIEW temp.%s", sql + strlen(drop));
	return NULL;
}

bool schema_own_views(sqlite3 *handle, const char *path, struct error *error)
{
	bool good = statement_do(handle, path, error, "PRAGMA temp_store = MEMORY", "");

	for (int version = 0; version < SCHEMA_VERSION; version++)
		for (const char *const *sql = schema_scripts[version]; good && *sql; sql++) {
			char *own = own_view(*sql);

			good = !own || statement_do(handle, path, error, own, "");
			sqlite3_free(own);
		}
	return good;
}
