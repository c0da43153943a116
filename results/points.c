/* points.c - the points of curves between memory and file, and the summary of each curve. */
#include "results/points.h"

#include "results/statement.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static void forget_metrics(struct database *database)
{
	for (size_t i = 0; i < database->metric_count; i++)
		free(database->metrics[i].name);
	free(database->metrics);
	database->metrics = NULL;
	database->metric_count = 0;
}

static void keep_metric(struct database *database, sqlite3_stmt *row)
{
	const char *direction = (const char *)sqlite3_column_text(row, 2);
	struct database_metric *metric;

	database->metrics = memory_resize(database->metrics, database->metric_count + 1,
	                                  sizeof *database->metrics);
	metric = &database->metrics[database->metric_count++];
	metric->id = sqlite3_column_int64(row, 0);
	metric->name = memory_text((const char *)sqlite3_column_text(row, 1));
	metric->sign = !strcmp(direction, "lower") ? 1 : !strcmp(direction, "higher") ? -1 : 0;
}

bool points_load_metrics(struct database *database, struct error *error)
{
	sqlite3_stmt *statement = statement_new(database->handle, database->path, error,
	                                        "SELECT id, name, direction FROM metrics", "");
	int code;

	if (!statement)
		return false;
	forget_metrics(database);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		keep_metric(database, statement);
	if (code != SQLITE_DONE)
		statement_error(database->handle, database->path, "cannot read the metrics", error);
	sqlite3_finalize(statement);
	return code == SQLITE_DONE;
}

static const struct database_metric *known_metric(const struct database *database, const char *name)
{
	for (size_t i = 0; i < database->metric_count; i++)
		if (!strcmp(database->metrics[i].name, name))
			return &database->metrics[i];
	return NULL;
}

const struct database_metric *points_metric(struct database *database, const char *name,
                                            struct error *error)
{
	const struct database_metric *metric = known_metric(database, name);

	if (!metric)
		error_set(error,
		          "%s: metric %s is unknown; `bakeoff query metrics` lists those there are",
		          database->path, name);
	return metric;
}

bool database_metric(struct database *database, const char *name, const char *unit,
                     const char *direction, const char *help, struct error *error)
{
	return statement_do(database->handle, database->path, error,
	                    "INSERT INTO metrics (name, unit, direction, help)"
	                    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO NOTHING",
	                    "tttt", name, unit, direction, help) &&
	       points_load_metrics(database, error);
}

bool database_point(struct database *database, long run, const char *name, long step, double value,
                    struct error *error)
{
	const struct database_metric *metric = points_metric(database, name, error);

	if (!metric)
		return false;
	if (database->point_count == database->point_capacity) {
		database->point_capacity = 2 * database->point_capacity + 64;
		database->points = memory_resize(database->points, database->point_capacity,
		                                 sizeof *database->points);
	}
	database->points[database->point_count++] = (struct database_point){
		.run = run, .metric = metric->id, .step = step, .sign = metric->sign, .value = value
	};
	return true;
}

/* Better: sign * value is lower, or equal at an earlier step. */
static const char add_to_summary[] =
	"INSERT INTO summaries (run, metric, count, first_step, first, last_step, last, "
        "step_of_best, best)"
	" SELECT ?1, ?2, 1, ?3, ?4, ?3, ?4, CASE WHEN ?5 <> 0 AND ?4 IS NOT NULL THEN ?3 END,"
	"  CASE WHEN ?5 <> 0 THEN ?4 END"
	" WHERE true"
	" ON CONFLICT (run, metric) DO UPDATE SET count = count + 1, median = NULL,"
	"  first = CASE WHEN ?3 < first_step THEN ?4 ELSE first END,"
	"  first_step = min(first_step, ?3),"
	"  last = CASE WHEN ?3 > last_step THEN ?4 ELSE last END,"
	"  last_step = max(last_step, ?3),"
	"  (step_of_best, best) = (SELECT"
	"   CASE WHEN better THEN ?3 ELSE step_of_best END, CASE WHEN better THEN ?4 ELSE best END"
	"   FROM (SELECT excluded.best IS NOT NULL AND (best IS NULL OR ?5 * ?4 < ?5 * best"
	"    OR (?4 = best AND ?3 < step_of_best)) AS better))";

