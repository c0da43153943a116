/* document.h - headings, paragraphs, lists, tables and figures, written once and printed as HTML,
 * Markdown or LaTeX. */
#ifndef BAKEOFF_DOCUMENT_H
#define BAKEOFF_DOCUMENT_H

#include "results/plot.h"
#include "results/table.h"

enum document_format { DOCUMENT_HTML, DOCUMENT_MARKDOWN, DOCUMENT_LATEX };

#define DOCUMENT_FORMATS "html, markdown or latex"

bool document_format_find(const char *word, enum document_format *, struct error *);

/* "report.html", "report.md", "report.tex" */
const char *document_file_name(enum document_format);

enum span_style {
	SPAN_PLAIN,
	SPAN_STRONG,
	SPAN_CODE,
	SPAN_WRONG,  /* a word that the reference lacks */
	SPAN_MISSED, /* a word of the reference that is not there */
};

struct span {
	enum span_style style;
	char *text;  /* any bytes: every writer escapes */
	char *image; /* a PNG in base 64 that HTML shows, and the others its text; NULL: none */
};

/* A line of text, in runs of one style each. */
struct prose {
	struct span *spans;
	size_t count;
};

void prose_add(struct prose *, enum span_style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A picture, and what is said where it cannot be seen. */
void prose_add_image(struct prose *, const unsigned char *png, size_t bytes, const char *text);

struct document_column {
	char *name;
	bool number; /* set to the right */
};

/* The first cell of a row is its heading. */
struct document_table {
	char *caption;
	struct document_column *columns;
	size_t column_count;
	struct prose *cells; /* [row_count][column_count] */
	size_t row_count;
	struct prose note; /* below the table; may be empty */
	bool folded;       /* HTML: closed until its caption is clicked */
};

/* One choice of a figure that the reader sees at a time, where the format can: a row of plots. */
struct figure_variant {
	char *label;
	struct plot **plots;
	size_t plot_count;
};

struct document_figure {
	char *name; /* of its files, and unique in the document: letters, digits, dashes */
	char *caption;
	char *choice; /* what variants choose: "horizontal axis" */
	struct figure_variant *variants;
	size_t variant_count;
	struct table data; /* what is drawn, to be had as CSV */
};

enum block_type {
	BLOCK_HEADING,
	BLOCK_PARAGRAPH,
	BLOCK_ITEM, /* several in a row are one list */
	BLOCK_TABLE,
	BLOCK_FIGURE,
};

struct block {
	enum block_type type;
	int level; /* of a heading: 2 a section, 3 below it */
	struct prose text;
	struct document_table table;
	struct document_figure figure;
};

struct document {
	char *title;
	struct prose subtitle;
	struct block **blocks;
	size_t count;
};

void document_heading(struct document *, int level, const char *text);
struct prose *document_paragraph(struct document *);
struct prose *document_item(struct document *);
struct document_table *document_table(struct document *, const char *caption);
struct document_figure *document_figure(struct document *, const char *name, const char *caption);

/* Columns are added before rows. */
void document_column(struct document_table *, const char *name, bool number);
struct prose *document_row(struct document_table *); /* [column_count], valid until the next row */

struct figure_variant *figure_variant(struct document_figure *, const char *label);
/* An empty plot of a variant; it belongs to the document. */
struct plot *figure_plot(struct figure_variant *);

/* Frees all and leaves an empty document. */
void document_free(struct document *);

/* Writes one self-contained file. Figures are drawn inside HTML and LaTeX; Markdown names files
 * that document_write_files puts beside it, or, where `files` is false, says where to get them. An
 * error where `out` cannot be written. */
bool document_write(FILE *out, const struct document *, enum document_format, bool files,
                    struct error *);

/* Writes the document and, for each figure, its plots (FIGURE-N.svg) and data (FIGURE.csv) into a
 * folder, which is made where it is missing. */
bool document_write_files(const char *folder, const struct document *, enum document_format,
                          struct error *);

/* The writers, each of one format. */
void document_write_html(FILE *, const struct document *);
void document_write_markdown(FILE *, const struct document *, bool files);
void document_write_latex(FILE *, const struct document *);

/* The data of a figure as CSV; the caller frees it. */
char *figure_csv(const struct document_figure *);

#endif
