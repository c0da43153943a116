/* queries.c - the questions that users ask most, as SQL with a name. */
#include "results/queries.h"

#include "results/known_metrics.h"

#include <stddef.h>
#include <string.h>

/* :name stands for a value that may be left out. */
#define OF(name) "(:" name " IS NULL OR " name " = :" name ")"
#define OF_EXPERIMENT OF("experiment")
#define OF_CURVE OF_EXPERIMENT " AND " OF("run") " AND " OF("contestant") " AND " OF("metric")

const struct named_query named_queries[] = {
	{ "experiments", "each experiment with its runs and when they were made",
	  "SELECT e.name AS experiment, count(DISTINCT r.contestant) AS contestants, count(r.id) "
	  "AS runs,"
	  "  count(r.id) FILTER (WHERE r.status = 'done') AS done,"
	  "  min(r.started) AS first_started, max(r.finished) AS last_finished"
	  " FROM experiments e LEFT JOIN runs r ON r.experiment = e.id"
	  " WHERE :experiment IS NULL OR e.name = :experiment"
	  " GROUP BY e.id ORDER BY e.id" },

	{ "runs", "each run: status, size, validation perplexity, speed, time, memory",
	  "SELECT l.run, l.experiment, l.contestant, l.seed, l.status, l.architecture, "
	  "l.parameters,"
	  "  l.updates, round(v.best, 3) AS valid_perplexity,"
	  "  (SELECT round(avg(s.value), 3) " HEADLINE_OF("l.run") ") AS mean_score,"
	  "  (SELECT min(m.name) " HEADLINE_OF("l.run") ") AS metric,"
	  "  round(l.train_seconds / 60, 1) AS train_minutes, round(l.peak_memory / 1e6) AS "
	  "peak_MB,"
	  "  l.started, l.reason, l.tags, l.note"
	  " FROM run_list l LEFT JOIN (SELECT s.run, s.best FROM summaries s JOIN metrics m"
	  "   ON m.id = s.metric AND m.name = 'valid_perplexity') v ON v.run = l.run"
	  " WHERE " OF_EXPERIMENT " ORDER BY l.run" },

	{ "compare",
	  "mean and deviation over seeds of each contestant's scores on each test set, done runs",
	  "SELECT u.experiment, u.label AS contestant, s.test_set, s.metric, avg(s.value) AS mean,"
	  "  deviation(s.value) AS deviation, count(*) AS seeds, s.unit, s.direction"
	  " FROM run_setups u JOIN run_scores s ON s.run = u.run"
	  " WHERE s.status = 'done' AND (:experiment IS NULL OR u.experiment = :experiment)"
	  " GROUP BY u.experiment, s.test_set, s.metric, u.setup"
	  " ORDER BY u.experiment, s.test_set, s.metric,"
	  "  CASE s.direction WHEN 'lower' THEN avg(s.value) ELSE -avg(s.value) END" },

	{ "best", "the best run of each contestant, by each metric and test set",
	  "SELECT experiment, contestant, test_set, metric, value, unit, run, seed, step, runs"
	  " FROM best WHERE " OF_EXPERIMENT " AND " OF("contestant") " AND " OF(
		  "metric") " ORDER BY experiment, test_set, metric,"
	                    "  CASE direction WHEN 'lower' THEN value ELSE -value END" },

	{ "curves",
	  "every point of every metric, and the tokens, seconds and multiply-adds until then",
	  "SELECT run, experiment, contestant, seed, metric, updates, target_tokens, seconds,"
	  "  forward_multiply_adds, value, unit FROM curves"
	  " WHERE " OF_CURVE " ORDER BY run, metric, updates" },

	{ "differences", "the settings in which runs differ, run by run",
	  "SELECT experiment, setting, run, contestant, seed, value FROM differences"
	  " WHERE " OF_EXPERIMENT " ORDER BY experiment, setting, run" },

	{ "summaries", "first, last and best value of every metric of every run",
	  "SELECT run, experiment, contestant, seed, metric, unit, count, first, last_step, last,"
	  "  step_of_best, best, median FROM run_summaries"
	  " WHERE " OF_CURVE " ORDER BY run, metric" },

	{ "scores", "every score of every run on every test set, with its signature",
	  "SELECT run, experiment, contestant, seed, status, test_set, metric, value, unit, step, "
	  "beam,"
	  "  length_penalty, sentences, seconds, signature FROM run_scores"
	  " WHERE " OF_CURVE
	  " AND " OF("test_set") " ORDER BY experiment, test_set, metric, contestant, seed" },

	{ "hypotheses", "every hypothesis with its source and reference",
	  "SELECT run, contestant, seed, test_set, sentence, source, reference, hypothesis,"
	  "  log_probability, seconds FROM run_hypotheses"
	  " WHERE " OF_EXPERIMENT " AND " OF("run") " AND " OF("contestant") " AND " OF(
		  "test_set") " ORDER BY test_set, sentence, run" },

	{ "translations",
	  "ten sentences a test set, spread over it, and what the first run of each contestant "
	  "made of them",
	  "WITH chosen AS (SELECT test_set, sentence FROM"
	  "  (SELECT test_set, sentence, row_number() OVER (PARTITION BY test_set ORDER BY "
	  "sentence) AS at,"
	  "    count(*) OVER (PARTITION BY test_set) AS n"
	  "   FROM (SELECT DISTINCT test_set, sentence FROM run_hypotheses WHERE " OF_EXPERIMENT
	  "))"
	  "  WHERE (at - 1) % max(n / 10, 1) = 0 AND (at - 1) / max(n / 10, 1) < 10),"
	  " texts AS (SELECT h.experiment, h.test_set, h.sentence, h.contestant, h.source, "
	  "h.reference, h.hypothesis,"
	  "   row_number() OVER (PARTITION BY h.experiment, h.test_set, h.sentence, h.contestant"
	  "    ORDER BY h.run) AS nth"
	  "  FROM run_hypotheses h JOIN chosen USING (test_set, sentence) WHERE " OF_EXPERIMENT ")"
	  " SELECT test_set, sentence, who, text FROM"
	  "  (SELECT test_set, sentence, 0 AS place, 'source' AS who, source AS text FROM texts"
	  "   UNION SELECT test_set, sentence, 1, 'reference', reference FROM texts"
	  "   UNION SELECT test_set, sentence, 2, contestant, hypothesis FROM texts WHERE nth = 1)"
	  " ORDER BY test_set, sentence, place, who" },

	{ "disagreements",
	  "the twenty sentences where contestants differ most in the words that they share with "
	  "the reference",
	  "WITH rated AS (SELECT experiment, test_set, sentence, contestant, seed, source, "
	  "reference, hypothesis,"
	  "   word_overlap(hypothesis, reference) AS overlap"
	  "  FROM run_hypotheses WHERE " OF_EXPERIMENT "),"
	  " spread AS (SELECT experiment, test_set, sentence, max(overlap) - min(overlap) AS "
	  "difference"
	  "  FROM rated GROUP BY experiment, test_set, sentence HAVING difference > 0"
	  "  ORDER BY difference DESC, test_set, sentence LIMIT 20)"
	  " SELECT test_set, sentence, round(overlap, 2) AS overlap, contestant, seed, hypothesis, "
	  "reference,"
	  "  source"
	  " FROM spread JOIN rated USING (experiment, test_set, sentence)"
	  " ORDER BY difference DESC, test_set, sentence, overlap DESC, contestant, seed" },

	{ "lengths",
	  "how many sentences and words are right, by words of the source (of a text alone: of it)",
	  "WITH texts AS (SELECT experiment, test_set, contestant, run, reference, hypothesis,"
	  "   word_count(coalesce(nullif(source, ''), reference)) AS length"
	  "  FROM run_hypotheses WHERE " OF_EXPERIMENT " AND " OF("run") " AND " OF(
		  "contestant") " AND " OF("test_set") ")"
	  " SELECT experiment, test_set, length, contestant, count(DISTINCT run) AS runs,"
	  "  count(*) AS sentences, round(100.0 * avg(hypothesis = reference), 2) AS exact_match,"
	  "  round(100.0 * sum(same_words(hypothesis, reference))"
	  "   / nullif(sum(word_count(reference)), 0), 2) AS word_accuracy"
	  " FROM texts GROUP BY experiment, test_set, length, contestant"
	  " ORDER BY experiment, test_set, length, min(run)" },

	{ "settings", "the settings in which contestants differ",
	  "WITH known AS (SELECT DISTINCT experiment, setup, label, setting, value FROM run_settings"
	  "  WHERE " OF_EXPERIMENT "),"
	  /* layers of a side that `layers` or the arrangement leaves without a meaning */
	  " idle AS (SELECT k.setup,"
	  "   substr(k.setting, 1, length(k.setting) - length('layers')) || side.column1 AS setting"
	  "  FROM known k, (VALUES ('encoder_layers'), ('decoder_layers')) side"
	  "  WHERE (k.setting = 'settings.layers' OR k.setting LIKE '%.settings.layers')"
	  "   AND k.value > 0"
	  "  UNION ALL SELECT setup, CASE value WHEN 'decoder-only' THEN 'settings.encoder_layers'"
	  "   WHEN 'encoder-only' THEN 'settings.decoder_layers' ELSE '' END"
	  "  FROM known WHERE setting = 'model.arrangement'),"
	  " used AS (SELECT * FROM known WHERE (setup, setting) NOT IN (SELECT * FROM idle)),"
	  " setups AS (SELECT experiment, count(DISTINCT setup) AS n FROM used GROUP BY "
	  "experiment),"
	  " differing AS (SELECT u.experiment, u.setting FROM used u JOIN setups s USING "
	  "(experiment)"
	  "  GROUP BY u.experiment, u.setting"
	  "  HAVING count(DISTINCT u.value) > 1 OR count(DISTINCT u.setup) < max(s.n))"
	  " SELECT u.experiment, u.setting, u.label AS contestant, u.value"
	  " FROM used u JOIN differing USING (experiment, setting)"
	  " ORDER BY u.experiment, u.setting, u.setup" },

	{ "speed",
	  "training and decoding speed of each contestant, medians; padding; seconds that were not "
	  "training",
	  "SELECT r.experiment, r.contestant, count(DISTINCT r.run) AS runs,"
	  "  (SELECT median(s.median) FROM run_summaries s WHERE s.experiment = r.experiment"
	  "    AND s.contestant = r.contestant AND s.metric = 'target_tokens_per_second') AS"
	  "   target_tokens_per_second,"
	  "  (SELECT median(s.median) FROM run_summaries s WHERE s.experiment = r.experiment"
	  "    AND s.contestant = r.contestant AND s.metric = 'source_tokens_per_second') AS"
	  "   source_tokens_per_second,"
	  "  (SELECT median(s.median) FROM run_summaries s WHERE s.experiment = r.experiment"
	  "    AND s.contestant = r.contestant AND s.metric = 'padding_percent') AS"
	  "   padding_percent,"
	  "  (SELECT median(s.value) FROM run_scores s WHERE s.experiment = r.experiment"
	  "    AND s.contestant = r.contestant AND s.metric = 'decode_sentences_per_second')"
	  "   AS decode_sentences_per_second,"
	  "  avg(r.train_seconds) AS train_seconds, avg(r.valid_seconds) AS valid_seconds,"
	  "  avg(r.decode_seconds) AS decode_seconds, avg(r.io_seconds) AS io_seconds"
	  " FROM run_list r WHERE " OF_EXPERIMENT
	  " GROUP BY r.experiment, r.contestant ORDER BY r.experiment, min(r.run)" },

	{ "target",
	  "what each done run took to a value of a metric (valid_perplexity; the value that all of "
	  "them reach, the diverged left out)",
	  "WITH done AS (SELECT s.experiment, s.contestant, s.seed, s.run, s.metric, s.direction,"
	  "   s.best FROM run_summaries s JOIN runs r ON r.id = s.run"
	  "  WHERE r.status = 'done' AND s.direction <> 'none'"
	  "   AND s.metric = coalesce(:metric, 'valid_perplexity') "
	  "   AND (:experiment IS NULL OR s.experiment = :experiment)),"
	  " goal AS (SELECT experiment, coalesce(CAST(:value AS REAL), CASE direction"
	  "   WHEN 'lower' THEN max(best) FILTER (WHERE best < 1e6) ELSE min(best) END) AS target"
	  "  FROM done GROUP BY experiment),"
	  " hit AS (SELECT c.run, c.value, c.updates, c.seconds, c.target_tokens,"
	  "   c.forward_multiply_adds"
	  "  FROM cost_to_target c JOIN goal g USING (experiment)"
	  "  WHERE c.metric = coalesce(:metric, 'valid_perplexity')"
	  "   AND CASE c.direction WHEN 'lower' THEN c.value <= g.target"
	  "    AND (c.previous_best > g.target OR c.previous_best IS NULL)"
	  "   ELSE c.value >= g.target"
	  "    AND (c.previous_best < g.target OR c.previous_best IS NULL) END)"
	  " SELECT d.run, d.experiment, d.contestant, d.seed, d.metric, g.target, h.value,"
	  "  h.updates, h.seconds, h.target_tokens, h.forward_multiply_adds"
	  " FROM done d JOIN goal g USING (experiment) LEFT JOIN hit h ON h.run = d.run"
	  " ORDER BY d.experiment, h.seconds IS NULL, h.seconds" },

	{ "machines", "where and with what program each run was made",
	  "SELECT r.id AS run, e.name AS experiment, r.contestant, r.host, r.cpu, r.threads, "
	  "r.blas,"
	  "  r.blas_kernel, r.vector_kernels, r.program_version, r.source_commit, r.compiler, "
	  "r.compiler_flags"
	  " FROM runs r JOIN experiments e ON e.id = r.experiment"
	  " WHERE :experiment IS NULL OR e.name = :experiment ORDER BY r.id" },

	{ "unfinished", "runs that are not done, and why",
	  "SELECT l.run, l.experiment, l.contestant, l.seed, l.status, l.updates, l.started, "
	  "l.reason"
	  " FROM run_list l WHERE l.status <> 'done' AND " OF_EXPERIMENT " ORDER BY l.run" },

	/* A trial that tunes says so in its settings. What was chosen is what runs of the contestant
	 * use. */
	{ "tuning",
	  "what each contestant tried before the comparison, what it chose, and what that cost",
	  "WITH tried AS (SELECT r.id AS run, substr(e.name, 1, length(e.name) - 5) AS experiment,"
	  "   r.settings ->> '$.tune.contestant' AS contestant,"
	  "   r.settings ->> '$.tune.setting' AS setting,"
	  "   r.settings ->> ('$.' || (r.settings ->> '$.tune.setting')) AS value, r.status,"
	  "   s.best AS perplexity, r.updates, 3.0 * r.multiply_adds * r.target_tokens AS adds,"
	  "   r.train_seconds + r.valid_seconds AS seconds"
	  "  FROM experiments e CROSS JOIN runs r LEFT JOIN summaries s ON s.run = r.id AND s.metric"
	  "    = (SELECT id FROM metrics WHERE name = 'valid_perplexity')"
	  "  WHERE r.experiment = e.id AND (e.name = :experiment || '/tune'"
	  "    OR :experiment IS NULL AND e.name LIKE '%/tune')"
	  "   AND json_type(r.settings, '$.tune.setting') = 'text'),"
	  " chosen AS (SELECT t.*, EXISTS (SELECT 1 FROM runs m JOIN experiments f"
	  "    ON f.id = m.experiment WHERE f.name = t.experiment AND m.contestant = t.contestant"
	  "     AND m.settings ->> ('$.' || t.setting) = t.value) AS used"
	  "  FROM tried t ORDER BY t.run)"
	  " SELECT experiment, contestant, setting,"
	  "  group_concat(value || CASE status WHEN 'done' THEN printf(' (%.2f)', perplexity)"
	  "   ELSE ' (' || status || ')' END, ', ') AS tried_with_perplexity,"
	  "  max(value) FILTER (WHERE used) AS chosen,"
	  "  CASE WHEN count(DISTINCT value) = 1 OR typeof(max(value)) = 'text' THEN NULL"
	  "   WHEN max(value) FILTER (WHERE used) = max(value) THEN 'largest'"
	  "   WHEN max(value) FILTER (WHERE used) = min(value) THEN 'smallest' END AS edge,"
	  "  count(*) AS trials, sum(updates) AS updates, sum(adds) AS multiply_adds,"
	  "  round(sum(seconds), 1) AS seconds"
	  " FROM chosen GROUP BY experiment, contestant, setting ORDER BY min(run)" },

	{ "metrics", "what is measured: unit, which direction is better, definition",
	  "SELECT name, unit, direction, help FROM metrics ORDER BY id" },

	{ NULL, NULL, NULL },
};

const struct named_query *named_query_find(const char *name)
{
	for (const struct named_query *query = named_queries; query->name; query++)
		if (!strcmp(query->name, name))
			return query;
	return NULL;
}
