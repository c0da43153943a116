/* snapshot.c - a database as it is at one moment, while others write to it. */
#include "results/snapshot.h"

#include "results/statement.h"

#include <unistd.h>

bool database_snapshot(const char *path, const char *copy, struct error *error)
{
	struct database database = { 0 };
	bool good = database_open(&database, path, DATABASE_READ, error);

	if (!good)
		return false;
	/* Rows are checked again as they are written, by json_valid, which older releases of SQLite
	 * hold for unsafe where a schema is not trusted. Views are not run. */
	sqlite3_db_config(database.handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, NULL);
	good = statement_do(database.handle, path, error, "VACUUM INTO ?1", "t", copy);
	if (!good)
		unlink(copy);
	database_close(&database);
	return good;
}
