/* print.h - how each format prints a table. Internal to results/. */
#ifndef BAKEOFF_PRINT_H
#define BAKEOFF_PRINT_H

#include "results/table.h"

enum { NUMBER_SIZE = 400 }; /* of a double in %f with a few decimals: up to 309 digits */

struct style {
	void (*begin)(FILE *, struct table *);
	void (*row)(FILE *, const struct table *, const struct cell *);
	void (*end)(FILE *, const struct table *); /* NULL: nothing */
};

extern const struct style style_box;                               /* print_box.c */
extern const struct style style_markdown, style_latex, style_html; /* print_read.c, for reading */
extern const struct style style_csv, style_tsv, style_json, style_jsonl; /* print_data.c, for
                                                                            programs */

/* A cell, or the name of a column, as it is read: numbers rounded, texts escaped. Of the caller. */
char *print_shown(const struct column *, const struct cell *, enum table_format);
char *print_shown_name(const struct column *, enum table_format);

/* Columns of the terminal that `out` is, or 0 where it is none. */
int print_screen(FILE *out);

/* Notes of each column how wide a box needs it, after table_look_at_cells. */
void print_measure(struct table *);

/* What the rows at hand say of the columns: where the best is marked, which are text. */
void table_look_at_cells(struct table *);

#endif
