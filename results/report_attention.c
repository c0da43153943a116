/* report_attention.c - which source tokens each contestant looks at while it writes one sentence,
 * and whether its heads look at the same. */
#include "results/report_parts.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { HEADS = 5 }; /* shown one by one, after the mean */

void report_map_free(struct report_map *map)
{
	for (int i = 0; i < map->rows; i++)
		free(map->row[i]);
	for (int i = 0; i < map->columns; i++)
		free(map->column[i]);
	free(map->row);
	free(map->column);
	free(map->weight);
	memset(map, 0, sizeof *map);
}

/* A sentence of a few words that all contestants translated better than others, so that their maps
 * can be held against each other: rows (run, hypothesis, source, test set, sentence). */
static bool find_sentence(struct report *r, struct table *table)
{
	char *runs = report_first_runs(r), *sql;
	bool good;

	if (asprintf(&sql,
	             "WITH rated AS (SELECT test_set, sentence,"
	             "  min(word_overlap(hypothesis, reference)) AS worst,"
	             "  avg(word_overlap(hypothesis, reference)) AS mean"
	             "  FROM hypotheses WHERE run IN (%s)"
	             "  AND length(source) - length(replace(source, ' ', '')) BETWEEN 3 AND 11"
	             "  GROUP BY test_set, sentence ORDER BY worst DESC, mean DESC, length(source) "
	             "DESC,"
	             "  test_set, sentence LIMIT 1)"
	             " SELECT run, hypothesis, source, test_set, sentence FROM hypotheses"
	             " JOIN rated USING (test_set, sentence) WHERE run IN (%s) ORDER BY run",
	             runs, runs) < 0)
		memory_die(0);
	good = report_query(r, sql, table);
	free(sql);
	free(runs);
	return good;
}

static void draw_map(const struct report_map *map, int head, const char *label,
                     struct figure_variant *variant)
{
	struct plot *plot = figure_plot(variant);
	const size_t squares = (size_t)map->rows * (size_t)map->columns;

	plot_begin(plot, label, "source");
	plot_make_map(plot, map->rows, map->columns);
	for (int i = 0; i < map->rows; i++)
		plot->map.row[i] = memory_text(map->row[i]);
	for (int i = 0; i < map->columns; i++)
		plot->map.column[i] = memory_text(map->column[i]);
	memcpy(plot->map.weight, map->weight + (size_t)head * squares, squares * sizeof(double));
}

static void add_data(const struct report_map *map, const char *label, struct table *data)
{
	const size_t squares = (size_t)map->rows * (size_t)map->columns;

	for (int head = 0; head <= map->heads && head <= HEADS; head++)
		for (size_t i = 0; i < squares; i++) {
			struct cell *row = table_add_row(data);
			const char *target = map->row[i / (size_t)map->columns];
			const char *source = map->column[i % (size_t)map->columns];

			cell_text(&row[0], label, strlen(label));
			if (head)
				cell_integer(&row[1], head);
			cell_integer(&row[2], (long)(i / (size_t)map->columns) + 1);
			cell_text(&row[3], target, strlen(target));
			cell_integer(&row[4], (long)(i % (size_t)map->columns) + 1);
			cell_text(&row[5], source, strlen(source));
			cell_real(&row[6], map->weight[(size_t)head * squares + i]);
		}
}

/* Variants are the mean and then single heads, of those contestants that have so many. */
static void add_maps(struct report *r, const struct table *rows, const struct report_map *maps,
                     int heads)
{
	static const char *const names[] = { "contestant",      "head",
		                             "target_position", "target",
		                             "source_position", "source",
		                             "weight" };
	struct document_figure *figure = document_figure(
		r->document, "attention",
		"What does each contestant look at while it writes? Cross-attention of its last "
		"layer: "
		"a row for each token written, a column for each of the source; the stronger the "
	        "colour, the more.");

	figure->choice = memory_text("heads");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		table_add_column(&figure->data, names[i], -1, false);
	for (int head = 0; head <= heads; head++) {
		char label[32] = "mean of all";

		if (head)
			snprintf(label, sizeof label, "head %d", head);
		figure_variant(figure, label);
		for (size_t i = 0; i < rows->row_count; i++) {
			const size_t setup = report_setup_of(r, table_cell(rows, i, 0)->integer);

			if (maps[i].rows && head <= maps[i].heads)
				draw_map(&maps[i], head, r->setups[setup].label,
				         &figure->variants[head]);
		}
	}
	for (size_t i = 0; i < rows->row_count; i++)
		add_data(&maps[i],
		         r->setups[report_setup_of(r, table_cell(rows, i, 0)->integer)].label,
		         &figure->data);
}

bool report_attention(struct report *r)
{
	struct table rows = { 0 };
	struct report_map *maps;
	int heads = 0;
	bool any = false;
	bool good = !r->guide->attend || find_sentence(r, &rows);

	maps = memory_new(rows.row_count + 1, sizeof *maps);
	for (size_t i = 0; i < rows.row_count && good; i++) {
		const struct cell *row = table_cell(&rows, i, 0);

		good = r->guide->attend(r->guide->context, row[0].integer,
		                        report_cell_text(&row[2]), report_cell_text(&row[1]),
		                        &maps[i], r->error);
		any |= maps[i].rows > 0;
		if (maps[i].heads > 1 && maps[i].heads > heads)
			heads = maps[i].heads < HEADS ? maps[i].heads : HEADS;
	}
	if (any && good) {
		struct prose *text;

		document_heading(r->document, 3, "Attention");
		text = document_paragraph(r->document);
		prose_add(text, SPAN_PLAIN, "%s, sentence %ld, the one that all translated best: ",
		          report_cell_text(table_cell(&rows, 0, 3)),
		          table_cell(&rows, 0, 4)->integer + 1);
		prose_add(text, SPAN_STRONG, "%s", report_cell_text(table_cell(&rows, 0, 2)));
		add_maps(r, &rows, maps, heads);
	}
	for (size_t i = 0; i < rows.row_count; i++)
		report_map_free(&maps[i]);
	free(maps);
	table_free(&rows);
	return good;
}
