/* report_warnings.c - what makes a comparison unfair, or not yet one. */
#include "results/report_parts.h"

#include "results/queries.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_RUNS = 3, NAMED = 6 }; /* runs that are named one by one */

static const double unfair = 1.10; /* a ratio that is still called equal */

/* What a number of each setup is, where it is not alike for all. */
static void warn_ratio(struct report *r, const char *what, const double *value)
{
	size_t least = SIZE_MAX, most = SIZE_MAX;
	struct prose *item;

	for (size_t i = 0; i < r->setup_count; i++) {
		if (!(value[i] > 0))
			continue;
		if (least == SIZE_MAX || value[i] < value[least])
			least = i;
		if (most == SIZE_MAX || value[i] > value[most])
			most = i;
	}
	if (least == SIZE_MAX || value[most] <= unfair * value[least])
		return;
	item = document_item(r->document);
	prose_add(item, SPAN_STRONG, "%s differ:", what);
	prose_add(item, SPAN_PLAIN, " %s has ", r->setups[most].label);
	report_quantity(item, value[most]);
	prose_add(item, SPAN_PLAIN, ", %.2f times the ", value[most] / value[least]);
	report_quantity(item, value[least]);
	prose_add(item, SPAN_PLAIN, " of %s; up to 10 %% more is usually called fair.",
	          r->setups[least].label);
}

/* Means over done runs of each setup. */
static double *mean_of(const struct report *r, double (*number)(const struct report_run *))
{
	double *mean = memory_new(r->setup_count + 1, sizeof *mean);

	for (size_t i = 0; i < r->run_count; i++)
		if (r->runs[i].done)
			mean[r->runs[i].setup] +=
				number(&r->runs[i]) / (double)r->setups[r->runs[i].setup].done;
	return mean;
}

static double updates_of(const struct report_run *run)
{
	return run->updates;
}

static double tokens_of(const struct report_run *run)
{
	return run->target_tokens;
}

static void warn_sizes(struct report *r)
{
	double *parameters = memory_new(r->setup_count + 1, sizeof *parameters);
	double *updates = mean_of(r, updates_of), *tokens = mean_of(r, tokens_of);

	for (size_t i = 0; i < r->setup_count; i++)
		parameters[i] = r->setups[i].parameters;
	warn_ratio(r, "Parameters", parameters);
	warn_ratio(r, "Updates", updates);
	warn_ratio(r, "Target tokens trained on", tokens);
	free(parameters);
	free(updates);
	free(tokens);
}

static void warn_seeds(struct report *r)
{
	size_t least = SIZE_MAX, most = 0;

	for (size_t i = 0; i < r->setup_count; i++) {
		least = r->setups[i].done < least ? r->setups[i].done : least;
		most = r->setups[i].done > most ? r->setups[i].done : most;
	}
	if (!most)
		return;
	if (least < most)
		prose_add(document_item(r->document), SPAN_PLAIN,
		          "Contestants have from %zu to %zu runs that are done.", least, most);
	if (most < FEW_RUNS && r->setup_count > 1)
		prose_add(
			document_item(r->document), SPAN_PLAIN,
			"With fewer than three seeds, a difference may be the luck of one run; add "
			"some with --set 'seeds=[1, 2, 3]'.");
}

/* Architectures that were tried with more settings had more luck to choose from. */
static void warn_tuning(struct report *r)
{
	size_t least = SIZE_MAX, most = SIZE_MAX, tried[2] = { 0 };

	for (size_t i = 0; i < r->setup_count; i++) {
		size_t alike = 0;

		for (size_t j = 0; j < r->setup_count; j++)
			alike += !strcmp(r->setups[i].architecture, r->setups[j].architecture);
		if (least == SIZE_MAX || alike < tried[0]) {
			least = i;
			tried[0] = alike;
		}
		if (most == SIZE_MAX || alike > tried[1]) {
			most = i;
			tried[1] = alike;
		}
	}
	if (tried[0] < tried[1])
		prose_add(document_item(r->document), SPAN_PLAIN,
		          "Tuning differs: %s was tried with %zu settings, %s with %zu; the best "
		          "of more "
		          "is better by luck alone.",
		          r->setups[most].architecture, tried[1], r->setups[least].architecture,
		          tried[0]);
}

