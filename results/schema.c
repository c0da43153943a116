/* schema.c - the tables and views of a results database, and how an older file becomes a newer one.
 */
#include "results/schema.h"

#include "results/statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One statement an entry, NULL at the end. */
static const char *const statements_1[] = {
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

const char *const *const schema_scripts[] = { statements_1 };

const struct schema_metric schema_metrics[] = {
	{ "train_loss", "nats/token", "lower",
	  "what training minimises: cross-entropy of the target tokens, label smoothing included" },
	{ "train_nll", "nats/token", "lower",
	  "negative log-likelihood of the training batches' target tokens" },
	{ "valid_nll", "nats/token", "lower",
	  "negative log-likelihood of the validation target tokens" },
	{ "valid_perplexity", "", "lower", "exp(valid_nll)" },
	{ "learning_rate", "", "none", "of the update" },
	{ "gradient_norm", "", "none", "Euclidean norm of the whole gradient before clipping" },
	{ "target_tokens_per_second", "tokens/s", "higher",
	  "target tokens without padding, end of sentence counted, over seconds of training "
	  "alone" },
	{ "source_tokens_per_second", "tokens/s", "higher",
	  "source tokens without padding, end of sentence counted, over seconds of training "
	  "alone" },
	{ "padding_percent", "%", "lower", "padded positions of the target side of batches" },
	{ "seconds", "s", "none", "training alone, since the run began" },
	{ "target_tokens", "tokens", "none",
	  "target tokens without padding that the run has trained on" },
	{ "epoch", "epochs", "none", "passes over the training data, fractions included" },
	{ "BLEU", "points", "higher",
	  "corpus BLEU, 0 to 100, of detokenised text; see the signature" },
	{ "chrF", "points", "higher", "corpus chrF, 0 to 100; see the signature" },
	{ "TER", "points", "lower", "edits over reference words, times 100; see the signature" },
	{ "decode_sentences_per_second", "sentences/s", "higher",
	  "of the search; reading and scoring left out" },
	{ "exact_match", "%", "higher", "hypotheses equal to their reference" },
	{ NULL, NULL, NULL, NULL },
};

static bool pragma_integer(sqlite3 *handle, const char *path, const char *sql, long *value,
                           struct error *error)
{
	bool found;

	*value = 0;
	return statement_integer(handle, path, error, value, &found, sql, "");
}

bool schema_version(sqlite3 *handle, const char *path, int newest, int *version,
                    struct error *error)
{
	long number, application, tables;

	if (!pragma_integer(handle, path, "PRAGMA user_version", &number, error)) {
		if (sqlite3_errcode(handle) == SQLITE_NOTADB)
			error_set(error,
			          "%s is not an SQLite database; name another file with --db",
			          path);
		return false;
	}
	if (!pragma_integer(handle, path, "SELECT count(*) FROM sqlite_schema", &tables, error) ||
	    !pragma_integer(handle, path, "PRAGMA application_id", &application, error))
		return false;
	/* The application is read last: tables that another process is just making are ours then.
	 */
	if (application != SCHEMA_APPLICATION && (number || application || tables))
		return error_set(error,
		                 "%s is a database of another program; name another file with --db",
		                 path);
	if (number < 0 || number > newest)
		return error_set(error,
		                 "%s has schema version %ld, this bakeoff knows versions up to %d; "
		                 "use a newer bakeoff or name another file with --db",
		                 path, number, newest);
	*version = (int)number;
	return true;
}

/* VACUUM INTO copies what is committed, the write-ahead log included; the rename makes the copy
 * whole or absent. */
static bool back_up(sqlite3 *handle, const char *path, int version, struct error *error)
{
	char *copy = sqlite3_mprintf("%s.v%d.backup", path, version);
	char *part = sqlite3_mprintf("%s.%ld", copy, (long)getpid());
	bool good = copy && part && statement_do(handle, path, error, "VACUUM INTO ?1", "t", part);

	if (good && rename(part, copy) != 0)
		good = error_set(error, "%s: cannot keep the copy of the old database", copy);
	if (!good && part)
		unlink(part);
	sqlite3_free(part);
	sqlite3_free(copy);
	return good;
}

static bool run_script(sqlite3 *handle, const char *path, const char *const *script,
                       struct error *error)
{
	for (; *script; script++)
		if (!statement_do(handle, path, error, *script, ""))
			return false;
	return true;
}

static bool set_version(sqlite3 *handle, const char *path, int version, struct error *error)
{
	char sql[64]; /* PRAGMA takes no parameters */

	snprintf(sql, sizeof sql, "PRAGMA application_id = %d", SCHEMA_APPLICATION);
	if (!statement_do(handle, path, error, sql, ""))
		return false;
	snprintf(sql, sizeof sql, "PRAGMA user_version = %d", version);
	return statement_do(handle, path, error, sql, "");
}

bool schema_migrate(sqlite3 *handle, const char *path, const char *const *const *scripts, int count,
                    struct error *error)
{
	int version;
	bool good;

	if (!schema_version(handle, path, count, &version, error))
		return false;
	if (version == count)
		return true;
	if (version > 0 && !back_up(handle, path, version, error))
		return false;
	if (!transaction_begin(handle, path, error))
		return false;
	/* Another process may have migrated while this one waited for the lock. */
	good = schema_version(handle, path, count, &version, error);
	for (; good && version < count; version++)
		good = run_script(handle, path, scripts[version], error);
	good = good && set_version(handle, path, count, error);
	return transaction_end(handle, path, good, error);
}

static bool metrics_complete(sqlite3 *handle, const char *path, bool *complete, struct error *error)
{
	*complete = true;
	for (const struct schema_metric *m = schema_metrics; m->name && *complete; m++) {
		long id;

		if (!statement_integer(handle, path, error, &id, complete,
		                       "SELECT id FROM metrics WHERE name = ?1", "t", m->name))
			return false;
	}
	return true;
}

bool schema_add_metrics(sqlite3 *handle, const char *path, struct error *error)
{
	bool complete, good = true;

	if (!metrics_complete(handle, path, &complete, error))
		return false;
	if (complete)
		return true;
	if (!transaction_begin(handle, path, error))
		return false;
	for (const struct schema_metric *m = schema_metrics; m->name && good; m++)
		good = statement_do(handle, path, error,
		                    "INSERT INTO metrics (name, unit, direction, help)"
		                    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO NOTHING",
		                    "tttt", m->name, m->unit, m->direction, m->help);
	return transaction_end(handle, path, good, error);
}
