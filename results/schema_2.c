/* schema_2.c - version 2: notes and tags of runs, medians of curves, and views for what people ask.
 */
#include "results/schema_scripts.h"

#include <stddef.h>

/* The order of a join is written out with CROSS JOIN: a curve is then found by the primary key of
 * points in any SQLite, whatever it knows of the tables' sizes. */
#define RUNS_AND_METRICS " FROM experiments e CROSS JOIN runs r CROSS JOIN metrics m"
#define OF_RUN_AND_METRIC " WHERE r.experiment = e.id AND x.run = r.id AND x.metric = m.id"

/* What a run had used when it had done so many updates. Both are columns with the name of their
 * table, since `run` alone would be that of u. */
#define USED(metric, run, updates)                                                                 \
	"(SELECT u.value FROM points u WHERE u.run = " run " AND u.metric ="                       \
	" (SELECT id FROM metrics WHERE name = '" metric "') AND u.step <= " updates               \
	" ORDER BY u.step DESC LIMIT 1)"
#define USED_COLUMNS(run, updates, multiply_adds)                                                  \
	USED("target_tokens", run, updates) " AS target_tokens, "                                  \
	USED("seconds", run, updates) " AS seconds, "                                              \
	multiply_adds " * " USED("target_tokens", run, updates) " AS forward_multiply_adds"

