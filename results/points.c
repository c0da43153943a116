/* points.c - the points of curves between memory and file, and the summary of each curve. */
#include "results/points.h"

#include "results/statement.h"

#include <math.h>
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
	const char *direction = statement_text(row, 2);
	struct database_metric *metric;

	database->metrics = memory_resize(database->metrics, database->metric_count + 1,
	                                  sizeof *database->metrics);
	metric = &database->metrics[database->metric_count++];
	metric->id = sqlite3_column_int64(row, 0);
	metric->name = memory_text(statement_text(row, 1));
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
	database->points[database->point_count] = (struct database_point){
		.run = run,
		.metric = metric->id,
		.step = step,
		.order = database->point_order++,
		.sign = metric->sign,
		.value = value,
	};
	database->point_count++;
	return true;
}

/* Better: ?10 * value is lower, or equal at an earlier step. */
static const char add_to_summary[] =
	"INSERT INTO summaries (run, metric, count, first_step, first, last_step, last,"
	" step_of_best, best)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, CASE WHEN ?9 IS NOT NULL THEN ?8 END, ?9)"
	" ON CONFLICT (run, metric) DO UPDATE SET count = count + excluded.count, median = NULL,"
	"  first = CASE WHEN excluded.first_step < first_step THEN excluded.first ELSE first END,"
	"  first_step = min(first_step, excluded.first_step),"
	"  last = CASE WHEN excluded.last_step > last_step THEN excluded.last ELSE last END,"
	"  last_step = max(last_step, excluded.last_step),"
	"  (step_of_best, best) = (SELECT"
	"   CASE WHEN better THEN excluded.step_of_best ELSE step_of_best END,"
	"   CASE WHEN better THEN excluded.best ELSE best END"
	"   FROM (SELECT excluded.best IS NOT NULL AND (best IS NULL"
	"    OR ?10 * excluded.best < ?10 * best"
	"    OR (excluded.best = best AND excluded.step_of_best < step_of_best)) AS better))";

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

/* Writes a point; *replaced says that the file had one there. */
static bool write_point(struct database *database, const struct point_writer *writer,
                        const struct database_point *point, bool *replaced, struct error *error)
{
	sqlite3 *handle = database->handle;
	const char *path = database->path, *doing = "cannot write points";

	statement_bind(writer->insert, "iiir", point->run, point->metric, point->step,
	               point->value);
	if (!statement_step(handle, path, writer->insert, doing, error))
		return false;
	*replaced = sqlite3_changes(handle) == 0;
	if (!*replaced)
		return true;
	statement_bind(writer->replace, "iiir", point->run, point->metric, point->step,
	               point->value);
	return statement_step(handle, path, writer->replace, doing, error);
}

/* Adds new points of one curve, sorted by step, to its summary. */
static bool add_points(struct database *database, const struct point_writer *writer,
                       const struct database_point *points, size_t count, struct error *error)
{
	const struct database_point *last = &points[count - 1], *best = NULL;
	int sign = points[0].sign;

	for (size_t i = 0; i < count && sign; i++)
		if (!isnan(points[i].value) &&
		    (!best || sign * points[i].value < sign * best->value))
			best = &points[i];
	statement_bind(writer->summary, "iiiiririri", points[0].run, points[0].metric, (long)count,
	               points[0].step, points[0].value, last->step, last->value,
	               best ? best->step : 0L, best ? best->value : (double)NAN, (long)sign);
	return statement_step(database->handle, database->path, writer->summary,
	                      "cannot write points", error);
}

/* Writes points of one curve. */
static bool write_curve(struct database *database, const struct point_writer *writer,
                        const struct database_point *points, size_t count, struct error *error)
{
	bool any = false, replaced;

	for (size_t i = 0; i < count; i++) {
		if (!write_point(database, writer, &points[i], &replaced, error))
			return false;
		any |= replaced;
	}
	return any ? points_summarise(database, points[0].run, points[0].metric, error)
	           : add_points(database, writer, points, count, error);
}

static int compare_longs(long a, long b)
{
	return (a > b) - (a < b);
}

/* By curve, and along it: one summary a curve, and rows in the order of the table. */
static int compare_points(const void *a, const void *b)
{
	const struct database_point *x = a, *y = b;

	if (x->run != y->run)
		return compare_longs(x->run, y->run);
	if (x->metric != y->metric)
		return compare_longs(x->metric, y->metric);
	if (x->step != y->step)
		return compare_longs(x->step, y->step);
	return (x->order > y->order) - (x->order < y->order);
}

/* Sorts the points and drops those that a later one replaces. */
static void sort_points(struct database *database)
{
	struct database_point *points = database->points;
	size_t kept = 0;

	qsort(points, database->point_count, sizeof *points, compare_points);
	for (size_t i = 0; i < database->point_count; i++) {
		const struct database_point *before = kept ? &points[kept - 1] : NULL;

		if (before && before->run == points[i].run && before->metric == points[i].metric &&
		    before->step == points[i].step)
			kept--;
		points[kept++] = points[i];
	}
	database->point_count = kept;
}

static bool write_points(struct database *database, const struct point_writer *writer,
                         struct error *error)
{
	struct database_point *points = database->points;
	size_t count, begin = 0;

	sort_points(database);
	count = database->point_count;
	for (size_t i = 1; i <= count; i++) {
		if (i < count && points[i].run == points[begin].run &&
		    points[i].metric == points[begin].metric)
			continue;
		if (!write_curve(database, writer, &points[begin], i - begin, error))
			return false;
		begin = i;
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
		good = write_points(database, &writer, error);
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
