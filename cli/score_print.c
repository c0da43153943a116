/* score_print.c - prints scores of one system as sacreBLEU does. */
#include "cli/score.h"

#include "eval/significance.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 32, LINE_SIZE = 4 * METRIC_TEXT_SIZE };

/* A score and all that is said of it. */
struct report {
	char title[METRIC_TEXT_SIZE], signature[METRIC_TEXT_SIZE], verbose[METRIC_TEXT_SIZE];
	char score[NUMBER_SIZE], mean[NUMBER_SIZE], half_width[NUMBER_SIZE];
	bool has_interval;
};

void score_count(struct score_job *job, int place)
{
	const struct metric *metric = score_metric(place);
	const union metric_settings *settings = &job->options.settings[place];

	for (int i = 0; i < job->system_count; i++) {
		struct score_system *system = &job->systems[i];

		free(system->rows);
		system->rows =
			memory_new(job->segments, metric->columns(settings) * sizeof *system->rows);
		metric_rows(metric, settings, &system->hypotheses, job->references,
		            job->reference_count, system->rows);
	}
}

static void round_to(const struct score_job *job, double number, char text[NUMBER_SIZE])
{
	snprintf(text, NUMBER_SIZE, "%.*f", job->options.width, number);
}

/* Where resampling gives a mean of 0, sacreBLEU takes it for no interval. */
static void add_interval(const struct score_job *job, int place, struct report *report)
{
	const struct score_options *o = &job->options;
	size_t n = (size_t)o->confidence_resamples;
	const struct counted counted = { score_metric(place), &o->settings[place],
		                         job->systems[0].rows };
	double *scores = memory_new(n, sizeof *scores);
	struct generator generator;
	struct interval interval;

	generator_seed(&generator, o->seed);
	bootstrap_scores(&generator, &counted, 1, job->segments, n, scores);
	interval = interval_of(scores, n);
	report->has_interval = interval.mean > 0;
	round_to(job, interval.mean, report->mean);
	round_to(job, interval.half_width, report->half_width);
	free(scores);
}

/* What the settings say, whatever the score. */
static void describe(const struct score_job *job, int place, struct report *report)
{
	const struct score_options *o = &job->options;
	const struct metric *metric = score_metric(place);
	char draws[2 * NUMBER_SIZE] = "";

	*report = (struct report){ 0 };
	if (o->confidence)
		snprintf(draws, sizeof draws, "bs:%ld|seed:%llu", o->confidence_resamples,
		         (unsigned long long)o->seed);
	metric->title(&o->settings[place], report->title);
	metric_signature(metric, &o->settings[place],
	                 segments_references(job->references, job->reference_count), draws,
	                 report->signature);
}

static void report_sum(const struct score_job *job, int place, const double *sum,
                       struct report *report)
{
	const struct metric *metric = score_metric(place);
	const union metric_settings *settings = &job->options.settings[place];

	round_to(job, metric->score(settings, sum), report->score);
	if (metric->verbose)
		metric->verbose(settings, sum, report->verbose);
}

/* Adds the signature's pairs, "key:value|key:value", each as a text. */
static void add_pairs(json_t *object, const char *signature)
{
	char text[METRIC_TEXT_SIZE], *rest = text, *pair, *colon;

	snprintf(text, sizeof text, "%s", signature);
	while ((pair = strsep(&rest, "|"))) {
		colon = strchr(pair, ':');
		*colon = '\0';
		json_object_set_new(object, pair, json_string(colon + 1));
	}
}

/* Numbers are rounded as printed, and real even where they are whole. */
static void print_json(const struct report *report, size_t flags)
{
	char interval[3 * NUMBER_SIZE];
	json_t *object = json_object();

	json_object_set_new(object, "name", json_string(report->title));
	json_object_set_new(object, "score", json_real(strtod(report->score, NULL)));
	json_object_set_new(object, "signature", json_string(report->signature));
	if (report->has_interval) {
		snprintf(interval, sizeof interval, "μ = %s ± %s", report->mean,
		         report->half_width);
		json_object_set_new(object, "confidence_mean",
		                    json_real(strtod(report->mean, NULL)));
		json_object_set_new(object, "confidence_var",
		                    json_real(strtod(report->half_width, NULL)));
		json_object_set_new(object, "confidence", json_string(interval));
	}
	if (*report->verbose)
		json_object_set_new(object, "verbose_score", json_string(report->verbose));
	add_pairs(object, report->signature);
	json_dumpf(object, stdout, JSON_REAL_PRECISION(15) | flags);
	json_decref(object);
}

/* Titles of several lines are set to the right, so that the = are below each other. */
static void print_line(const struct score_job *job, const struct report *report, size_t width)
{
	char name[LINE_SIZE];

	snprintf(name, sizeof name, "%s|%s", report->title, report->signature);
	if (!job->options.score_only)
		printf("%*s = ", (int)width, name);
	fputs(report->score, stdout);
	if (report->has_interval)
		printf(" (μ = %s ± %s)", report->mean, report->half_width);
	if (!job->options.score_only && *report->verbose)
		printf(" %s", report->verbose);
	putchar('\n');
}

void score_print_sentences(struct score_job *job)
{
	const struct score_options *o = &job->options;
	int place = o->wanted[0] ? 0 : o->wanted[1] ? 1 : 2;
	size_t columns = score_metric(place)->columns(&o->settings[place]);
	struct report report;

	score_count(job, place);
	describe(job, place, &report);
	for (size_t i = 0; i < job->segments; i++) {
		report_sum(job, place, job->systems[0].rows + i * columns, &report);
		if (o->format == SCORE_JSON && !o->score_only) {
			print_json(&report, 0);
			putchar('\n');
		} else {
			print_line(job, &report, 0);
		}
	}
}

void score_print_corpus(struct score_job *job)
{
	struct report reports[SCORE_METRICS];
	bool json = job->options.format == SCORE_JSON && !job->options.score_only;
	size_t width = 0;
	int count = 0;

	for (int place = 0; place < SCORE_METRICS; place++) {
		struct report *report = &reports[count];
		double sum[METRIC_MOST_COLUMNS];
		size_t length;

		if (!job->options.wanted[place])
			continue;
		score_count(job, place);
		metric_sum(score_metric(place), &job->options.settings[place], job->systems[0].rows,
		           job->segments, sum);
		describe(job, place, report);
		report_sum(job, place, sum, report);
		if (job->options.confidence)
			add_interval(job, place, report);
		length = strlen(report->title) + 1 + strlen(report->signature);
		width = length > width ? length : width;
		count++;
	}
	if (json && count > 1)
		puts("[");
	for (int i = 0; i < count; i++) {
		if (json) {
			print_json(&reports[i], JSON_INDENT(1));
			puts(i + 1 < count ? "," : "");
		} else {
			print_line(job, &reports[i], width);
		}
	}
	if (json && count > 1)
		puts("]");
}
