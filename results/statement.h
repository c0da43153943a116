/* statement.h - prepared statements with bound parameters, transactions and readable errors.
 * Internal to results/. */
#ifndef BAKEOFF_STATEMENT_H
#define BAKEOFF_STATEMENT_H

#include "core/error.h"

#include <sqlite3.h>

/* Says what SQLite refused, with the remedy where there is one (locked, full disk, read-only,
 * damaged). `path` names the file, `doing` what was tried. Returns false. */
bool statement_error(sqlite3 *, const char *path, const char *doing, struct error *);

/* Binds one value for each letter of `types`: i long, r double (a NaN becomes NULL), t text of the
 * caller, which must live until the statement is reset (NULL stays NULL). */
bool statement_bind(sqlite3_stmt *, const char *types, ...);

/* Prepares, binds as statement_bind and returns the statement, to be stepped and finalized by the
 * caller; NULL on error. */
sqlite3_stmt *statement_new(sqlite3 *, const char *path, struct error *, const char *sql,
                            const char *types, ...);

/* The text of a column of a row, until the next step; "" where it has none: a file of a stranger
 * need not keep to the rules of the tables. */
const char *statement_text(sqlite3_stmt *, int column);

/* Runs one statement that returns no rows. */
bool statement_do(sqlite3 *, const char *path, struct error *, const char *sql, const char *types,
                  ...);

/* The first column of the first row; *found is false where there is no row. */
bool statement_integer(sqlite3 *, const char *path, struct error *, long *value, bool *found,
                       const char *sql, const char *types, ...);

/* Steps a bound statement to its end and resets it, so that it can be bound again. */
bool statement_step(sqlite3 *, const char *path, sqlite3_stmt *, const char *doing, struct error *);

/* A write transaction. transaction_end commits where `good` and rolls back otherwise; it returns
 * `good`, or false where the commit fails (and has then rolled back). */
bool transaction_begin(sqlite3 *, const char *path, struct error *);
bool transaction_end(sqlite3 *, const char *path, bool good, struct error *);

#endif
