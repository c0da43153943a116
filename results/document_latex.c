/* document_latex.c - a document as LaTeX with booktabs and TikZ, for pdflatex, lualatex, xelatex.
 */
#include "results/document.h"
#include "results/markup.h"

#include <stdlib.h>
#include <string.h>

enum { PLOTS = 8 };    /* of a figure that fit on a page */
enum { STACKED = 12 }; /* letters */
enum { LONG = 30 };    /* rows of a table that must be able to break over pages */

static void write_text(FILE *out, const struct prose *text)
{
	static const char *const open[] = { "{", "\\textbf{", "\\texttt{", "\\underline{",
		                            "\\textit{[" };
	static const char *const close[] = { "}", "}", "}", "}", "]}" };

	for (size_t i = 0; i < text->count; i++) {
		fputs(open[text->spans[i].style], out);
		markup_latex(out, text->spans[i].text);
		fputs(close[text->spans[i].style], out);
	}
}

static bool has_long_text(const struct document_table *table, size_t column)
{
	for (size_t r = 0; r < table->row_count; r++) {
		const struct prose *cell = &table->cells[r * table->column_count + column];
		size_t length = 0;

		for (size_t i = 0; i < cell->count; i++)
			for (const char *p = cell->spans[i].text; *p; p++)
				length++;
		if (length > 60)
			return true;
	}
	return false;
}

/* The words of a long name over numbers stand below each other. */
static void write_name(FILE *out, const struct document_column *column)
{
	char *name = memory_text(column->name), *rest = name, *word;

	if (!column->number || strlen(name) < STACKED) {
		markup_latex(out, name);
	} else {
		fputs("\\shortstack[r]{", out);
		while ((word = strsep(&rest, " ")) != NULL) {
			const bool joined =
				strlen(word) < 3 || (rest && (unsigned char)*rest > 0x7f);

			markup_latex(out, word);
			fputs(!rest ? "}" : joined ? " " : "\\\\", out);
		}
	}
	free(name);
}

static void write_columns(FILE *out, const struct document_table *table)
{
	fputs("{@{}", out);
	for (size_t c = 0; c < table->column_count; c++)
		fputs(table->columns[c].number  ? "r"
		      : has_long_text(table, c) ? "p{9cm}"
		                                : "l",
		      out);
	fputs("@{}}\n\\toprule\n", out);
	for (size_t c = 0; c < table->column_count; c++) {
		fputs(c ? " & " : "", out);
		write_name(out, &table->columns[c]);
	}
	fputs(" \\\\\n\\midrule\n", out);
}

static void write_rows(FILE *out, const struct document_table *table)
{
	for (size_t r = 0; r < table->row_count; r++) {
		for (size_t c = 0; c < table->column_count; c++) {
			fputs(c ? " & " : "", out);
			write_text(out, &table->cells[r * table->column_count + c]);
		}
		fputs(" \\\\\n", out);
	}
	fputs("\\bottomrule\n", out);
}

static void write_note(FILE *out, const struct document_table *table)
{
	if (!table->note.count)
		return;
	fputs("\\par\\smallskip{\\footnotesize ", out);
	write_text(out, &table->note);
	fputs("\\par}\n", out);
}

/* A table wider than the text is made smaller; one of many rows may break over pages instead. */
static void write_table(FILE *out, const struct document_table *table)
{
	if (table->row_count > LONG) {
		fputs("{\\scriptsize\\setlength{\\tabcolsep}{3pt}\n\\begin{longtable}", out);
		write_columns(out, table);
		fputs("\\endhead\n", out);
		write_rows(out, table);
		fputs("\\caption{", out);
		markup_latex(out, table->caption);
		fputs("}\n\\end{longtable}\n", out);
		write_note(out, table);
		fputs("}\n", out);
		return;
	}
	fputs("\\begin{table}[H]\n\\centering\n\\caption{", out);
	markup_latex(out, table->caption);
	fputs("}\n\\small\n\\shrinktotext{\\begin{tabular}", out);
	write_columns(out, table);
	write_rows(out, table);
	fputs("\\end{tabular}}\n", out);
	write_note(out, table);
	fputs("\\end{table}\n", out);
}

static void write_figure(FILE *out, const struct document_figure *figure)
{
	size_t number = 0;

	fputs("\\begin{figure}[H]\n\\centering\n", out);
	for (size_t v = 0; v < figure->variant_count; v++)
		for (size_t p = 0; p < figure->variants[v].plot_count && number < PLOTS; p++) {
			plot_write_tikz(out, figure->variants[v].plots[p]);
			fputs(++number % 2 ? "\\hfill\n" : "\\par\\medskip\n", out);
		}
	fputs("\\caption{", out);
	markup_latex(out, figure->caption);
	fputs("}\n\\end{figure}\n", out);
}

static void write_block(FILE *out, const struct document *document, size_t i)
{
	const struct block *block = document->blocks[i];
	const bool first = !i || document->blocks[i - 1]->type != BLOCK_ITEM;
	const bool last = i + 1 == document->count || document->blocks[i + 1]->type != BLOCK_ITEM;

	switch (block->type) {
	case BLOCK_HEADING:
		fputs(block->level == 2 ? "\n\\section*{" : "\n\\subsection*{", out);
		write_text(out, &block->text);
		fputs("}\n", out);
		break;
	case BLOCK_PARAGRAPH:
		fputc('\n', out);
		write_text(out, &block->text);
		fputc('\n', out);
		break;
	case BLOCK_ITEM:
		fputs(first ? "\\begin{itemize}\n\\item " : "\\item ", out);
		write_text(out, &block->text);
		fputs(last ? "\n\\end{itemize}\n" : "\n", out);
		break;
	case BLOCK_TABLE:
		write_table(out, &block->table);
		break;
	case BLOCK_FIGURE:
		write_figure(out, &block->figure);
		break;
	}
}

void document_write_latex(FILE *out, const struct document *document)
{
	fprintf(out,
	        "\\documentclass[10pt]{article}\n%s"
	        "\\usepackage[margin=25mm]{geometry}\n"
	        "\\usepackage{booktabs,float,longtable,graphicx}\n%s"
	        "\\newsavebox{\\shrinkbox}\n"
	        "\\newcommand{\\shrinktotext}[1]{\\sbox{\\shrinkbox}{#1}%%\n"
	        "  "
	        "\\ifdim\\wd\\shrinkbox>\\linewidth\\resizebox{\\linewidth}{!}{\\usebox{"
	        "\\shrinkbox}}%%\n"
	        "  \\else\\usebox{\\shrinkbox}\\fi}\n"
	        "\\extrafloats{100}\n\\setlength{\\parindent}{0pt}\\setlength{\\parskip}{4pt}\n"
	        "\\raggedbottom\n\\begin{document}\n{\\LARGE\\bfseries ",
	        markup_latex_preamble, plot_tikz_preamble);
	markup_latex(out, document->title);
	fputs("\\par}\n\\smallskip\n", out);
	write_text(out, &document->subtitle);
	fputs("\n", out);
	for (size_t i = 0; i < document->count; i++)
		write_block(out, document, i);
	fputs("\\end{document}\n", out);
}
