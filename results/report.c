/* report.c - the runs of an experiment and their scores, and the order of the sections on them. */
#include "results/best_of.h"
#include "results/report_parts.h"

#include "results/query.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 8, COLOURED = 6 }; /* setups that plots can tell apart; how many of more they show */

bool report_query(struct report *r, const char *sql, struct table *table)
{
	return query_table(r->database, sql, r->experiment, table, r->error);
}

size_t report_run_of(const struct report *r, long run)
{
	size_t first = 0, end = r->run_count;

	while (first < end) {
		const size_t middle = first + (end - first) / 2;

		if (r->runs[middle].id == run)
			return middle;
		if (r->runs[middle].id < run)
			first = middle + 1;
		else
			end = middle;
	}
	return SIZE_MAX;
}

size_t report_setup_of(const struct report *r, long run)
{
	const size_t i = report_run_of(r, run);

	return i == SIZE_MAX ? SIZE_MAX : r->runs[i].setup;
}

static size_t setup_of_id(struct report *r, long id)
{
	for (size_t i = 0; i < r->setup_count; i++)
		if (r->setups[i].id == id)
			return i;
	r->setups = memory_resize(r->setups, r->setup_count + 1, sizeof *r->setups);
	r->setups[r->setup_count] = (struct report_setup){ .id = id };
	return r->setup_count++;
}

static void add_run(struct report *r, const struct cell *row)
{
	const size_t at = setup_of_id(r, row[1].integer);
	struct report_setup *setup = &r->setups[at];
	struct report_run *run;

	r->runs = memory_resize(r->runs, r->run_count + 1, sizeof *r->runs);
	run = &r->runs[r->run_count++];
	*run = (struct report_run){
		.id = row[0].integer,
		.seed = row[3].integer,
		.setup = at,
		.done = !strcmp(report_cell_text(&row[4]), "done"),
		.status = memory_text(report_cell_text(&row[4])),
		.reason = memory_text(report_cell_text(&row[5])),
		.updates = report_cell_number(&row[9]),
		.target_tokens = report_cell_number(&row[10]),
		.train_seconds = report_cell_number(&row[11]),
	};
	if (!setup->label) {
		setup->label = memory_text(report_cell_text(&row[2]));
		setup->architecture = memory_text(report_cell_text(&row[6]));
		setup->parameters = fmax(0, report_cell_number(&row[7]));
		setup->multiply_adds = fmax(0, report_cell_number(&row[8]));
	}
	setup->runs++;
	setup->done += run->done;
}

static bool load_runs(struct report *r)
{
	struct table table = { 0 };
	const bool good = report_query(
		r,
		"SELECT u.run, u.setup, u.label, r.seed, r.status, r.reason, r.architecture, "
		"r.parameters, r.multiply_adds, r.updates, r.target_tokens, r.train_seconds"
		" FROM run_setups u JOIN runs r ON r.id = u.run WHERE u.experiment = :experiment"
		" ORDER BY u.run",
		&table);

	for (size_t i = 0; i < table.row_count && good; i++)
		add_run(r, table_cell(&table, i, 0));
	for (size_t i = 0; i < r->run_count; i++)
		r->runs[i].counts = r->runs[i].done || !r->setups[r->runs[i].setup].done;
	table_free(&table);
	return good;
}

static struct report_score *score_named(struct report *r, const char *test_set, const char *metric,
                                        const char *direction)
{
	struct report_score *s;

	for (size_t i = 1; i < r->score_count; i++)
		if (!strcmp(r->scores[i].test_set, test_set) &&
		    !strcmp(r->scores[i].metric, metric))
			return &r->scores[i];
	r->scores = memory_resize(r->scores, r->score_count + 1, sizeof *r->scores);
	s = &r->scores[r->score_count++];
	*s = (struct report_score){ .test_set = test_set ? memory_text(test_set) : NULL,
		                    .metric = memory_text(metric),
		                    .sign = strcmp(direction, "lower") ? -1 : 1,
		                    .value = memory_new(r->run_count + 1, sizeof *s->value) };
	for (size_t i = 0; i < r->run_count; i++)
		s->value[i] = (double)NAN;
	return s;
}