static void warn_diverged(struct report *r)
{
	size_t count = 0;
	struct prose *item;

	for (size_t i = 0; i < r->run_count; i++)
		count += r->scores[0].value[i] > REPORT_DIVERGED;
	if (!count)
		return;
	item = document_item(r->document);
	prose_add(item, SPAN_STRONG, count == 1 ? "%zu run diverged" : "%zu runs diverged", count);
	prose_add(item, SPAN_PLAIN,
	          ": no validation perplexity below a million, worse than guessing; plots of "
	          "curves leave that out. Lower the learning rate, or clip gradients. First: ");
	for (size_t i = 0; i < r->run_count; i++)
		if (r->scores[0].value[i] > REPORT_DIVERGED) {
			prose_add(item, SPAN_PLAIN, "run %ld (%s, seed %ld).", r->runs[i].id,
			          r->setups[r->runs[i].setup].label, r->runs[i].seed);
			break;
		}
}

/* A best value that nothing was tried beyond; contestants that were tuned more than others. */
static bool warn_tuned(struct report *r)
{
	enum { CONTESTANT = 1, SETTING, CHOSEN = 4, EDGE, TRIALS };
	struct table table = { 0 };
	const bool good = report_query(r, named_query_find("tuning")->sql, &table);
	double least = (double)INFINITY, most = 0;

	for (size_t i = 0; i < table.row_count && good; i++) {
		const struct cell *row = table_cell(&table, i, 0);
		const char *edge = report_cell_text(&row[EDGE]);

		least = fmin(least, report_cell_number(&row[TRIALS]));
		most = fmax(most, report_cell_number(&row[TRIALS]));
		if (*edge)
			prose_add(document_item(r->document), SPAN_PLAIN,
			          "Tuning of %s: the best value of %s is the %s tried (%g); one "
			          "beyond it may be better still.",
			          report_cell_text(&row[CONTESTANT]),
			          report_cell_text(&row[SETTING]), edge,
			          report_cell_number(&row[CHOSEN]));
	}
	if (most > 0 && table.row_count < r->setup_count)
		prose_add(document_item(r->document), SPAN_PLAIN,
		          "%zu of %zu contestants were tuned before the comparison, the others "
		          "were not.",
		          table.row_count, r->setup_count);
	else if (most > least)
		prose_add(document_item(r->document), SPAN_PLAIN,
		          "Contestants were tuned with from %.0f to %.0f trials.", least, most);
	table_free(&table);
	return good;
}

static void warn_unfinished(struct report *r)
{
	size_t count = 0, named = 0;
	struct prose *item;

	for (size_t i = 0; i < r->run_count; i++)
		count += !r->runs[i].done;
	if (!count)
		return;
	item = document_item(r->document);
	prose_add(item, SPAN_STRONG, count == 1 ? "%zu run is not done" : "%zu runs are not done",
	          count);
	prose_add(item, SPAN_PLAIN, " and left out of scores: ");
	for (size_t i = 0; i < r->run_count && named < NAMED; i++) {
		const struct report_run *run = &r->runs[i];

		if (run->done)
			continue;
		prose_add(item, SPAN_PLAIN, "%srun %ld (%s, seed %ld) %s%s", named++ ? "; " : "",
		          run->id, r->setups[run->setup].label, run->seed,
		          strcmp(run->status, "running") ? "" : "is ", run->status);
		if (*run->reason)
			prose_add(item, SPAN_PLAIN, ": %s", run->reason);
	}
	if (count > named)
		prose_add(item, SPAN_PLAIN, "; and %zu more", count - named);
	prose_add(item, SPAN_PLAIN, ".");
}

