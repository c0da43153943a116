/* database.c - opening and closing the SQLite file of results. */
#include "results/database.h"

#include "results/functions.h"
#include "results/points.h"
#include "results/schema.h"
#include "results/statement.h"

#include <errno.h>
#include <libgen.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000, RETRY_MS = 20 };

/* A file that cannot be made is looked for once more, so that SQLite says it is not there: what
 * its folder says against it, or `failure` where it says nothing. */
static int why_not_made(const char *path, int failure)
{
	char *copy = memory_text(path);

	if (failure == ENOENT && access(dirname(copy), W_OK) != 0)
		failure = errno;
	free(copy);
	return failure;
}

/* SQLite says "unable to open" for all of these; the folder matters because the log lies beside
 * the file. */
static bool open_error(sqlite3 *handle, const char *path, struct error *error)
{
	int number = handle ? sqlite3_system_errno(handle) : 0;
	struct stat about;

	if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
		number = EISDIR;
	number = why_not_made(path, number);
	return error_set(
		error,
		"cannot open %s: %s; SQLite must be able to write to it and to its folder; "
		"name another file with --db",
		path, number ? strerror(number) : "refused");
}

/* A file may come from a stranger: it cannot spoil itself, load code or run triggers, which this
 * schema has none of. */
static void distrust(sqlite3 *handle)
{
	sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0, NULL);
}

/* What more a file is not believed that is only read: cells that overlap, and functions in its
 * views. (Older releases of SQLite hold their own json_valid for unsafe, which this program's
 * tables check rows by when they are written.) */
