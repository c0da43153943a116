/* archive.h - files inside a database, in the table of SQLite's archives.
 *
 * sqlar(name, mode, mtime, sz, data): https://sqlite.org/sqlar.html. `sqlite3 FILE -A --list` lists
 * the files, `-A --extract` extracts them. Ours are not compressed: weights hardly can be.
 */
#ifndef BAKEOFF_ARCHIVE_H
#define BAKEOFF_ARCHIVE_H

#include "results/database.h"

/* Makes the table in a database that is open to write, which from then on is one file, without a
 * write-ahead log beside it. */
bool archive_create(struct database *, struct error *);

/* Adds the file at `path` under a name. An error where it is larger than SQLite's largest value,
 * 1 GB. */
bool archive_add(struct database *, const char *name, const char *path, struct error *);

/* Whether the database has the table. */
bool archive_is(struct database *, bool *is, struct error *);

/* Whether there is a file of that very name. */
bool archive_has(struct database *, const char *name, bool *has, struct error *);

/* Writes the file of that very name to a descriptor. An error where it is missing, not whole or
 * compressed. */
bool archive_read(struct database *, const char *name, int descriptor, struct error *);

/* The only run of a database; an error where it has none or several. */
bool archive_run(struct database *, long *run, struct error *);

#endif
