/* compare_verdicts.c - which contestant is better, as lines below the table. */
#include "results/compare_parts.h"
#include "results/contest.h"
#include "results/escape.h"

#include <stdlib.h>
#include <string.h>

static void print_line(FILE *out, const char *line, enum table_format format)
{
	static const char *const before[] = {
		[TABLE_BOX] = "", [TABLE_MARKDOWN] = "- ", [TABLE_LATEX] = "% ", [TABLE_HTML] = "<p>"
	};
	char *text = escape_text(format, line, strlen(line));

	fprintf(out, "%s%s%s\n", before[format], text, format == TABLE_HTML ? "</p>" : "");
	free(text);
}

static bool print_pairs(FILE *out, struct database *database, const char *experiment,
                        const struct compare_options *options, struct error *error)
{
	struct contest contest = { 0 };
	const struct metric *metric;
	bool good = contest_metric(database, experiment, &metric, error);

	if (good && metric)
		good = contest_read(&contest, database, experiment, metric, options->baseline, error);
	if (good && contest.pair_count)
		table_print_title(out, "Verdicts over seeds and sentences", options->format);
	for (size_t i = 0; i < contest.pair_count && good; i++) {
		char *line = contest_sentence(&contest, &contest.pairs[i]);

		print_line(out, line, options->format);
		free(line);
	}
	contest_free(&contest);
	return good;
}

bool compare_verdicts(struct database *database, const char *experiment, size_t contestants,
                      const struct compare_options *options, char **text, struct error *error)
{
	size_t pairs = contestants * (contestants - (contestants > 0)) / 2, size;
	FILE *out = memory_stream(text, &size);
	char line[128];
	bool good = true;

	if (options->baseline || pairs <= COMPARE_MOST_VERDICTS) {
		good = print_pairs(out, database, experiment, options, error);
	} else {
		table_print_title(out, "Verdicts over seeds and sentences", options->format);
		snprintf(line, sizeof line,
		         "%zu pairs of contestants; --baseline NAME tests those with one", pairs);
		print_line(out, line, options->format);
	}
	memory_stream_end(out);
	return good;
}

bool compare_pairs(FILE *out, struct database *database, const char *experiment, const char *name,
                   const struct compare_options *options, struct error *error)
{
	const struct metric *metric = metric_find(name);
	struct contest contest;
	struct table table = { 0 };
	bool good;

	if (!metric)
		return error_set(error,
		                 "no metric %s of sentences; there are those of `bakeoff score`",
		                 name);
	good = contest_read(&contest, database, experiment, metric, options->baseline, error);
	contest_table(&contest, &table);
	good = good && table_print(out, &table, options->format, error);
	table_free(&table);
	contest_free(&contest);
	return good;
}