static void average(const struct report *r, struct report_score *s)
{
	free(s->mean);
	free(s->deviation);
	free(s->count);
	s->mean = memory_new(r->setup_count + 1, sizeof *s->mean);
	s->deviation = memory_new(r->setup_count + 1, sizeof *s->deviation);
	s->count = memory_new(r->setup_count + 1, sizeof *s->count);
	for (size_t i = 0; i < r->run_count; i++)
		if (!isnan(s->value[i])) {
			s->mean[r->runs[i].setup] += s->value[i];
			s->count[r->runs[i].setup]++;
		}
	for (size_t i = 0; i < r->setup_count; i++)
		s->mean[i] = s->count[i] ? s->mean[i] / (double)s->count[i] : (double)NAN;
	for (size_t i = 0; i < r->run_count; i++)
		if (!isnan(s->value[i]))
			s->deviation[r->runs[i].setup] +=
				pow(s->value[i] - s->mean[r->runs[i].setup], 2);
	for (size_t i = 0; i < r->setup_count; i++)
		s->deviation[i] = s->count[i] > 1
		                          ? sqrt(s->deviation[i] / (double)(s->count[i] - 1))
		                          : (double)NAN;
}

/* Rows are run, test set (NULL: validation), metric, direction, value. */
static bool load_scores(struct report *r)
{
	struct table table = { 0 };
	const bool good = report_query(
		r,
		"SELECT r.id, NULL, m.name, m.direction, s.best FROM runs r JOIN summaries s ON "
		"s.run = r.id JOIN metrics m ON m.id = s.metric WHERE m.name = 'valid_perplexity'"
		" AND r.status = 'done' AND r.experiment ="
		"  (SELECT id FROM experiments WHERE name = :experiment)"
		" UNION ALL SELECT * FROM (SELECT r.id, s.test_set, m.name, m.direction, s.value"
		" FROM runs r JOIN scores s ON s.run = r.id JOIN metrics m ON m.id = s.metric"
		" WHERE m.name NOT LIKE 'decode%' AND m.direction <> 'none' AND r.status = 'done'"
		"  AND r.experiment = (SELECT id FROM experiments WHERE name = :experiment)"
		" ORDER BY " BY_TEST_SET("s.test_set") ", m.id)",
		&table);

	score_named(r, NULL, "perplexity", "lower");
	for (size_t i = 0; i < table.row_count && good; i++) {
		const struct cell *row = table_cell(&table, i, 0);
		const char *test_set = report_cell_text(&row[1]);
		const size_t run = report_run_of(r, row[0].integer);
		struct report_score *s =
			row[1].type == CELL_EMPTY
				? &r->scores[0]
				: score_named(r, test_set, report_cell_text(&row[2]),
		                              report_cell_text(&row[3]));

		if (run != SIZE_MAX)
			s->value[run] = report_cell_number(&row[4]);
	}
	table_free(&table);
	return good;
}

static void score_free(struct report_score *s)
{
	free(s->test_set);
	free(s->metric);
	free(s->value);
	free(s->mean);
	free(s->deviation);
	free(s->count);
}

/* Chooses the first score of the kind that the runs are of. */
static void choose_headline(struct report *r)
{
	r->headline = r->score_count > 1;
	for (size_t i = 1; i < r->score_count; i++) {
		const enum kind ranks = known_metric_ranks(r->scores[i].metric);

		if (ranks > r->kind) {
			r->headline = i;
			r->kind = ranks;
		}
	}
}

/* Scores that say nothing of the kind of runs, as BLEU of pictures, are left out. */
static void choose_scores(struct report *r)
{
	size_t kept = 1;

	if (r->kind == KIND_NONE)
		return;
	for (size_t i = 1; i < r->score_count; i++) {
		struct report_score *s = &r->scores[i];

		if (known_metric_find(s->metric) && !known_metric_is_of(s->metric, r->kind)) {
			score_free(s);
			continue;
		}
		if (i == r->headline)
			r->headline = kept;
		r->scores[kept++] = *s;
	}
	r->score_count = kept;
}

size_t report_best(const struct report *r, const struct report_score *s)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < r->setup_count; i++)
		if (!isnan(s->mean[i]) &&
		    (best == SIZE_MAX || s->sign * s->mean[i] < s->sign * s->mean[best]))
			best = i;
	return best;
}

