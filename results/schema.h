/* schema.h - the tables and views of a results database, and how an older file becomes a newer one.
 */
#ifndef BAKEOFF_SCHEMA_H
#define BAKEOFF_SCHEMA_H

#include "core/error.h"

#include <sqlite3.h>

enum {
	SCHEMA_APPLICATION = 0x42414b45, /* "BAKE", PRAGMA application_id */
	SCHEMA_VERSION = 3, /* PRAGMA user_version of a file that this program writes */
};

/* schema_scripts[v] is the list of statements, NULL at its end, that takes a file from version v
 * to v + 1; [SCHEMA_VERSION] lists. */
extern const char *const *const schema_scripts[];

/* What PRAGMA user_version says. Refuses a file that is no database, a database of another program
 * and one of a newer schema than `newest`; `path` is for the message. */
bool schema_version(sqlite3 *, const char *path, int newest, int *version, struct error *);

/* Runs the scripts that the file lacks, in one transaction, so that another process sees the old
 * schema or the new one. A file that holds results already is first copied, in the same
 * transaction, to PATH.vN.backup, N its version (PATH.vN.2.backup where that name is taken):
 * *backup is then that name, of the caller, and else NULL. A database without a file is not copied.
 * On error the file is as it was, and no copy stays. Scripts may use the functions of functions.h.
 */
bool schema_migrate(sqlite3 *, const char *path, const char *const *const *scripts, int count,
                    char **backup, struct error *);

/* Adds the rows of known_metrics that the file lacks. */
bool schema_add_metrics(sqlite3 *, const char *path, struct error *);

/* Refuses a file in which a table of this program's is none: a view, a virtual table, one with
 * computed columns. Reading those would run what a stranger has written. */
bool schema_check_tables(sqlite3 *, const char *path, struct error *);

/* This program's views once more, for this connection alone. Their names then mean these, whatever
 * views the file has. */
bool schema_own_views(sqlite3 *, const char *path, struct error *);

#endif
