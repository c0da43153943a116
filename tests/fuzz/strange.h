/* strange.h - databases of strangers, and every command that reads one. */
#ifndef BAKEOFF_FUZZ_STRANGE_H
#define BAKEOFF_FUZZ_STRANGE_H

#include <sqlite3.h>
#include <stddef.h>

/* Makes PATH a database with this program's tables and views but none of their rules: any value may
 * be in any column. */
void strange_make(const char *path);

/* Adds a row to a table: the values of its columns, in their order, each a letter of its type (i,
 * r, t, b; n: NULL) and its text, with \x1f between them. */
void strange_row(sqlite3 *, const char *table, const char *values, size_t size);

/* Opens the database as a command that reads does, and asks it for all that there is to ask; what
 * is printed for people must be harmless. `way` chooses formats. */
void strange_read(const char *path, unsigned way);

#endif
