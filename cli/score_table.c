/* score_table.c - prints scores of several systems, and tests of them against the first. */
#include "cli/score.h"

#include "eval/significance.h"
#include "results/table.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_SIZE = 128 };

/* What is found out about a system by one metric; NaN where it is not. */
struct finding {
	double score, p_value, mean, half_width;
};

/* A metric and what it says of each system. */
struct verdicts {
	char title[METRIC_TEXT_SIZE], signature[METRIC_TEXT_SIZE];
	struct finding *finding; /* [system_count] */
};

static void describe(const struct score_job *job, int place, struct verdicts *v)
{
	const struct score_options *o = &job->options;
	const struct metric *metric = score_metric(place);
	char draws[CELL_SIZE] = "";

	if (o->test == SCORE_BOOTSTRAP)
		snprintf(draws, sizeof draws, "bs:%ld|seed:%llu", o->resamples,
		         (unsigned long long)o->seed);
	else if (o->test == SCORE_RANDOMIZATION)
		snprintf(draws, sizeof draws, "ar:%ld|seed:%llu", o->trials,
		         (unsigned long long)o->seed);
	metric->title(&o->settings[place], v->title);
	metric_signature(metric, &o->settings[place],
	                 segments_references(job->references, job->reference_count), draws,
	                 v->signature);
}

static double difference(const struct verdicts *v, int system)
{
	return fabs(v->finding[0].score - v->finding[system].score);
}

static void test_by_bootstrap(const struct score_job *job, const struct counted *counted,
                              struct verdicts *v)
{
	size_t n = (size_t)job->options.resamples, systems = (size_t)job->system_count;
	double *scores = memory_new(systems * n, sizeof *scores);
	struct generator generator;

	generator_seed(&generator, job->options.seed);
	bootstrap_scores(&generator, counted, systems, job->segments, n, scores);
	for (int i = 0; i < job->system_count; i++) {
		struct interval interval = interval_of(scores + (size_t)i * n, n);

		v->finding[i].mean = interval.mean;
		v->finding[i].half_width = interval.half_width;
		if (i > 0)
			v->finding[i].p_value = bootstrap_p_value(scores, scores + (size_t)i * n, n,
			                                          difference(v, i));
	}
	free(scores);
}

static void test_by_shuffles(const struct score_job *job, const struct counted *counted,
                             struct verdicts *v)
{
	size_t n = (size_t)job->options.trials, others = (size_t)job->system_count - 1;
	struct counted *baseline = memory_new(others, sizeof *baseline);
	double *differences = memory_new(others * n, sizeof *differences);
	struct generator generator;

	for (size_t i = 0; i < others; i++)
		baseline[i] = counted[0];
	generator_seed(&generator, job->options.seed);
	shuffle_differences(&generator, baseline, counted + 1, others, job->segments, n,
	                    differences);
	for (size_t i = 0; i < others; i++)
		v->finding[i + 1].p_value =
			shuffle_p_value(differences + i * n, n, difference(v, (int)i + 1));
	free(baseline);
	free(differences);
}

static void judge(struct score_job *job, int place, struct verdicts *v)
{
	const struct metric *metric = score_metric(place);
	const union metric_settings *settings = &job->options.settings[place];
	struct counted *counted = memory_new((size_t)job->system_count, sizeof *counted);

	score_count(job, place);
	describe(job, place, v);
	v->finding = memory_new((size_t)job->system_count, sizeof *v->finding);
	for (int i = 0; i < job->system_count; i++) {
		counted[i] = (struct counted){ metric, settings, job->systems[i].rows };
		v->finding[i] =
			(struct finding){ metric_score_of_rows(metric, settings, counted[i].rows,
			                                       job->segments),
			                  (double)NAN, (double)NAN, (double)NAN };
	}
	if (job->options.test == SCORE_BOOTSTRAP)
		test_by_bootstrap(job, counted, v);
	else if (job->options.test == SCORE_RANDOMIZATION)
		test_by_shuffles(job, counted, v);
	free(counted);
}

static void write_cell(const struct score_job *job, const struct finding *f, char text[CELL_SIZE])
{
	int width = job->options.width;
	size_t used = (size_t)snprintf(text, CELL_SIZE, "%.*f", width, f->score);

	if (!isnan(f->mean))
		used += (size_t)snprintf(text + used, CELL_SIZE - used, " (%.*f ± %.*f)", width,
		                         f->mean, width, f->half_width);
	if (!isnan(f->p_value))
		snprintf(text + used, CELL_SIZE - used, " (p = %.4f)%s", f->p_value,
		         f->p_value > 0.05 ? "" : "*");
}

