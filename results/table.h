/* table.h - columns and rows, printed for a terminal, a spreadsheet, a program or a paper. */
#ifndef BAKEOFF_TABLE_H
#define BAKEOFF_TABLE_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum table_format {
	TABLE_BOX,
	TABLE_CSV,
	TABLE_TSV,
	TABLE_JSON,
	TABLE_MARKDOWN,
	TABLE_LATEX,
	TABLE_JSONL, /* a JSON object a line */
	TABLE_HTML,  /* a <table>, to be put into a page */
};

#define TABLE_FORMATS "box, csv, tsv, json, jsonl, markdown, latex or html"

/* Whether people read the format: numbers are rounded, and titles and notes may stand around a table.
 */
bool table_for_reading(enum table_format);

/* The format of that name. */
bool table_format_find(const char *word, enum table_format *, struct error *);

enum cell_type { CELL_EMPTY, CELL_INTEGER, CELL_REAL, CELL_TEXT };

struct cell {
	enum cell_type type;
	bool best; /* of its column: bold or a star where the format is for reading */
	long integer;
	double real;      /* or the mean of several */
	double deviation; /* of the several, NaN: not known */
	char *text;       /* owned, any bytes */
	size_t length;    /* of text */
};

void cell_integer(struct cell *, long);
void cell_real(struct cell *, double); /* NaN: the cell stays empty */
void cell_mean(struct cell *, double mean, double deviation);
void cell_text(struct cell *, const char *, size_t length); /* copies */
void cell_copy(struct cell *, const struct cell *from);

struct column {
	char *name;
	char *group;    /* its first words, which columns beside it may share; NULL: none */
	int decimals;   /* of reals where the format is for reading; -1: six digits, as %g */
	bool deviation; /* cells may have one: "1.5 ± 0.2", or a column of its own in csv, tsv and
	                   json */
	bool marked;    /* a cell is the best */
	bool text;      /* a cell is text, so the column is set to the left */
	int width;      /* box: of the widest cell, or less where the terminal is narrow */
};

/* A zeroed struct is an empty table. Columns are added before rows. */
struct table {
	struct column *columns;
	size_t column_count;
	struct cell *cells; /* [row_count][column_count] */
	size_t row_count, row_capacity;
	size_t printed; /* rows that table_print_rows has printed */
	int screen;     /* box: columns of the terminal, 0: any number; 0 becomes what `out` has */
	size_t shown;   /* box: columns that fit there */
	bool terminal;  /* csv, tsv: `out` is one, which is given texts as a box has them */
};

void table_add_column(struct table *, const char *name, int decimals, bool deviation);
/* Says that the last column is of a group, whose name and a blank its own begins with. */
void table_group_column(struct table *, const char *group);
struct cell *table_add_row(struct table *); /* [column_count], all empty; valid until the next */
struct cell *table_cell(const struct table *, size_t row, size_t column);
void table_clear_rows(struct table *);
void table_free(struct table *);

/* Prints the whole table. A box on a terminal clips texts to its width, and names the columns that
 * do not fit even so. Integers and reals of csv, tsv, json and jsonl have all their digits, and
 * infinities and NaN are null in json. Two json columns of one name are told apart by a number. An
 * error where `out` cannot be written. */
bool table_print(FILE *out, struct table *, enum table_format, struct error *);

/* The same, but a box that is wider than the terminal, or than `width` where `out` is none, becomes
 * several below each other, each with the first column: columns of one group under its name, which
 * they are called without. */
bool table_print_folded(FILE *out, struct table *, enum table_format, int width, struct error *);

/* The same in parts, for results that do not fit in memory: begin, rows (as often as wanted, with
 * other rows), end. Box has to have all rows at once. */
void table_print_begin(FILE *out, struct table *, enum table_format);
void table_print_rows(FILE *out, struct table *, enum table_format);
bool table_print_end(FILE *out, struct table *, enum table_format, struct error *);

/* A line over a table: a heading in box, markdown and html, a comment in latex, nothing in the
 * others. */
void table_print_title(FILE *out, const char *title, enum table_format);

#endif
