/* schema_1.c - the first version of the tables and views: what an empty file gets. */
#include "results/schema_scripts.h"

#include <stddef.h>

const char *const schema_1[] = {
	"CREATE TABLE experiments ("
	" id INTEGER PRIMARY KEY,"
	" name TEXT NOT NULL UNIQUE,"
	" specification TEXT," /* the experiment file as it was last run */
	" created TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))"
	") STRICT",

	"CREATE TABLE runs ("
	" id INTEGER PRIMARY KEY,"
	" experiment INTEGER NOT NULL REFERENCES experiments ON DELETE CASCADE,"
	" contestant TEXT NOT NULL,"
	" key TEXT NOT NULL CHECK (length(key) = 16 AND key NOT GLOB '*[^0-9a-f]*'),"
	" seed INTEGER NOT NULL,"
	" status TEXT NOT NULL CHECK (status IN ('running', 'interrupted', 'done', 'failed')),"
	" reason TEXT,"
	" architecture TEXT NOT NULL,"
	" settings TEXT NOT NULL CHECK (json_valid(settings)),"
	" parameters INTEGER,"
	" multiply_adds INTEGER,"
	" data_hash TEXT,"
	" source_commit TEXT, program_version TEXT, compiler TEXT, compiler_flags TEXT,"
	" cpu TEXT, blas TEXT, blas_kernel TEXT, vector_kernels TEXT, threads INTEGER, host TEXT,"
	" started TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),"
	" finished TEXT,"
	" train_seconds REAL NOT NULL DEFAULT 0,"
	" valid_seconds REAL NOT NULL DEFAULT 0,"
	" decode_seconds REAL NOT NULL DEFAULT 0,"
	" io_seconds REAL NOT NULL DEFAULT 0,"
	" peak_memory INTEGER NOT NULL DEFAULT 0,"
	" updates INTEGER NOT NULL DEFAULT 0,"
	" source_tokens INTEGER NOT NULL DEFAULT 0,"
	" target_tokens INTEGER NOT NULL DEFAULT 0,"
	" folder TEXT,"
	" UNIQUE (experiment, key)"
	") STRICT",

	"CREATE TABLE metrics ("
	" id INTEGER PRIMARY KEY,"
	" name TEXT NOT NULL UNIQUE,"
	" unit TEXT NOT NULL,"
	" direction TEXT NOT NULL CHECK (direction IN ('higher', 'lower', 'none')),"
	" help TEXT NOT NULL"
	") STRICT",

	"CREATE TABLE points ("
	" run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
	" metric INTEGER NOT NULL REFERENCES metrics,"
	" step INTEGER NOT NULL,"
	" value REAL," /* NULL: not a number */
	" PRIMARY KEY (run, metric, step)"
	") STRICT, WITHOUT ROWID",

	"CREATE TABLE summaries ("
	" run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
	" metric INTEGER NOT NULL REFERENCES metrics,"
	" count INTEGER NOT NULL,"
	" first_step INTEGER NOT NULL, first REAL,"
	" last_step INTEGER NOT NULL, last REAL,"
	" step_of_best INTEGER, best REAL,"
	" PRIMARY KEY (run, metric)"
	") STRICT, WITHOUT ROWID",

	"CREATE TABLE scores ("
	" run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
	" test_set TEXT NOT NULL,"
	" metric INTEGER NOT NULL REFERENCES metrics,"
	" value REAL,"
	" step INTEGER NOT NULL,"
	" signature TEXT,"
	" seconds REAL,"
	" sentences INTEGER,"
	" beam INTEGER,"
	" length_penalty REAL,"
	" PRIMARY KEY (run, test_set, metric)"
	") STRICT, WITHOUT ROWID",

	"CREATE TABLE hypotheses ("
	" run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
	" test_set TEXT NOT NULL,"
	" sentence INTEGER NOT NULL,"
	" source TEXT NOT NULL,"
	" reference TEXT NOT NULL,"
	" hypothesis TEXT NOT NULL,"
	" log_probability REAL,"
	" PRIMARY KEY (run, test_set, sentence)"
	") STRICT, WITHOUT ROWID",

	"CREATE VIEW run_list AS"
	" SELECT r.id AS run, e.name AS experiment, r.contestant, r.seed, r.status, r.reason, "
	"r.key,"
	"  r.architecture, r.parameters, r.multiply_adds, r.updates, r.source_tokens, "
	"r.target_tokens,"
	"  r.train_seconds, r.valid_seconds, r.decode_seconds, r.io_seconds, r.peak_memory,"
	"  r.started, r.finished, r.folder"
	" FROM runs r JOIN experiments e ON e.id = r.experiment",

	"CREATE VIEW run_curves AS"
	" SELECT p.run, e.name AS experiment, r.contestant, r.seed, m.name AS metric, m.unit,"
	"  p.step, p.value"
	" FROM points p JOIN runs r ON r.id = p.run JOIN experiments e ON e.id = r.experiment"
	"  JOIN metrics m ON m.id = p.metric",

	"CREATE VIEW run_summaries AS"
	" SELECT s.run, e.name AS experiment, r.contestant, r.seed, m.name AS metric, m.unit,"
	"  m.direction, s.count, s.first, s.last_step, s.last, s.step_of_best, s.best"
	" FROM summaries s JOIN runs r ON r.id = s.run JOIN experiments e ON e.id = r.experiment"
	"  JOIN metrics m ON m.id = s.metric",

	"CREATE VIEW run_scores AS"
	" SELECT s.run, e.name AS experiment, r.contestant, r.seed, r.status, s.test_set,"
	"  m.name AS metric, s.value, m.unit, m.direction, s.step, s.signature, s.seconds, "
	"s.sentences,"
	"  s.beam, s.length_penalty"
	" FROM scores s JOIN runs r ON r.id = s.run JOIN experiments e ON e.id = r.experiment"
	"  JOIN metrics m ON m.id = s.metric",

	"CREATE VIEW run_hypotheses AS"
	" SELECT h.run, e.name AS experiment, r.contestant, r.seed, h.test_set, h.sentence, "
	"h.source,"
	"  h.reference, h.hypothesis, h.log_probability"
	" FROM hypotheses h JOIN runs r ON r.id = h.run JOIN experiments e ON e.id = r.experiment",

	/* A setup is what the seeds of one contestant have in common: settings and data. A
	 * contestant whose settings were changed between runs has several, which are never
	 * averaged; their labels name the first run. */
	"CREATE VIEW run_setups AS"
	" SELECT run, experiment, contestant, setup,"
	"  CASE WHEN min(setup) OVER named = max(setup) OVER named THEN contestant"
	"   ELSE contestant || ' (run ' || setup || ')' END AS label"
	" FROM (SELECT r.id AS run, e.name AS experiment, r.contestant,"
	"   min(r.id) OVER (PARTITION BY r.experiment, r.contestant,"
	"    json_remove(r.settings, '$.seed'), r.data_hash) AS setup"
	"  FROM runs r JOIN experiments e ON e.id = r.experiment)"
	" WINDOW named AS (PARTITION BY experiment, contestant)",

	"CREATE VIEW run_settings AS"
	" SELECT s.run, s.experiment, s.setup, s.label, replace(substr(j.fullkey, 3), '\"', '') AS "
	"setting,"
	"  CASE j.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'null' THEN 'null'"
	"   ELSE j.atom END AS value"
	" FROM run_setups s JOIN runs r ON r.id = s.run, json_tree(r.settings) j"
	" WHERE j.type NOT IN ('object', 'array') AND j.fullkey <> '$.seed'",
	NULL,
};
