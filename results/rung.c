/* rung.c - how far a run was, and how good, when its training had come to a point. */
#include "results/rung.h"

#include "results/statement.h"

#include <math.h>

/* ?1 run, ?2 unit, ?3 amount. */
static const char rung_sql[] =
	"WITH validation AS (SELECT v.step, v.value,"
	"  CASE ?2 WHEN 'updates' THEN v.step ELSE (SELECT value FROM points u WHERE u.run = v.run"
	"   AND u.metric = (SELECT id FROM metrics WHERE name = ?2) AND u.step = v.step) END AS at"
	"  FROM points v WHERE v.run = ?1 AND v.metric = (SELECT id FROM metrics WHERE name = "
        "'valid_nll')),"
	" rung AS (SELECT min(step) AS step FROM validation WHERE at >= ?3)"
	" SELECT (SELECT step FROM rung) IS NOT NULL OR"
	"  (SELECT status FROM runs WHERE id = ?1) = 'done',"
	" (SELECT min(value) FROM validation"
	"  WHERE step <= coalesce((SELECT step FROM rung), 9223372036854775807))";

bool rung_read(struct database *database, long run, const char *unit, double amount,
               struct rung *rung, struct error *error)
{
	sqlite3_stmt *row = statement_new(database->handle, database->path, error, rung_sql, "itr",
	                                  run, unit, amount);
	const bool good = row && sqlite3_step(row) == SQLITE_ROW;

	*rung = (struct rung){ false, (double)NAN };
	if (good) {
		rung->reached = sqlite3_column_int(row, 0);
		if (sqlite3_column_type(row, 1) != SQLITE_NULL)
			rung->best = sqlite3_column_double(row, 1);
	} else if (row) {
		statement_error(database->handle, database->path, "cannot read a run", error);
	}
	sqlite3_finalize(row);
	return good;
}