/* How many setups are better by a score whose means are known. */
static size_t rank_of(const struct report *r, const struct report_score *s, size_t setup)
{
	const double x = s->sign * s->mean[setup];
	size_t better = 0;

	for (size_t i = 0; i < r->setup_count; i++) {
		const double y = s->sign * s->mean[i];

		better += isnan(x) ? !isnan(y) || i < setup : y < x || (y == x && i < setup);
	}
	return better;
}

/* Too many setups for plots to tell apart are put in order, the best first, and only those have
 * looks. */
static void order_setups(struct report *r)
{
	struct report_setup *ordered = memory_new(r->setup_count + 1, sizeof *ordered);
	size_t *place = memory_new(r->setup_count + 1, sizeof *place);
	struct report_score *s = &r->scores[r->headline];

	average(r, s);
	for (size_t i = 0; i < r->setup_count; i++) {
		place[i] = r->setup_count > MANY ? rank_of(r, s, i) : i;
		ordered[place[i]] = r->setups[i];
		ordered[place[i]].look = r->setup_count <= MANY || place[i] < COLOURED
		                                 ? (int)place[i]
		                                 : PLOT_BACKGROUND;
	}
	for (size_t i = 0; i < r->run_count; i++)
		r->runs[i].setup = place[r->runs[i].setup];
	free(r->setups);
	free(place);
	r->setups = ordered;
}

static bool say_what_it_is(struct report *r)
{
	struct prose *subtitle = &r->document->subtitle;
	struct table dates = { 0 };
	size_t done = 0;
	const bool good =
		report_query(r,
	                     "SELECT substr(min(started), 1, 10), substr(max(finished), 1, 10)"
	                     " FROM runs WHERE experiment ="
	                     " (SELECT id FROM experiments WHERE name = :experiment)",
	                     &dates);

	for (size_t i = 0; i < r->run_count; i++)
		done += r->runs[i].done;
	r->document->title = memory_text(r->experiment);
	prose_add(subtitle, SPAN_PLAIN, "%zu contestant%s, %zu run%s, %zu done", r->setup_count,
	          r->setup_count == 1 ? "" : "s", r->run_count, r->run_count == 1 ? "" : "s", done);
	if (good && r->run_count) {
		const char *first = report_cell_text(table_cell(&dates, 0, 0));
		const char *last = report_cell_text(table_cell(&dates, 0, 1));

		prose_add(subtitle, SPAN_PLAIN, "; %s", first);
		if (*last && strcmp(first, last))
			prose_add(subtitle, SPAN_PLAIN, " to %s", last);
	}
	table_free(&dates);
	return good;
}

static void report_free(struct report *r)
{
	for (size_t i = 0; i < r->setup_count; i++) {
		free(r->setups[i].label);
		free(r->setups[i].architecture);
	}
	for (size_t i = 0; i < r->run_count; i++) {
		free(r->runs[i].status);
		free(r->runs[i].reason);
	}
	for (size_t i = 0; i < r->score_count; i++)
		score_free(&r->scores[i]);
	contest_free(&r->contest);
	free(r->setups);
	free(r->runs);
	free(r->scores);
}

bool report_make(struct document *document, struct database *database, const char *experiment,
                 const struct report_guide *guide, struct error *error)
{
	struct report r = { .document = document,
		            .database = database,
		            .experiment = experiment,
		            .guide = guide,
		            .error = error };
	long id;
	bool good = database_experiment_find(database, experiment, &id, error) && load_runs(&r) &&
	            load_scores(&r);

	if (good) {
		choose_headline(&r);
		choose_scores(&r);
		order_setups(&r);
		for (size_t i = 0; i < r.score_count; i++)
			average(&r, &r.scores[i]);
		good = report_test(&r) && say_what_it_is(&r) && report_summary(&r) &&
		       report_warnings(&r) && report_curves(&r) && report_costs(&r) &&
		       (report_has_pictures(&r) ? report_pictures(&r)
		        : report_has_forecasts(&r)
		                ? report_forecasts(&r)
		                : report_sentences(&r) && report_attention(&r)) &&
		       report_settings(&r);
	}
	report_free(&r);
	return good;
}
