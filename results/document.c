/* document.c - headings, paragraphs, lists, tables and figures, written once for every format. */
#include "results/document.h"

#include "core/file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const format_words[] = { "html", "markdown", "latex" };
static const char *const file_names[] = { "report.html", "report.md", "report.tex" };

bool document_format_find(const char *word, enum document_format *format, struct error *error)
{
	for (int i = DOCUMENT_HTML; i <= DOCUMENT_LATEX; i++)
		if (!strcmp(word, format_words[i])) {
			*format = (enum document_format)i;
			return true;
		}
	return error_set(error, "--format %s: must be " DOCUMENT_FORMATS, word);
}

const char *document_file_name(enum document_format format)
{
	return file_names[format];
}

void prose_add(struct prose *text, enum span_style style, const char *format, ...)
{
	struct span span = { .style = style };
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&span.text, format, arguments) < 0)
		memory_die(0);
	va_end(arguments);
	text->spans = memory_resize(text->spans, text->count + 1, sizeof *text->spans);
	text->spans[text->count++] = span;
}

/* RFC 4648, in one line. */
static char *base64(const unsigned char *byte, size_t bytes)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text = memory_new((bytes + 2) / 3 * 4 + 1, 1), *at = text;

	for (size_t i = 0; i < bytes; i += 3) {
		const unsigned bits = (unsigned)byte[i] << 16 |
		                      (i + 1 < bytes ? (unsigned)byte[i + 1] << 8 : 0) |
		                      (i + 2 < bytes ? byte[i + 2] : 0u);

		*at++ = digit[bits >> 18];
		*at++ = digit[bits >> 12 & 63];
		*at++ = i + 1 < bytes ? digit[bits >> 6 & 63] : '=';
		*at++ = i + 2 < bytes ? digit[bits & 63] : '=';
	}
	return text;
}

void prose_add_image(struct prose *text, const unsigned char *png, size_t bytes, const char *words)
{
	prose_add(text, SPAN_PLAIN, "%s", words);
	text->spans[text->count - 1].image = base64(png, bytes);
}

static void prose_free(struct prose *text)
{
	for (size_t i = 0; i < text->count; i++) {
		free(text->spans[i].text);
		free(text->spans[i].image);
	}
	free(text->spans);
}

static struct block *add_block(struct document *document, enum block_type type)
{
	struct block *block = memory_new(1, sizeof *block);

	block->type = type;
	document->blocks =
		memory_resize(document->blocks, document->count + 1, sizeof *document->blocks);
	document->blocks[document->count++] = block;
	return block;
}

void document_heading(struct document *document, int level, const char *text)
{
	struct block *block = add_block(document, BLOCK_HEADING);

	block->level = level;
	prose_add(&block->text, SPAN_PLAIN, "%s", text);
}

struct prose *document_paragraph(struct document *document)
{
	return &add_block(document, BLOCK_PARAGRAPH)->text;
}

struct prose *document_item(struct document *document)
{
	return &add_block(document, BLOCK_ITEM)->text;
}

struct document_table *document_table(struct document *document, const char *caption)
{
	struct block *block = add_block(document, BLOCK_TABLE);

	block->table.caption = memory_text(caption);
	return &block->table;
}

struct document_figure *document_figure(struct document *document, const char *name,
                                        const char *caption)
{
	struct block *block = add_block(document, BLOCK_FIGURE);

	block->figure.name = memory_text(name);
	block->figure.caption = memory_text(caption);
	return &block->figure;
}

void document_column(struct document_table *table, const char *name, bool number)
{
	table->columns =
		memory_resize(table->columns, table->column_count + 1, sizeof *table->columns);
	table->columns[table->column_count++] =
		(struct document_column){ memory_text(name), number };
}

struct prose *document_row(struct document_table *table)
{
	size_t columns = table->column_count;
	struct prose *row;

	table->cells =
		memory_resize(table->cells, (table->row_count + 1) * columns, sizeof *table->cells);
	row = table->cells + columns * table->row_count++;
	memset(row, 0, columns * sizeof *row);
	return row;
}

struct figure_variant *figure_variant(struct document_figure *figure, const char *label)
{
	struct figure_variant *variant;

	figure->variants = memory_resize(figure->variants, figure->variant_count + 1,
	                                 sizeof *figure->variants);
	variant = &figure->variants[figure->variant_count++];
	*variant = (struct figure_variant){ .label = memory_text(label) };
	return variant;
}