/* What runs must share: a column of runs or a setting, and what it means where they do not. */
static const struct {
	const char *what, *expression, *consequence;
} shared[] = {
	{ "data", "r.data_hash", "scores and losses of different data cannot be compared" },
	{ "batch sizes (train.batch_tokens × train.accumulate)",
	  "r.settings ->> '$.train.batch_tokens' * r.settings ->> '$.train.accumulate'",
	  "updates are not comparable, nor is a learning rate" },
	{ "stop rules (train.stop)", "r.settings -> '$.train.stop'", "budgets differ by rule" },
	{ "search settings (search)", "r.settings -> '$.search'",
	  "test scores are of different searches" },
	{ "number formats (train.precision)", "r.settings ->> '$.train.precision'",
	  "speeds are of different arithmetic" },
	{ "program versions", "r.program_version || ' ' || r.source_commit",
	  "settings may have meant different things" },
	{ "compilers or flags", "r.compiler || ' ' || r.compiler_flags",
	  "speeds cannot be compared" },
	{ "machines", "r.host || ' ' || r.cpu", "speeds cannot be compared" },
	{ "numbers of threads", "r.threads", "speeds cannot be compared" },
	{ "matrix libraries or kernels", "r.blas || ' ' || r.blas_kernel",
	  "speeds cannot be compared" },
};

static bool warn_differing(struct report *r)
{
	bool good = true;

	for (size_t i = 0; i < sizeof shared / sizeof *shared && good; i++) {
		struct table table = { 0 };
		char sql[512];

		snprintf(sql, sizeof sql,
		         "SELECT count(DISTINCT %s) FROM runs r WHERE r.experiment ="
		         " (SELECT id FROM experiments WHERE name = :experiment)",
		         shared[i].expression);
		good = report_query(r, sql, &table);
		if (good && table.row_count && table_cell(&table, 0, 0)->integer > 1)
			prose_add(document_item(r->document), SPAN_PLAIN,
			          "The runs have %ld different %s: %s.",
			          table_cell(&table, 0, 0)->integer, shared[i].what,
			          shared[i].consequence);
		table_free(&table);
	}
	return good;
}

static bool warn_signatures(struct report *r)
{
	struct table table = { 0 };
	const bool good = report_query(
		r,
		"SELECT s.test_set, m.name FROM runs r JOIN scores s ON s.run = r.id JOIN metrics m"
		" ON m.id = s.metric WHERE r.experiment ="
		" (SELECT id FROM experiments WHERE name = :experiment) GROUP BY s.test_set, m.id"
		" HAVING count(DISTINCT s.signature) > 1 OR count(DISTINCT s.sentences) > 1",
		&table);

	for (size_t i = 0; i < table.row_count && good; i++)
		prose_add(document_item(r->document), SPAN_PLAIN,
		          "%s %s was taken in different ways (signature or number of sentences).",
		          report_cell_text(table_cell(&table, i, 0)),
		          report_cell_text(table_cell(&table, i, 1)));
	table_free(&table);
	return good;
}

/* The last validation being the best says that training ended too early to tell. */
static bool warn_still_learning(struct report *r)
{
	struct table table = { 0 };
	size_t runs = 0, done = 0;
	const bool good = report_query(
		r,
		"SELECT s.run FROM runs r JOIN summaries s ON s.run = r.id JOIN metrics m ON m.id "
		"= "
		"s.metric WHERE m.name = 'valid_perplexity' AND s.step_of_best = s.last_step"
		" AND s.count > 1 AND r.status = 'done'"
		" AND r.experiment = (SELECT id FROM experiments WHERE name = :experiment)",
		&table);

	for (size_t i = 0; i < table.row_count && good; i++)
		runs += report_run_of(r, table_cell(&table, i, 0)->integer) != SIZE_MAX;
	for (size_t i = 0; i < r->run_count; i++)
		done += r->runs[i].done;
	if (runs)
		prose_add(document_item(r->document), SPAN_PLAIN,
		          "In %zu of %zu runs the last validation was the best: they were still "
		          "learning, and more training may change the order.",
		          runs, done);
	table_free(&table);
	return good;
}

bool report_warnings(struct report *r)
{
	const size_t before = r->document->count;
	bool good;

	document_heading(r->document, 3, "Before you trust it");
	warn_unfinished(r);
	warn_diverged(r);
	warn_sizes(r);
	warn_seeds(r);
	warn_tuning(r);
	good = warn_tuned(r) && warn_differing(r) && warn_signatures(r) && warn_still_learning(r);
	if (good && r->document->count == before + 1)
		prose_add(
			document_paragraph(r->document), SPAN_PLAIN,
			"Nothing found: contestants have equal parameters, budgets, data, settings "
			"of search and machines.");
	return good;
}
