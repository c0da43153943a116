/* probe_print.c - probes as text, Markdown and JSON. */
#include "cli/probe.h"

#include "core/error.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FINDING_TEXT = 200 };

bool probe_format_find(const char *word, enum probe_format *format)
{
	static const char *const name[] = { "text", "json", "markdown" };

	for (int i = 0; i < 3; i++)
		if (!strcmp(word, name[i])) {
			*format = (enum probe_format)i;
			return true;
		}
	fprintf(stderr, "bakeoff probe: --format %s: must be text, json or markdown\n", word);
	return false;
}

static void set_text(struct cell *cell, const char *text)
{
	cell_text(cell, text, strlen(text));
}

static enum table_format table_format_of(enum probe_format format)
{
	static const enum table_format of[] = { TABLE_BOX, TABLE_JSON, TABLE_MARKDOWN };

	return of[format];
}

bool probe_print_list(enum probe_format format)
{
	struct table table = { 0 };
	struct error error;
	bool good;

	table_add_column(&table, "probe", -1, false);
	table_add_column(&table, "asks", -1, false);
	table_add_column(&table, "the literature says", -1, false);
	table_add_column(&table, "source", -1, false);
	for (const struct probe *p = probes; p->name; p++) {
		struct cell *cell = table_add_row(&table);

		set_text(&cell[0], p->name);
		set_text(&cell[1], p->asks);
		set_text(&cell[2], p->expects);
		set_text(&cell[3], p->source);
	}
	good = table_print(stdout, &table, table_format_of(format), &error);
	table_free(&table);
	if (!good)
		fprintf(stderr, "bakeoff probe: %s\n", error.message);
	return good;
}

void probe_print_begin(struct probe_print *print, const struct probe *probe)
{
	if (print->format == PROBE_JSON)
		return;
	if (print->format == PROBE_MARKDOWN)
		printf("## %s\n\nAsks: %s.\n\nThe literature: %s (%s).\n\n", probe->name,
		       probe->asks, probe->expects, probe->source);
	else
		printf("%s: %s\n  the literature: %s (%s)\n", probe->name, probe->asks,
		       probe->expects, probe->source);
	fflush(stdout);
}

static const char *finding_word(enum verdict verdict)
{
	static const char *const word[] = { "holds", "contradicted", "open" };

	return word[verdict];
}

static void print_findings(const struct probe_result *r, enum probe_format format)
{
	char text[FINDING_TEXT];

	for (int i = 0; i < r->claims; i++) {
		const struct finding *f = &r->finding[i];

		finding_text(f, text, sizeof text);
		printf(format == PROBE_MARKDOWN ? "- **%s**: %s%s (%s)\n"
		                                : "  %-12s  %s%s\n                %s\n",
		       finding_word(f->verdict),
		       f->claim->kind == CLAIM_PREMISE ? "(premise) " : "", f->claim->text, text);
	}
	if (r->claims)
		printf(format == PROBE_MARKDOWN ? "\n**%s: %s**\n\n" : "%s: %s\n\n",
		       r->probe->name, verdict_text(r->verdict));
}

static bool write_svg(const struct probe_print *print, const struct probe_result *r,
                      struct error *error)
{
	struct plot plot = { 0 };
	char *path = NULL;
	FILE *file;
	bool good;

	if (asprintf(&path, "%s/%s.svg", print->folder, r->probe->name) < 0)
		return error_set(error, "no memory");
	if (mkdir(print->folder, 0777) < 0 && errno != EEXIST)
		error_set(error, "%s: %s", print->folder, strerror(errno));
	file = fopen(path, "w");
	measured_plot(&r->measured, &r->axes, r->probe->axes.y, &plot);
	if (file)
		plot_write_svg(file, &plot, NULL);
	good = file && fclose(file) == 0;
	if (!good)
		error_set(error, "%s: %s", path, strerror(errno));
	plot_free(&plot);
	free(path);
	return good;
}

