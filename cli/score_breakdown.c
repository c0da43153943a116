/* score_breakdown.c - prints where the words of systems are right. */
#include "cli/score.h"

#include "results/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is counted of each system. */
struct part {
	struct bucket bucket[BREAKDOWN_MOST_BUCKETS];
	double score[SCORE_METRICS][BREAKDOWN_MOST_BUCKETS]; /* NaN where there is no segment */
};

/* Texts that only a breakdown needs. */
struct extra {
	struct segments train, source;
	struct frequencies *frequencies;
};

static bool read_source(const struct score_job *job, struct segments *source, struct error *error)
{
	const char *path = job->options.source;
	const struct score_system *run = job->systems;

	if (path) {
		if (!segments_read(source, path, error))
			return false;
		return source->count == job->segments ||
		       error_set(error,
		                 "%s has %zu lines, %s has %zu; line by line they must belong "
		                 "together",
		                 path, source->count, job->systems[0].name, job->segments);
	}
	while (!run->stored.count)
		run++;
	*source = (struct segments){ memory_new(job->segments, sizeof *source->segment),
		                     job->segments, NULL };
	for (size_t i = 0; i < job->segments; i++)
		source->segment[i] = segment_of(run->stored.translation[i].source);
	return true;
}

static bool read_extra(const struct score_job *job, struct extra *extra, struct error *error)
{
	const struct score_options *o = &job->options;
	const struct bleu_settings *bleu = &o->settings[0].bleu;

	if (o->train && !segments_read(&extra->train, o->train, error))
		return false;
	if (o->train)
		extra->frequencies =
			frequencies_new(bleu->tokenizer, bleu->lowercase, &extra->train);
	return o->breakdown != BREAKDOWN_SOURCE_FREQUENCY ||
	       read_source(job, &extra->source, error);
}

/* Scores of the segments of each bucket. */
static void score_buckets(const struct score_job *job, int place, const int *of_segment,
                          const double *rows, double *score)
{
	const struct metric *metric = score_metric(place);
	const union metric_settings *settings = &job->options.settings[place];
	size_t columns = metric->columns(settings);
	double sum[BREAKDOWN_MOST_BUCKETS][METRIC_MOST_COLUMNS] = { { 0 } };
	bool any[BREAKDOWN_MOST_BUCKETS] = { false };

	for (size_t i = 0; i < job->segments; i++) {
		any[of_segment[i]] = true;
		for (size_t j = 0; j < columns; j++)
			sum[of_segment[i]][j] += rows[i * columns + j];
	}
	for (int b = 0; b < BREAKDOWN_MOST_BUCKETS; b++)
		score[b] = any[b] ? metric->score(settings, sum[b]) : (double)NAN;
}

static void count_parts(struct score_job *job, const struct extra *extra, struct part *part)
{
	const struct score_options *o = &job->options;
	int *of_segment = memory_new(job->segments, sizeof *of_segment);
	struct breakdown_input in = {
		.by = o->breakdown,
		.tokenizer = o->settings[0].bleu.tokenizer,
		.lowercase = o->settings[0].bleu.lowercase,
		.reference = &job->references[0],
		.source = &extra->source,
		.frequencies = extra->frequencies,
	};

	for (int i = 0; i < job->system_count; i++) {
		in.hypotheses = &job->systems[i].hypotheses;
		breakdown(&in, part[i].bucket, of_segment);
	}
	for (int place = 0; place < SCORE_METRICS; place++) {
		if (!o->wanted[place] || !breakdown_is_of_segments(o->breakdown))
			continue;
		score_count(job, place);
		for (int i = 0; i < job->system_count; i++)
			score_buckets(job, place, of_segment, job->systems[i].rows,
			              part[i].score[place]);
	}
	free(of_segment);
}

static void add_columns(const struct score_job *job, struct table *table)
{
	const struct score_options *o = &job->options;
	char title[METRIC_TEXT_SIZE];

	table_add_column(table, breakdown_names[o->breakdown], -1, false);
	table_add_column(table, "system", -1, false);
	if (breakdown_is_of_segments(o->breakdown))
		table_add_column(table, "segments", -1, false);
	table_add_column(table, "reference words", -1, false);
	table_add_column(table, "precision", o->width, false);
	table_add_column(table, "recall", o->width, false);
	table_add_column(table, "F1", o->width, false);
	for (int place = 0; place < SCORE_METRICS; place++) {
		if (!o->wanted[place] || !breakdown_is_of_segments(o->breakdown))
			continue;
		score_metric(place)->title(&o->settings[place], title);
		table_add_column(table, title, o->width, false);
	}
}

static double percent(long part, long whole)
{
	return whole ? 100 * (double)part / (double)whole : (double)NAN;
}

static void add_row(const struct score_job *job, int system, const struct part *part, int b,
                    struct table *table)
{
	const struct score_options *o = &job->options;
	const struct bucket *bucket = &part->bucket[b];
	const char *bucket_name = breakdown_bucket_name(o->breakdown, b);
	struct cell *cell = table_add_row(table);

	cell_text(cell++, bucket_name, strlen(bucket_name));
	cell_text(cell++, job->systems[system].name, strlen(job->systems[system].name));
	if (breakdown_is_of_segments(o->breakdown))
		cell_integer(cell++, bucket->segments);
	cell_integer(cell++, bucket->reference_words);
	cell_real(cell++, percent(bucket->precise, bucket->hypothesis_words));
	cell_real(cell++, percent(bucket->recalled, bucket->reference_words));
	cell_real(cell++, breakdown_f1(bucket));
	for (int place = 0; place < SCORE_METRICS; place++)
		if (o->wanted[place] && breakdown_is_of_segments(o->breakdown))
			cell_real(cell++, part->score[place][b]);
}

/* Buckets where nobody has a word are left out. */
static bool is_empty(const struct score_job *job, const struct part *part, int b)
{
	for (int i = 0; i < job->system_count; i++)
		if (part[i].bucket[b].segments || part[i].bucket[b].reference_words ||
		    part[i].bucket[b].hypothesis_words)
			return false;
	return true;
}

static bool print(const struct score_job *job, const struct part *part, struct error *error)
{
	static const enum table_format formats[] = {
		[SCORE_TEXT] = TABLE_BOX,
		[SCORE_JSON] = TABLE_JSON,
		[SCORE_LATEX] = TABLE_LATEX,
	};
	struct table table = { 0 };
	bool good;

	add_columns(job, &table);
	for (int b = 0; b < breakdown_buckets(job->options.breakdown); b++)
		for (int i = 0; i < job->system_count && !is_empty(job, part, b); i++)
			add_row(job, i, &part[i], b, &table);
	good = table_print(stdout, &table, formats[job->options.format], error);
	table_free(&table);
	return good;
}

bool score_print_breakdown(struct score_job *job, struct error *error)
{
	struct part *part = memory_new((size_t)job->system_count, sizeof *part);
	struct extra extra = { 0 };
	bool good = read_extra(job, &extra, error);

	if (good) {
		count_parts(job, &extra, part);
		good = print(job, part, error);
	}
	frequencies_free(extra.frequencies);
	segments_free(&extra.train);
	segments_free(&extra.source);
	free(part);
	return good;
}