/* clang-format off */
const char *const schema_2[] = {
	"ALTER TABLE runs ADD COLUMN note TEXT",

	"CREATE TABLE tags ("
	" run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
	" name TEXT NOT NULL CHECK (name <> ''),"
	" PRIMARY KEY (run, name)"
	") STRICT, WITHOUT ROWID",

	"CREATE INDEX tags_by_name ON tags (name, run)",

	"ALTER TABLE summaries ADD COLUMN median REAL",

	"UPDATE summaries SET median = (SELECT median(value) FROM points p"
	"  WHERE p.run = summaries.run AND p.metric = summaries.metric)"
	" WHERE run IN (SELECT id FROM runs WHERE status <> 'running')",

	"DROP VIEW run_list",

	"CREATE VIEW run_list AS"
	" SELECT r.id AS run, e.name AS experiment, r.contestant, r.seed, r.status, r.reason,"
	"  r.key, r.architecture, r.parameters, r.multiply_adds, r.updates, r.source_tokens,"
	"  r.target_tokens, r.train_seconds, r.valid_seconds, r.decode_seconds, r.io_seconds,"
	"  r.peak_memory, r.started, r.finished, r.folder, r.note,"
	"  (SELECT group_concat(t.name, ', ') FROM tags t WHERE t.run = r.id) AS tags"
	" FROM runs r JOIN experiments e ON e.id = r.experiment",

	"DROP VIEW run_curves",

	"CREATE VIEW run_curves AS"
	" SELECT r.id AS run, e.name AS experiment, r.contestant, r.seed, m.name AS metric, m.unit,"
	"  x.step, x.value"
	RUNS_AND_METRICS " CROSS JOIN points x" OF_RUN_AND_METRIC,

	"DROP VIEW run_summaries",

	"CREATE VIEW run_summaries AS"
	" SELECT r.id AS run, e.name AS experiment, r.contestant, r.seed, m.name AS metric, m.unit,"
	"  m.direction, x.count, x.first, x.last_step, x.last, x.step_of_best, x.best, x.median"
	RUNS_AND_METRICS " CROSS JOIN summaries x" OF_RUN_AND_METRIC,

	"DROP VIEW run_setups",

	/* As in version 1, but a condition on the experiment spares the settings of all others. */
	"CREATE VIEW run_setups AS"
	" SELECT run, experiment, contestant, setup,"
	"  CASE WHEN min(setup) OVER named = max(setup) OVER named THEN contestant"
	"   ELSE contestant || ' (run ' || setup || ')' END AS label"
	" FROM (SELECT r.id AS run, e.name AS experiment, r.contestant,"
	"   min(r.id) OVER (PARTITION BY e.name, r.contestant,"
	"    json_remove(r.settings, '$.seed'), r.data_hash) AS setup"
	"  FROM experiments e CROSS JOIN runs r WHERE r.experiment = e.id)"
	" WINDOW named AS (PARTITION BY experiment, contestant)",

	"CREATE VIEW curves AS"
	" SELECT r.id AS run, e.name AS experiment, r.contestant, r.seed, m.name AS metric, m.unit,"
	"  x.step AS updates, " USED_COLUMNS("r.id", "x.step", "r.multiply_adds") ", x.value"
	RUNS_AND_METRICS " CROSS JOIN points x" OF_RUN_AND_METRIC,

	"CREATE VIEW best AS"
	" SELECT experiment, contestant, test_set, metric, unit, direction, value, step, run, seed,"
	"  runs"
	" FROM (SELECT v.*, count(*) OVER same AS runs,"
	"   row_number() OVER (same ORDER BY CASE direction WHEN 'lower' THEN value ELSE -value END,"
	"    run) AS place"
	"  FROM (SELECT e.name AS experiment, r.contestant, NULL AS test_set, m.name AS metric,"
	"    m.unit, m.direction, x.best AS value, x.step_of_best AS step, r.id AS run, r.seed"
	RUNS_AND_METRICS " CROSS JOIN summaries x" OF_RUN_AND_METRIC " AND r.status = 'done'"
	"   UNION ALL SELECT e.name, r.contestant, x.test_set, m.name, m.unit, m.direction, x.value,"
	"    x.step, r.id, r.seed"
	"   FROM experiments e CROSS JOIN runs r CROSS JOIN scores x CROSS JOIN metrics m"
	OF_RUN_AND_METRIC " AND r.status = 'done' AND m.direction <> 'none') v"
	"  WHERE value IS NOT NULL"
	"  WINDOW same AS (PARTITION BY experiment, contestant, test_set, metric))"
	" WHERE place = 1",

	/* A setting differs where its values do, or where only some runs have it. */
	"CREATE VIEW differences AS"
	" SELECT experiment, setting, run, contestant, seed, value"
	" FROM (SELECT e.name AS experiment, n.runs, r.id AS run, r.contestant, r.seed,"
	"   replace(substr(j.fullkey, 3), '\"', '') AS setting,"
	"   CASE j.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'null' THEN 'null'"
	"    ELSE j.atom END AS value,"
	"   min(j.type || ' ' || coalesce(j.atom, '')) OVER same AS low,"
	"   max(j.type || ' ' || coalesce(j.atom, '')) OVER same AS high,"
	"   count(*) OVER same AS held"
	"  FROM experiments e CROSS JOIN runs r CROSS JOIN json_tree(r.settings) j"
	"   JOIN (SELECT experiment, count(*) AS runs FROM runs GROUP BY experiment) n"
	"    ON n.experiment = e.id"
	"  WHERE r.experiment = e.id AND j.type NOT IN ('object', 'array')"
	"   AND j.fullkey <> '$.seed'"
	"  WINDOW same AS (PARTITION BY e.name, j.fullkey))"
	" WHERE low <> high OR held < runs",

	/* A row where a curve is better than ever before: a target is reached first in the row
	 * whose value is at least as good, and whose previous best was not. */
	"CREATE VIEW cost_to_target AS"
	" SELECT run, experiment, contestant, seed, metric, unit, direction, previous_best, value,"
	"  updates, " USED_COLUMNS("b.run", "b.updates", "multiply_adds")
	" FROM (SELECT r.id AS run, e.name AS experiment, r.contestant, r.seed, r.multiply_adds,"
	"   m.name AS metric, m.unit, m.direction, x.step AS updates, x.value,"
	"   CASE m.direction WHEN 'lower' THEN min(x.value) OVER earlier"
	"    ELSE max(x.value) OVER earlier END AS previous_best"
	RUNS_AND_METRICS " CROSS JOIN points x" OF_RUN_AND_METRIC " AND m.direction <> 'none'"
	"  WINDOW earlier AS (PARTITION BY e.name, r.id, r.contestant, m.name ORDER BY x.step"
	"   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) b"
	" WHERE value IS NOT NULL AND (previous_best IS NULL"
	"  OR CASE direction WHEN 'lower' THEN value < previous_best"
	"   ELSE value > previous_best END)",
	NULL,
};
/* clang-format on */