static bool distrust_more(struct database *database, struct error *error)
{
	sqlite3_db_config(database->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return statement_do(database->handle, database->path, error, "PRAGMA cell_size_check = ON",
	                    "");
}

static bool open_as(struct database *database, const char *name, int flags)
{
	sqlite3_close(database->handle);
	database->handle = NULL;
	if (sqlite3_open_v2(name, &database->handle, flags, NULL) != SQLITE_OK)
		return false;
	sqlite3_extended_result_codes(database->handle, 1);
	sqlite3_busy_timeout(database->handle, PATIENCE_MS);
	distrust(database->handle);
	return true;
}

/* Two processes that switch a new file to a write-ahead log at once can be told "busy" without
 * waiting. */
static bool use_log(sqlite3 *handle, const char *path, struct error *error)
{
	for (int waited = 0;; waited += RETRY_MS) {
		if (statement_do(handle, path, error, "PRAGMA journal_mode = WAL", ""))
			return true;
		if ((sqlite3_errcode(handle) & 0xff) == SQLITE_CANTOPEN)
			return open_error(handle, path, error);
		if ((sqlite3_errcode(handle) & 0xff) != SQLITE_BUSY || waited >= PATIENCE_MS)
			return false;
		sqlite3_sleep(RETRY_MS);
	}
}

static bool open_to_write(struct database *database, struct error *error)
{
	const char *path = database->path;
	int version;

	if (!open_as(database, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE))
		return open_error(database->handle, path, error);
	if (sqlite3_db_readonly(database->handle, "main") == 1) {
		return error_set(
			error,
			"%s cannot be written: make it writable or name another file with --db",
			path);
	}
	if (!schema_version(database->handle, path, SCHEMA_VERSION, &version, error)) {
		if ((sqlite3_errcode(database->handle) & 0xff) == SQLITE_CANTOPEN)
			return open_error(database->handle, path, error);
		return false;
	}
	database->version = SCHEMA_VERSION; /* when all is done */
	return use_log(database->handle, path, error) &&
	       statement_do(database->handle, path, error, "PRAGMA synchronous = NORMAL", "") &&
	       statement_do(database->handle, path, error, "PRAGMA foreign_keys = ON", "") &&
	       functions_register(database->handle, path, error) &&
	       schema_check_tables(database->handle, path, error) &&
	       schema_migrate(database->handle, path, schema_scripts, SCHEMA_VERSION,
	                      &database->backup, error) &&
	       schema_add_metrics(database->handle, path, error) &&
	       schema_own_views(database->handle, path, error) &&
	       points_load_metrics(database, error);
}

/* A file in a folder that cannot be written has no room for the log's index: it is read as it
 * lies, which is right as long as no log is there. */
static bool open_immutable(struct database *database)
{
	char *log = sqlite3_mprintf("%s-wal", database->path);
	sqlite3_str *name = sqlite3_str_new(NULL);
	bool good = log && access(log, F_OK) != 0;
	char *text;

	sqlite3_str_appendall(name, "file:");
	for (const char *p = database->path; *p; p++)
		sqlite3_str_appendf(name, strchr("%?#", *p) ? "%%%02X" : "%c", (unsigned char)*p);
	sqlite3_str_appendall(name, "?immutable=1");
	text = sqlite3_str_finish(name);
	good = good && text && open_as(database, text, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
	sqlite3_free(text);
	sqlite3_free(log);
	return good;
}

static bool read_version(struct database *database, int *version, struct error *error)
{
	int code;

	if (schema_version(database->handle, database->path, SCHEMA_VERSION, version, error))
		return true;
	code = sqlite3_errcode(database->handle) & 0xff;
	if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY)
		return false;
	if (!open_immutable(database))
		return open_error(database->handle, database->path, error);
	return schema_version(database->handle, database->path, SCHEMA_VERSION, version, error);
}

static bool copy_all(sqlite3 *to, sqlite3 *from)
{
	sqlite3_backup *copying = sqlite3_backup_init(to, "main", from, "main");
	int code;

	if (!copying)
		return false;
	while ((code = sqlite3_backup_step(copying, -1)) == SQLITE_BUSY)
		sqlite3_sleep(RETRY_MS);
	return sqlite3_backup_finish(copying) == SQLITE_OK && code == SQLITE_DONE;
}

/* An older file is read through a temporary copy that is migrated: reading changes no file. */
static bool read_a_copy(struct database *database, struct error *error)
{
	const char *path = database->path;
	sqlite3 *old = database->handle;
	bool good;

	database->handle = NULL;
	good = open_as(database, "", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	if (!good || !copy_all(database->handle, old))
		good = statement_error(database->handle, path, "cannot be copied to be read",
		                       error);
	sqlite3_close(old);
	return good && functions_register(database->handle, path, error) &&
	       schema_check_tables(database->handle, path, error) &&
	       schema_migrate(database->handle, path, schema_scripts, SCHEMA_VERSION,
	                      &database->backup, error) &&
	       schema_add_metrics(database->handle, path, error) &&
	       schema_own_views(database->handle, path, error) && distrust_more(database, error) &&
	       statement_do(database->handle, path, error, "PRAGMA query_only = ON", "");
}

static bool open_to_read(struct database *database, struct error *error)
{
	const char *path = database->path;
	int version;

	if (access(path, F_OK) != 0)
		return error_set(error,
		                 "no database %s: %s; name one with --db FILE, or make it with "
		                 "`bakeoff run`",
		                 path, strerror(errno));
	if (!open_as(database, path, SQLITE_OPEN_READONLY))
		return open_error(database->handle, path, error);
	if (!read_version(database, &version, error))
		return false;
	if (version == 0)
		return error_set(
			error,
			"%s holds no results yet; name another file with --db, or make results "
			"with `bakeoff run`",
			path);
	database->version = version;
	if (version < SCHEMA_VERSION)
		return read_a_copy(database, error);
	return distrust_more(database, error) &&
	       functions_register(database->handle, path, error) &&
	       schema_check_tables(database->handle, path, error) &&
	       schema_own_views(database->handle, path, error);
}

bool database_open(struct database *database, const char *path, enum database_mode mode,
                   struct error *error)
{
	bool good;

	memset(database, 0, sizeof *database);
	if (!*path)
		return error_set(error, "the database's name is empty; name a file with --db");
	database->path = memory_text(path);
	good = mode == DATABASE_WRITE ? open_to_write(database, error)
	                              : open_to_read(database, error);
	if (!good)
		database_close(database);
	return good;
}

void database_close(struct database *database)
{
	if (!database)
		return;
	points_free(database);
	sqlite3_close(database->handle);
	free(database->backup);
	free(database->path);
	memset(database, 0, sizeof *database);
}

bool database_check(struct database *database, struct error *error)
{
	sqlite3_stmt *check =
		statement_new(database->handle, database->path, error, "PRAGMA quick_check(1)", "");
	const char *said;
	bool whole = false;

	if (!check)
		return false;
	if (sqlite3_step(check) != SQLITE_ROW)
		statement_error(database->handle, database->path, "checking it", error);
	else if (!(said = (const char *)sqlite3_column_text(check, 0)) || strcmp(said, "ok") != 0)
		error_set(error,
		          "%s is damaged (%s); copy what can be read with `sqlite3 %s .recover`",
		          database->path, said ? said : "no answer", database->path);
	else
		whole = true;
	sqlite3_finalize(check);
	return whole;
}
