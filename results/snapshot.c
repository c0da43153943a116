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
	good = statement_do(database.handle, path, error, "VACUUM INTO ?1", "t", copy);
	if (!good)
		unlink(copy);
	database_close(&database);
	return good;
}
