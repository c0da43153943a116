/* document_markdown.c - a document as GitHub's Markdown. */
#include "results/document.h"
#include "results/escape.h"

#include <stdlib.h>
#include <string.h>

static void write_plain(FILE *out, const char *text)
{
	escape_write(out, TABLE_MARKDOWN, text, strlen(text));
}

static void write_text(FILE *out, const struct prose *text)
{
	static const char *const mark[] = { "", "**", "", "**", "~~" };

	for (size_t i = 0; i < text->count; i++) {
		const struct span *span = &text->spans[i];
		const char *around = *span->text ? mark[span->style] : "";

		fputs(around, out);
		write_plain(out, span->text);
		fputs(around, out);
	}
}

static void write_table(FILE *out, const struct document_table *table)
{
	fputc('\n', out);
	write_plain(out, table->caption);
	fputs("\n\n|", out);
	for (size_t c = 0; c < table->column_count; c++) {
		fputc(' ', out);
		write_plain(out, table->columns[c].name);
		fputs(" |", out);
	}
	fputs("\n|", out);
	for (size_t c = 0; c < table->column_count; c++)
		fputs(table->columns[c].number ? "---:|" : "---|", out);
	fputc('\n', out);
	for (size_t r = 0; r < table->row_count; r++) {
		fputc('|', out);
		for (size_t c = 0; c < table->column_count; c++) {
			fputc(' ', out);
			write_text(out, &table->cells[r * table->column_count + c]);
			fputs(" |", out);
		}
		fputc('\n', out);
	}
	if (table->note.count) {
		fputc('\n', out);
		write_text(out, &table->note);
		fputc('\n', out);
	}
}

static void write_figure(FILE *out, const struct document_figure *figure, bool files)
{
	size_t number = 0;

	fputc('\n', out);
	write_plain(out, figure->caption);
	fputs("\n\n", out);
	if (!files) {
		fputs("(Plots and their data are files; name a folder with `--out` to have "
		      "them.)\n",
		      out);
		return;
	}
	for (size_t v = 0; v < figure->variant_count; v++)
		for (size_t p = 0; p < figure->variants[v].plot_count; p++) {
			fputs("![", out);
			write_plain(out, figure->variants[v].plots[p]->title);
			fprintf(out, "](%s-%zu.svg)\n", figure->name, ++number);
		}
	fprintf(out, "\n[Data of this figure (CSV)](%s.csv)\n", figure->name);
}

void document_write_markdown(FILE *out, const struct document *document, bool files)
{
	fputs("# ", out);
	write_plain(out, document->title);
	fputs("\n\n", out);
	write_text(out, &document->subtitle);
	fputc('\n', out);
	for (size_t i = 0; i < document->count; i++) {
		const struct block *block = document->blocks[i];
		const bool in_list = i && document->blocks[i - 1]->type == BLOCK_ITEM;

		switch (block->type) {
		case BLOCK_HEADING:
			fprintf(out, "\n%.*s ", block->level, "######");
			write_text(out, &block->text);
			fputc('\n', out);
			break;
		case BLOCK_PARAGRAPH:
		case BLOCK_ITEM:
			fputs(block->type == BLOCK_PARAGRAPH ? "\n" : in_list ? "- " : "\n- ", out);
			write_text(out, &block->text);
			fputc('\n', out);
			break;
		case BLOCK_TABLE:
			write_table(out, &block->table);
			break;
		case BLOCK_FIGURE:
			write_figure(out, &block->figure, files);
			break;
		}
	}
}
