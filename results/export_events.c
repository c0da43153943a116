/* export_events.c - runs as files of events for TensorBoard. */
#include "results/export_parts.h"

#include "results/statement.h"
#include "results/tensorboard.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A run that is chosen. */
struct chosen {
	long run;
	double started; /* seconds since 1970 */
	const char *experiment, *contestant, *host;
	long seed;
};

static const char chosen_sql[] =
	"SELECT r.id, CAST(strftime('%s', r.started) AS INTEGER), e.name, r.contestant,"
	"  coalesce(r.host, 'unknown'), r.seed"
	" FROM temp.chosen c JOIN main.runs r ON r.id = c.run"
	" JOIN main.experiments e ON e.id = r.experiment ORDER BY c.place";

/* Curves, then scores at the step of the weights that were tested, in the order of steps. "seconds"
 * comes first of its step, to date the others. */
static const char events_sql[] =
	"SELECT p.step AS step, m.name AS tag, p.value, m.name <> 'seconds' AS late"
	" FROM main.points p JOIN main.metrics m ON m.id = p.metric WHERE p.run = ?1"
	" UNION ALL SELECT s.step, 'test/' || s.test_set || '/' || m.name, s.value, 2"
	" FROM main.scores s JOIN main.metrics m ON m.id = s.metric WHERE s.run = ?1"
	" ORDER BY step, late, tag";

/* A name that is one folder of a path, whatever it was. */
static void put_name(char *text, size_t size, const char *name)
{
	size_t i;

	for (i = 0; name[i] && i + 1 < size; i++) {
		const unsigned char c = (unsigned char)name[i];

		text[i] = (char)(c < 0x20 || c == 0x7f || c == '/' || (c == '.' && !i) ? '_' : c);
	}
	text[i] = '\0';
}

/* FOLDER/EXPERIMENT/run7 lstm s1/events.out.tfevents.TIME.HOST, the folders made. */
static bool make_path(char path[EXPORT_PATH_SIZE], const char *folder, const struct chosen *c,
                      struct error *error)
{
	char experiment[128], contestant[128], host[128], part[EXPORT_PATH_SIZE];

	put_name(experiment, sizeof experiment, c->experiment);
	put_name(contestant, sizeof contestant, c->contestant);
	put_name(host, sizeof host, c->host);
	snprintf(part, sizeof part, "%.3000s/%s", folder, experiment);
	if (!export_folder(part, error))
		return false;
	snprintf(part, sizeof part, "%.3000s/%s/run%ld %s s%ld", folder, experiment, c->run,
	         contestant, c->seed);
	snprintf(path, EXPORT_PATH_SIZE, "%.3900s/events.out.tfevents.%.0f.%s", part, c->started,
	         host);
	return export_folder(part, error);
}

static bool put_events(struct database *database, struct tensorboard *t, const struct chosen *c,
                       struct error *error)
{
	sqlite3_stmt *row =
		statement_new(database->handle, database->path, error, events_sql, "i", c->run);
	double seconds = 0;
	int code = SQLITE_DONE;

	while (row && (code = sqlite3_step(row)) == SQLITE_ROW) {
		const char *tag = statement_text(row, 1);
		const double value = sqlite3_column_type(row, 2) == SQLITE_NULL
		                             ? (double)NAN
		                             : sqlite3_column_double(row, 2);

		if (!strcmp(tag, "seconds") && isfinite(value))
			seconds = value;
		tensorboard_scalar(t, c->started + seconds, sqlite3_column_int64(row, 0), tag,
		                   value);
	}
	if (row && code != SQLITE_DONE)
		statement_error(database->handle, database->path, "cannot read a run", error);
	sqlite3_finalize(row);
	return row && code == SQLITE_DONE;
}

static bool export_run(struct database *database, const char *folder, const struct chosen *c,
                       struct error *error)
{
	struct tensorboard t = { 0 };
	char path[EXPORT_PATH_SIZE];

	if (!make_path(path, folder, c, error) || !tensorboard_begin(&t, path, c->started, error))
		return false;
	if (put_events(database, &t, c, error))
		return tensorboard_commit(&t, error);
	tensorboard_cancel(&t);
	return false;
}

bool export_events(struct database *database, const char *folder, struct error *error)
{
	sqlite3_stmt *row = statement_new(database->handle, database->path, error, chosen_sql, "");
	bool good = row != NULL;
	int code = SQLITE_DONE;

	while (good && (code = sqlite3_step(row)) == SQLITE_ROW) {
		const struct chosen c = { sqlite3_column_int64(row, 0),
			                  sqlite3_column_double(row, 1),
			                  statement_text(row, 2),
			                  statement_text(row, 3),
			                  statement_text(row, 4),
			                  sqlite3_column_int64(row, 5) };

		good = export_run(database, folder, &c, error);
	}
	if (good && code != SQLITE_DONE)
		good = statement_error(database->handle, database->path, "cannot read the runs",
		                       error);
	sqlite3_finalize(row);
	return good;
}
