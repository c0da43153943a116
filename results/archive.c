/* archive.c - files inside a database, in the table of SQLite's archives. */
#include "results/archive.h"

#include "results/statement.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 18, MODE = 0100644 };

bool archive_create(struct database *database, struct error *error)
{
	return statement_do(database->handle, database->path, error, "PRAGMA journal_mode = DELETE",
	                    "") &&
	       statement_do(
		       database->handle, database->path, error,
		       "CREATE TABLE sqlar (name TEXT PRIMARY KEY, mode INT, mtime INT, sz INT,"
		       " data BLOB)",
		       "");
}

/* Fills a value that has the file's size already. */
static bool fill(struct database *database, long row, int file, int size, struct error *error)
{
	char piece[PIECE];
	sqlite3_blob *blob = NULL;
	bool good = sqlite3_blob_open(database->handle, "main", "sqlar", "data", row, 1, &blob) ==
	            SQLITE_OK;

	for (int at = 0; good && at < size;) {
		const ssize_t got = read(file, piece, sizeof piece);

		if (got <= 0 || got > size - at) {
			sqlite3_blob_close(blob);
			return error_set(error, "changed while it was read");
		}
		good = sqlite3_blob_write(blob, piece, (int)got, at) == SQLITE_OK;
		at += (int)got;
	}
	if (sqlite3_blob_close(blob) != SQLITE_OK)
		good = false;
	return good || statement_error(database->handle, database->path, "cannot write", error);
}

static bool add(struct database *database, const char *name, int file, long size,
                struct error *error)
{
	const int most = sqlite3_limit(database->handle, SQLITE_LIMIT_LENGTH, -1) - 1000;

	if (size > most)
		return error_set(error, "has %ld bytes, and %d at most go into a pack", size, most);
	return statement_do(database->handle, database->path, error,
	                    "INSERT INTO sqlar (name, mode, mtime, sz, data)"
	                    " VALUES (?1, ?2, 0, ?3, zeroblob(?3))",
	                    "tii", name, (long)MODE, size) &&
	       fill(database, sqlite3_last_insert_rowid(database->handle), file, (int)size, error);
}

bool archive_add(struct database *database, const char *name, const char *path, struct error *error)
{
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat about;
	bool good;

	if (file < 0 || fstat(file, &about) != 0)
		good = error_set(error, "%s", strerror(errno));
	else if (!S_ISREG(about.st_mode))
		good = error_set(error, "is not a file");
	else
		good = add(database, name, file, (long)about.st_size, error);
	if (file >= 0)
		close(file);
	return good || error_prefix(error, "%s", path);
}

bool archive_is(struct database *database, bool *is, struct error *error)
{
	long one;

	return statement_integer(
		database->handle, database->path, error, &one, is,
		"SELECT 1 FROM sqlite_schema WHERE name = 'sqlar' AND type = 'table'", "");
}

bool archive_has(struct database *database, const char *name, bool *has, struct error *error)
{
	long one;

	return statement_integer(database->handle, database->path, error, &one, has,
	                         "SELECT 1 FROM sqlar WHERE name = ?", "t", name);
}

static bool write_whole(int descriptor, const char *bytes, int count)
{
	for (ssize_t put; count > 0; bytes += put, count -= (int)put)
		if ((put = write(descriptor, bytes, (size_t)count)) <= 0)
			return false;
	return true;
}

static bool pour(struct database *database, sqlite3_blob *blob, int descriptor, struct error *error)
{
	const int size = sqlite3_blob_bytes(blob);
	char piece[PIECE];

	for (int at = 0; at < size; at += PIECE) {
		const int count = size - at < PIECE ? size - at : PIECE;

		if (sqlite3_blob_read(blob, piece, count, at) != SQLITE_OK)
			return statement_error(database->handle, database->path, "cannot read",
			                       error);
		if (!write_whole(descriptor, piece, count))
			return error_set(error, "cannot be taken out: %s", strerror(errno));
	}
	return true;
}

bool archive_read(struct database *database, const char *name, int descriptor, struct error *error)
{
	sqlite3_blob *blob = NULL;
	bool good, found;
	long row, size;

	if (!statement_integer(database->handle, database->path, error, &row, &found,
	                       "SELECT rowid FROM sqlar WHERE name = ?1", "t", name))
		return false;
	if (!found)
		return error_set(error, "%s has no %s in it", database->path, name);
	if (!statement_integer(database->handle, database->path, error, &size, &found,
	                       "SELECT CASE typeof(data) WHEN 'blob' THEN sz END FROM sqlar"
	                       " WHERE rowid = ?1",
	                       "i", row))
		return false;
	if (sqlite3_blob_open(database->handle, "main", "sqlar", "data", row, 0, &blob) !=
	    SQLITE_OK)
		good = statement_error(database->handle, database->path, "cannot read", error);
	else if (sqlite3_blob_bytes(blob) != size)
		good = error_set(error, "%s: %s is not whole, or compressed; pack the run again",
		                 database->path, name);
	else
		good = pour(database, blob, descriptor, error);
	sqlite3_blob_close(blob);
	return good;
}

bool archive_run(struct database *database, long *run, struct error *error)
{
	long runs;
	bool found;

	if (!statement_integer(database->handle, database->path, error, &runs, &found,
	                       "SELECT count(*) FROM runs", "") ||
	    !statement_integer(database->handle, database->path, error, run, &found,
	                       "SELECT id FROM runs", ""))
		return false;
	return runs == 1 ||
	       error_set(error,
	                 "%s is not the pack of a run: it has %ld runs; name a database "
	                 "with --db and its run with --run",
	                 database->path, runs);
}