struct plot *figure_plot(struct figure_variant *variant)
{
	struct plot *plot = memory_new(1, sizeof *plot);

	variant->plots =
		memory_resize(variant->plots, variant->plot_count + 1, sizeof *variant->plots);
	variant->plots[variant->plot_count++] = plot;
	return plot;
}

static void table_block_free(struct document_table *table)
{
	free(table->caption);
	for (size_t i = 0; i < table->column_count; i++)
		free(table->columns[i].name);
	free(table->columns);
	for (size_t i = 0; i < table->row_count * table->column_count; i++)
		prose_free(&table->cells[i]);
	free(table->cells);
	prose_free(&table->note);
}

static void figure_block_free(struct document_figure *figure)
{
	free(figure->name);
	free(figure->caption);
	free(figure->choice);
	for (size_t v = 0; v < figure->variant_count; v++) {
		for (size_t p = 0; p < figure->variants[v].plot_count; p++) {
			plot_free(figure->variants[v].plots[p]);
			free(figure->variants[v].plots[p]);
		}
		free(figure->variants[v].label);
		free(figure->variants[v].plots);
	}
	free(figure->variants);
	table_free(&figure->data);
}

void document_free(struct document *document)
{
	for (size_t i = 0; i < document->count; i++) {
		prose_free(&document->blocks[i]->text);
		table_block_free(&document->blocks[i]->table);
		figure_block_free(&document->blocks[i]->figure);
		free(document->blocks[i]);
	}
	free(document->blocks);
	free(document->title);
	prose_free(&document->subtitle);
	memset(document, 0, sizeof *document);
}

char *figure_csv(const struct document_figure *figure)
{
	struct table data = figure->data; /* printing only notes what it has printed */
	struct error error;
	char *text = NULL;
	size_t size;
	FILE *out = memory_stream(&text, &size);

	if (!table_print(out, &data, TABLE_CSV, &error))
		panic("the data of figure %s: %s", figure->name, error.message);
	memory_stream_end(out);
	return text;
}

bool document_write(FILE *out, const struct document *document, enum document_format format,
                    bool files, struct error *error)
{
	if (format == DOCUMENT_HTML)
		document_write_html(out, document);
	else if (format == DOCUMENT_MARKDOWN)
		document_write_markdown(out, document, files);
	else
		document_write_latex(out, document);
	if (fflush(out) != 0 || ferror(out))
		return error_set(error, "cannot write the report: %s", strerror(errno));
	return true;
}

/* Begins FOLDER/NAME. */
static bool begin_file(struct new_file *file, const char *folder, const char *name,
                       struct error *error)
{
	char *path = memory_new(strlen(folder) + strlen(name) + 2, 1);
	bool good;

	sprintf(path, "%s/%s", folder, name);
	good = new_file_begin(file, path, error);
	free(path);
	return good;
}

static bool write_figure(const char *folder, const struct document_figure *figure,
                         struct error *error)
{
	char name[128], *csv = figure_csv(figure);
	struct new_file file;
	size_t number = 0;
	bool good;

	snprintf(name, sizeof name, "%s.csv", figure->name);
	good = begin_file(&file, folder, name, error);
	if (good) {
		fputs(csv, file.stream);
		good = new_file_commit(&file, error);
	}
	for (size_t v = 0; v < figure->variant_count; v++)
		for (size_t p = 0; p < figure->variants[v].plot_count && good; p++) {
			snprintf(name, sizeof name, "%s-%zu.svg", figure->name, ++number);
			good = begin_file(&file, folder, name, error);
			if (good) {
				plot_write_svg(file.stream, figure->variants[v].plots[p], NULL);
				good = new_file_commit(&file, error);
			}
		}
	free(csv);
	return good;
}

bool document_write_files(const char *folder, const struct document *document,
                          enum document_format format, struct error *error)
{
	struct new_file file;
	bool good;

	if (mkdir(folder, 0777) && errno != EEXIST)
		return error_set(error, "%s: cannot make this folder: %s", folder, strerror(errno));
	if (!begin_file(&file, folder, document_file_name(format), error))
		return false;
	good = document_write(file.stream, document, format, true, error);
	if (good)
		good = new_file_commit(&file, error);
	else
		new_file_cancel(&file);
	for (size_t i = 0; i < document->count && good; i++)
		if (document->blocks[i]->type == BLOCK_FIGURE)
			good = write_figure(folder, &document->blocks[i]->figure, error);
	return good;
}