static void add_summary(struct probe_print *print, const struct probe_result *r)
{
	static const char *const column[] = { "probe", "claims that hold", "largest p", "seconds",
		                              "verdict" };
	struct cell *cell;
	double p = (double)NAN;
	char text[48];
	int hold = 0;

	for (size_t i = 0; !print->summary.row_count && i < 5; i++)
		table_add_column(&print->summary, column[i], i == 2 ? -1 : 0, false);
	for (int i = 0; i < r->claims; i++) {
		const struct finding *f = &r->finding[i];

		hold += f->verdict == VERDICT_AGREES;
		if (!isnan(f->p))
			p = isnan(p) ? f->p : fmax(p, f->p);
	}
	cell = table_add_row(&print->summary);
	set_text(&cell[0], r->probe->name);
	snprintf(text, sizeof text, "%d of %d", hold, r->claims);
	set_text(&cell[1], text);
	cell_real(&cell[2], p);
	cell_real(&cell[3], r->seconds);
	set_text(&cell[4], verdict_text(r->verdict));
}

static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *json_points(const struct measured *m)
{
	json_t *list = json_array();

	for (int s = 0; s < m->series; s++) {
		json_t *points = json_array();

		for (size_t i = 0; i < m->points; i++)
			if (m->point[i].series == s)
				json_array_append_new(points,
				                      json_pack("{s:I, s:o, s:o}", "seed",
				                                (json_int_t)m->point[i].seed, "x",
				                                number(m->point[i].x), "value",
				                                number(m->point[i].value)));
		json_array_append_new(
			list, json_pack("{s:s, s:o}", "name", m->name[s], "points", points));
	}
	return list;
}

static json_t *json_findings(const struct probe_result *r)
{
	json_t *list = json_array();

	for (int i = 0; i < r->claims; i++) {
		const struct finding *f = &r->finding[i];

		json_array_append_new(
			list,
			json_pack("{s:s, s:b, s:s, s:o, s:o, s:o, s:f, s:o, s:[I, I]}", "claim",
		                  f->claim->text, "premise", f->claim->kind == CLAIM_PREMISE,
		                  "finding", finding_word(f->verdict), "high", number(f->high),
		                  "low", number(f->low), "difference", number(f->difference),
		                  "margin", f->claim->margin, "p", number(f->p), "n",
		                  (json_int_t)f->seeds[0], (json_int_t)f->seeds[1]));
	}
	return list;
}

static void add_json(struct probe_print *print, const struct probe_result *r)
{
	const struct probe *p = r->probe;

	if (!print->array)
		print->array = json_array();
	json_array_append_new(
		print->array,
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:f, s:i, s:s, s:s, s:o, s:o, s:s}", "probe",
	                  p->name, "asks", p->asks, "expects", p->expects, "source", p->source,
	                  "file", r->file, "seconds", r->seconds, "failed", r->trials.failed, "x",
	                  p->axes.x, "y", p->axes.y, "series", json_points(&r->measured), "claims",
	                  json_findings(r), "verdict", verdict_text(r->verdict)));
}

static bool print_tables(const struct probe_print *print, const struct probe_result *r,
                         struct error *error)
{
	const enum table_format format = table_format_of(print->format);
	struct table card = r->card, table = { 0 };
	char title[160];
	bool good;

	if (card.column_count && !table_print(stdout, &card, format, error))
		return false;
	snprintf(title, sizeof title, "%s, mean ± deviation over %s", r->probe->axes.y,
	         r->probe->untrained ? "repetitions" : "seeds");
	table_print_title(stdout, title, format);
	measured_table(&r->measured, &r->axes, &table);
	good = table_print(stdout, &table, format, error);
	table_free(&table);
	return good;
}

bool probe_print(struct probe_print *print, const struct probe_result *r, struct error *error)
{
	add_summary(print, r);
	if (print->folder && !write_svg(print, r, error))
		return false;
	if (print->format == PROBE_JSON) {
		add_json(print, r);
		return true;
	}
	if (!print_tables(print, r, error))
		return false;
	if (print->format == PROBE_MARKDOWN)
		puts("```text");
	measured_shape(stdout, &r->measured, &r->axes);
	if (print->format == PROBE_MARKDOWN)
		puts("```\n");
	print_findings(r, print->format);
	fflush(stdout);
	return true;
}

bool probe_print_end(struct probe_print *print)
{
	struct error error;
	bool good = true;

	if (print->format == PROBE_JSON)
		good = json_dumpf(print->array, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) ==
		               0 &&
		       putchar('\n') != EOF;
	else if (print->summary.row_count > 1)
		good = table_print(stdout, &print->summary, table_format_of(print->format), &error);
	return good;
}

void probe_print_free(struct probe_print *print)
{
	table_free(&print->summary);
	json_decref(print->array);
}
