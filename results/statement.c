/* statement.c - prepared statements with bound parameters, transactions and readable errors. */
#include "results/statement.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

static const char *remedy(int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return "; another process holds it: wait for it or stop it, then try again";
	case SQLITE_FULL:
		return "; free space on its disk and try again";
	case SQLITE_READONLY:
		return "; make the file and its folder writable or name another file with --db";
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return "; restore it from a copy or name another file with --db";
	default:
		return "";
	}
}

/* What SQLite calls an error of the disk may be that it is full: where its index of the log is
 * made. */
static const char *remedy_of_system(int number)
{
	return number == ENOSPC || number == EDQUOT ? "free space on its disk and try again"
	                                            : "check the disk";
}

bool statement_error(sqlite3 *handle, const char *path, const char *doing, struct error *error)
{
	const int number = sqlite3_system_errno(handle), code = sqlite3_errcode(handle) & 0xff;

	/* SQLite calls what a disk does not give back "malformed". */
	if (number && (code == SQLITE_CORRUPT || code == SQLITE_IOERR))
		return error_set(error, "%s: %s: %s; %s", path, doing, strerror(number),
		                 remedy_of_system(number));
	return error_set(error, "%s: %s: %s%s", path, doing, sqlite3_errmsg(handle),
	                 remedy(sqlite3_errcode(handle)));
}

static bool bind_list(sqlite3_stmt *statement, const char *types, va_list values)
{
	int code = SQLITE_OK;

	for (int i = 1; *types && code == SQLITE_OK; i++, types++) {
		if (*types == 'i') {
			code = sqlite3_bind_int64(statement, i, va_arg(values, long));
		} else if (*types == 'r') {
			code = sqlite3_bind_double(statement, i, va_arg(values, double));
		} else {
			assert(*types == 't');
			code = sqlite3_bind_text(statement, i, va_arg(values, const char *), -1,
			                         SQLITE_STATIC);
		}
	}
	return code == SQLITE_OK;
}

bool statement_bind(sqlite3_stmt *statement, const char *types, ...)
{
	va_list values;
	bool good;

	va_start(values, types);
	good = bind_list(statement, types, values);
	va_end(values);
	return good;
}

static sqlite3_stmt *new_list(sqlite3 *handle, const char *path, struct error *error,
                              const char *sql, const char *types, va_list values)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) != SQLITE_OK ||
	    !bind_list(statement, types, values)) {
		statement_error(handle, path, "cannot read or write", error);
		sqlite3_finalize(statement);
		return NULL;
	}
	return statement;
}

sqlite3_stmt *statement_new(sqlite3 *handle, const char *path, struct error *error, const char *sql,
                            const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list values;

	va_start(values, types);
	statement = new_list(handle, path, error, sql, types, values);
	va_end(values);
	return statement;
}

const char *statement_text(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	return text ? text : "";
}

bool statement_step(sqlite3 *handle, const char *path, sqlite3_stmt *statement, const char *doing,
                    struct error *error)
{
	int code;

	do
		code = sqlite3_step(statement);
	while (code == SQLITE_ROW);
	if (code != SQLITE_DONE)
		statement_error(handle, path, doing, error);
	sqlite3_reset(statement);
	return code == SQLITE_DONE;
}

bool statement_do(sqlite3 *handle, const char *path, struct error *error, const char *sql,
                  const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list values;
	bool good;

	va_start(values, types);
	statement = new_list(handle, path, error, sql, types, values);
	va_end(values);
	good = statement && statement_step(handle, path, statement, "cannot write", error);
	sqlite3_finalize(statement);
	return good;
}

bool statement_integer(sqlite3 *handle, const char *path, struct error *error, long *value,
                       bool *found, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list values;
	int code;

	va_start(values, types);
	statement = new_list(handle, path, error, sql, types, values);
	va_end(values);
	if (!statement)
		return false;
	code = sqlite3_step(statement);
	*found = code == SQLITE_ROW;
	if (*found)
		*value = sqlite3_column_int64(statement, 0);
	else if (code != SQLITE_DONE)
		statement_error(handle, path, "cannot read", error);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW || code == SQLITE_DONE;
}

bool transaction_begin(sqlite3 *handle, const char *path, struct error *error)
{
	return statement_do(handle, path, error, "BEGIN IMMEDIATE", "");
}

bool transaction_end(sqlite3 *handle, const char *path, bool good, struct error *error)
{
	if (good)
		good = statement_do(handle, path, error, "COMMIT", "");
	if (!good && !sqlite3_get_autocommit(handle)) {
		struct error second; /* the first one is what the user needs */

		statement_do(handle, path, &second, "ROLLBACK", "");
	}
	return good;
}