static const char count_anew[] =
	"INSERT INTO summaries (run, metric, count, first_step, first, last_step, last, "
        "step_of_best, best)"
	" SELECT run, metric, count,"
	"  low, (SELECT value FROM points WHERE run = g.run AND metric = g.metric AND step = low),"
	"  high, (SELECT value FROM points WHERE run = g.run AND metric = g.metric AND step = "
        "high),"
	"  (SELECT min(step) FROM points WHERE run = g.run AND metric = g.metric AND value = "
        "best), best"
	" FROM (SELECT p.run, p.metric, count(*) AS count, min(p.step) AS low, max(p.step) AS high,"
	"   CASE m.direction WHEN 'lower' THEN min(p.value) WHEN 'higher' THEN max(p.value) END AS "
        "best"
	"  FROM points p JOIN metrics m ON m.id = p.metric"
	"  WHERE p.run = ?1 AND ?2 IN (0, p.metric) GROUP BY p.run, p.metric) g";

bool points_summarise(struct database *database, long run, long metric, struct error *error)
{
	return statement_do(database->handle, database->path, error,
	                    "DELETE FROM summaries WHERE run = ?1 AND ?2 IN (0, metric)", "ii", run,
	                    metric) &&
	       statement_do(database->handle, database->path, error, count_anew, "ii", run, metric);
}

bool points_medians(struct database *database, long run, struct error *error)
{
	return statement_do(database->handle, database->path, error,
	                    "UPDATE summaries SET median = (SELECT median(value) FROM points p"
	                    " WHERE p.run = summaries.run AND p.metric = summaries.metric)"
	                    " WHERE run = ?1",
	                    "i", run);
}

struct point_writer {
	sqlite3_stmt *insert, *replace, *summary;
};

static bool write_point(struct database *database, const struct point_writer *writer,
                        struct database_point *point, struct error *error)
{
	sqlite3 *handle = database->handle;
	const char *path = database->path, *doing = "cannot write points";

	statement_bind(writer->insert, "iiir", point->run, point->metric, point->step,
	               point->value);
	if (!statement_step(handle, path, writer->insert, doing, error))
		return false;
	point->again = sqlite3_changes(handle) == 0;
	if (point->again) {
		statement_bind(writer->replace, "iiir", point->run, point->metric, point->step,
		               point->value);
		return statement_step(handle, path, writer->replace, doing, error);
	}
	statement_bind(writer->summary, "iiiri", point->run, point->metric, point->step,
	               point->value, (long)point->sign);
	return statement_step(handle, path, writer->summary, doing, error);
}

/* Counts each curve with a replaced point anew, once. */
static bool count_replaced(struct database *database, struct error *error)
{
	struct database_point *points = database->points;

	for (size_t i = 0; i < database->point_count; i++) {
		if (!points[i].again)
			continue;
		for (size_t j = i + 1; j < database->point_count; j++)
			if (points[j].run == points[i].run && points[j].metric == points[i].metric)
				points[j].again = false;
		if (!points_summarise(database, points[i].run, points[i].metric, error))
			return false;
	}
	return true;
}

static bool writer_open(struct database *database, struct point_writer *writer, struct error *error)
{
	sqlite3 *handle = database->handle;
	const char *path = database->path;

	writer->insert = statement_new(handle, path, error,
	                               "INSERT INTO points (run, metric, step, value)"
	                               " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
	                               "");
	writer->replace = writer->insert
	                          ? statement_new(handle, path, error,
	                                          "UPDATE points SET value = ?4 WHERE run = ?1"
	                                          " AND metric = ?2 AND step = ?3",
	                                          "")
	                          : NULL;
	writer->summary =
		writer->replace ? statement_new(handle, path, error, add_to_summary, "") : NULL;
	return writer->summary != NULL;
}

bool database_flush(struct database *database, struct error *error)
{
	struct point_writer writer = { NULL, NULL, NULL };
	bool good;

	if (!database->point_count)
		return true;
	good = writer_open(database, &writer, error) &&
	       transaction_begin(database->handle, database->path, error);
	if (good) {
		for (size_t i = 0; i < database->point_count && good; i++)
			good = write_point(database, &writer, &database->points[i], error);
		good = good && count_replaced(database, error);
		good = transaction_end(database->handle, database->path, good, error);
	}
	sqlite3_finalize(writer.insert);
	sqlite3_finalize(writer.replace);
	sqlite3_finalize(writer.summary);
	if (good)
		database->point_count = 0;
	return good;
}

void points_free(struct database *database)
{
	forget_metrics(database);
	free(database->points);
	database->points = NULL;
	database->point_count = database->point_capacity = 0;
}
