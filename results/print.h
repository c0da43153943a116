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

extern const struct style style_box, style_markdown, style_latex; /* print_read.c, for reading */
extern const struct style style_csv, style_tsv, style_json;       /* print_data.c, for programs */

#endif