static void write_name(const struct score_job *job, int system, char *text, size_t size)
{
	snprintf(text, size, "%s%s",
	         system == 0 && job->options.test != SCORE_NO_TEST ? "Baseline: " : "",
	         job->systems[system].name);
}

static bool print_table(const struct score_job *job, const struct verdicts *v, int count,
                        struct error *error)
{
	enum table_format format = job->options.format == SCORE_LATEX ? TABLE_LATEX : TABLE_BOX;
	struct table table = { 0 };
	bool good;

	table_add_column(&table, "System", -1, false);
	for (int k = 0; k < count; k++) {
		char name[2 * METRIC_TEXT_SIZE];

		snprintf(name, sizeof name, "%.*s%s", METRIC_TEXT_SIZE - 1, v[k].title,
		         isnan(v[k].finding[0].mean) ? "" : " (μ ± 95% CI)");
		table_add_column(&table, name, -1, false);
	}
	for (int i = 0; i < job->system_count; i++) {
		size_t size = strlen(job->systems[i].name) + CELL_SIZE;
		struct cell *row = table_add_row(&table);
		char *name = memory_new(size, 1), text[CELL_SIZE];

		write_name(job, i, name, size);
		cell_text(&row[0], name, strlen(name));
		free(name);
		for (int k = 0; k < count; k++) {
			write_cell(job, &v[k].finding[i], text);
			cell_text(&row[k + 1], text, strlen(text));
		}
	}
	good = table_print(stdout, &table, format, error);
	table_free(&table);
	return good;
}

static void print_notes(const struct score_job *job, const struct verdicts *v, int count)
{
	const struct score_options *o = &job->options;
	const char *mark = o->format == SCORE_LATEX ? "% " : "";

	for (int k = 0; k < count; k++)
		printf("%s%s|%s\n", mark, v[k].title, v[k].signature);
	if (o->test == SCORE_BOOTSTRAP)
		printf("%sPaired bootstrap resampling, %ld resamples", mark, o->resamples);
	if (o->test == SCORE_RANDOMIZATION)
		printf("%sApproximate randomization, %ld trials", mark, o->trials);
	if (o->test != SCORE_NO_TEST)
		puts(": p is how often chance alone makes a difference from the baseline as large; "
		     "* p <= 0.05");
}

/* The shortest decimal that reads back as the number. */
static void print_number(const char *name, double number)
{
	char text[CELL_SIZE];
	int digits = 1;

	do
		snprintf(text, sizeof text, "%.*g", digits, number);
	while (strtod(text, NULL) != number && ++digits <= 17);
	printf("            \"%s\": %s", name,
	       isnan(number)         ? "null"
	       : strpbrk(text, ".e") ? text
	                             : strcat(text, ".0"));
}

static void print_text(const char *text)
{
	json_t *value = json_string(text);

	json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	json_decref(value);
}

static void print_json_metric(const struct score_job *job, const struct verdicts *v, int system)
{
	const struct finding *f = &v->finding[system];

	if (job->options.test == SCORE_NO_TEST) {
		printf("        \"%s\": \"%.*f\"", v->title, job->options.width, f->score);
		return;
	}
	printf("        \"%s\": {\n", v->title);
	print_number("score", f->score);
	puts(",");
	print_number("p_value", f->p_value);
	puts(",");
	print_number("mean", f->mean);
	puts(",");
	print_number("ci", f->half_width);
	printf("\n        }");
}

static void print_json(const struct score_job *job, const struct verdicts *v, int count)
{
	puts("[");
	for (int i = 0; i < job->system_count; i++) {
		size_t size = strlen(job->systems[i].name) + CELL_SIZE;
		char *name = memory_new(size, 1);

		write_name(job, i, name, size);
		printf("    {\n        \"system\": ");
		print_text(name);
		for (int k = 0; k < count; k++) {
			puts(",");
			print_json_metric(job, &v[k], i);
		}
		puts(i + 1 < job->system_count ? "\n    }," : "\n    }");
		free(name);
	}
	puts("]");
}

bool score_print_systems(struct score_job *job, struct error *error)
{
	struct verdicts verdicts[SCORE_METRICS];
	bool good = true;
	int count = 0;

	for (int place = 0; place < SCORE_METRICS; place++)
		if (job->options.wanted[place])
			judge(job, place, &verdicts[count++]);
	if (job->options.format == SCORE_JSON) {
		print_json(job, verdicts, count);
	} else {
		good = print_table(job, verdicts, count, error);
		print_notes(job, verdicts, count);
	}
	for (int k = 0; k < count; k++)
		free(verdicts[k].finding);
	return good;
}
