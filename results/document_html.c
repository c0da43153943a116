/* document_html.c - a document as one HTML file that needs no network and no scripts. It is
 * well-formed XML too. */
#include "results/document.h"
#include "results/escape.h"
#include "results/markup.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_NAME = 24 };

/* Choices of a figure work by :has() alone; a browser that lacks it shows all of them. */
static const char page_css[] =
	"*{box-sizing:border-box}\n"
	"html{color-scheme:light dark;background:var(--paper);color:var(--ink)}\n"
	"body{margin:0 auto;max-width:66rem;padding:2.5rem 1.5rem 5rem;"
	"font:16px/1.55 system-ui,'Segoe UI','Helvetica Neue',Arial,sans-serif}\n"
	"h1{font-size:1.75rem;line-height:1.2;margin:0 0 .3rem;overflow-wrap:anywhere}"
	"h2{font-size:1.25rem;margin:3rem 0 .6rem;padding-top:.9rem;border-top:1px solid "
	"var(--rule)}"
	"h3{font-size:1rem;margin:1.8rem 0 .4rem}\n"
	"p,li{max-width:46rem;overflow-wrap:break-word}p{margin:.5rem 0 .9rem}"
	"ul{padding-left:1.2rem}li{margin:.3rem 0}\n"
	".sub{color:var(--soft);margin:0}a{color:var(--c0)}\n"
	"nav ul{list-style:none;padding:0;margin:1rem 0 0;display:flex;flex-wrap:wrap;gap:.1rem "
	"1.2rem;"
	"font-size:.9rem}nav li{margin:0}\n"
	".skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem}\n"
	":focus-visible{outline:2px solid var(--c0);outline-offset:2px}\n"
	"figure{margin:1.4rem 0 1.8rem}figcaption,.note{color:var(--soft);font-size:.9rem;"
	"max-width:46rem}figcaption{margin:0 0 .5rem}figcaption b{color:var(--ink)}"
	".note{margin:.4rem 0 0}\n"
	".scroll{overflow-x:auto;max-width:100%}\n"
	"table{border-collapse:collapse;font-size:.9rem;line-height:1.35;"
	"font-variant-numeric:tabular-nums;border-top:1.5px solid var(--ink);"
	"border-bottom:1.5px solid var(--ink)}\n"
	"th,td{padding:.32rem .7rem;text-align:left;vertical-align:top}"
	"thead th{border-bottom:1px solid var(--ink);vertical-align:bottom;font-weight:600}"
	"tbody th{font-weight:400}tbody tr+tr>*{border-top:1px solid var(--rule)}\n"
	"th:first-child{padding-left:.1rem;position:sticky;left:0;background:var(--paper)}"
	".num{text-align:right;white-space:nowrap}thead .num{white-space:normal}"
	"td{min-width:3.2rem;max-width:34rem}.long tbody th{min-width:17rem}"
	".long:has(img) tbody th{min-width:8rem}\n"
	"code{font:.88em ui-monospace,Menlo,Consolas,monospace;overflow-wrap:break-word}\n"
	"img{display:block;image-rendering:pixelated;width:6rem;height:6rem;border:1px solid "
	"var(--rule)}\n"
	"u{text-decoration:underline wavy var(--c1) 1px;text-underline-offset:3px}"
	"del{color:var(--soft)}\n"
	"details{margin:1rem 0}summary{cursor:pointer;font-size:.9rem}"
	"details figure{margin:.6rem 0}\n"
	"fieldset{border:0;padding:0;margin:0 0 .6rem;font-size:.9rem;display:flex;flex-wrap:wrap;"
	"gap:.2rem 1.1rem}legend{float:left;padding:0;margin-right:1.1rem;color:var(--soft)}"
	"fieldset label{display:inline-flex;gap:.35rem;align-items:center;cursor:pointer}"
	"input{accent-color:var(--c0);margin:0}\n"
	".plots{display:grid;gap:1rem 2rem;grid-template-columns:"
	"repeat(auto-fit,minmax(min(100%,27rem),1fr))}"
	".plots svg{width:100%;max-width:31rem;height:auto;display:block}"
	".plots h4{margin:0;font-size:.9rem;grid-column:1/-1;font-weight:600}\n"
	"@supports selector(:has(a)){.plots h4{display:none}"
	".choose .plots{display:none}"
	".choose:has(.r1:checked)>.v1,.choose:has(.r2:checked)>.v2,.choose:has(.r3:checked)>.v3,"
	".choose:has(.r4:checked)>.v4,.choose:has(.r5:checked)>.v5,.choose:has(.r6:checked)>.v6"
	"{display:grid}}\n"
	"@media "
	"print{body{max-width:none;padding:0;font-size:10.5pt}nav,fieldset,.data{display:none}"
	"h2,h3,h4,figcaption{break-after:avoid}figure,tr,svg,li{break-inside:avoid}.scroll{"
        "overflow:visible}"
	".plots{grid-template-columns:1fr 1fr}.plots h4{display:block}"
	"th:first-child{position:static}th,td{padding:.2rem "
        ".4rem}table,.note,summary{font-size:8pt}figcaption{font-size:9pt}}\n"
	"@media (max-width:30rem){body{padding:1.2rem 1rem 3rem}.long tbody th{min-width:9rem}}\n";

/* A name of a setting may break behind its dots and underscores. */
static void write_code(FILE *out, const char *text)
{
	while (*text) {
		const size_t length = strcspn(text, "._"), whole = length + (text[length] != '\0');

		escape_write(out, TABLE_HTML, text, whole);
		text += whole;
		if (*text)
			fputs("<wbr/>", out);
	}
}

static void write_image(FILE *out, const struct span *span)
{
	fprintf(out, "<img src=\"data:image/png;base64,%s\" alt=\"", span->image);
	markup_html(out, span->text);
	fputs("\" title=\"", out);
	markup_html(out, span->text);
	fputs("\"/>", out);
}

static void write_text(FILE *out, const struct prose *text)
{
	static const char *const open[] = { "", "<strong>", "<code>", "<u>", "<del>" };
	static const char *const close[] = { "", "</strong>", "</code>", "</u>", "</del>" };

	for (size_t i = 0; i < text->count; i++) {
		if (text->spans[i].image) {
			write_image(out, &text->spans[i]);
			continue;
		}
		fputs(open[text->spans[i].style], out);
		(text->spans[i].style == SPAN_CODE ? write_code : markup_html)(out,
		                                                               text->spans[i].text);
		fputs(close[text->spans[i].style], out);
	}
}

static void write_caption(FILE *out, const char *caption, const char *id, size_t number)
{
	fprintf(out, "<figcaption id=\"%s%zu\">", id, number);
	markup_html(out, caption);
	fputs("</figcaption>\n", out);
}

static void write_head_row(FILE *out, const struct document_table *table)
{
	fputs("<thead><tr>", out);
	for (size_t c = 0; c < table->column_count; c++) {
		fprintf(out, "<th scope=\"col\"%s>",
		        table->columns[c].number ? " class=\"num\"" : "");
		markup_html(out, table->columns[c].name);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n", out);
}

static void write_row(FILE *out, const struct document_table *table, const struct prose *row)
{
	fputs("<tr>", out);
	for (size_t c = 0; c < table->column_count; c++) {
		const char *class = table->columns[c].number ? " class=\"num\"" : "";

		fprintf(out, c ? "<td%s>" : "<th scope=\"row\"%s>", class);
		write_text(out, &row[c]);
		fputs(c ? "</td>" : "</th>", out);
	}
	fputs("</tr>\n", out);
}

/* Names of rows that would break into many lines. */
static bool has_long_names(const struct document_table *table)
{
	for (size_t r = 0; r < table->row_count; r++) {
		const struct prose *name = &table->cells[r * table->column_count];

		if (name->count && strlen(name->spans[0].text) > LONG_NAME)
			return true;
	}
	return false;
}

static void write_table(FILE *out, const struct document_table *table, size_t number)
{
	if (table->folded) {
		fputs("<details><summary>", out);
		markup_html(out, table->caption);
		fputs("</summary>\n", out);
	}
	fputs("<figure>\n", out);
	write_caption(out, table->caption, "table", number);
	fprintf(out,
	        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"table%zu\">"
	        "<table%s aria-labelledby=\"table%zu\">\n",
	        number, has_long_names(table) ? " class=\"long\"" : "", number);
	write_head_row(out, table);
	fputs("<tbody>\n", out);
	for (size_t r = 0; r < table->row_count; r++)
		write_row(out, table, table->cells + r * table->column_count);
	fputs("</tbody></table></div>\n", out);
	if (table->note.count) {
		fputs("<p class=\"note\">", out);
		write_text(out, &table->note);
		fputs("</p>\n", out);
	}
	fprintf(out, "</figure>\n%s", table->folded ? "</details>\n" : "");
}

static void write_choice(FILE *out, const struct document_figure *figure)
{
	fputs("<fieldset><legend>", out);
	markup_html(out, figure->choice ? figure->choice : "show");
	fputs("</legend>\n", out);
	for (size_t v = 0; v < figure->variant_count; v++) {
		fprintf(out,
		        "<label><input type=\"radio\" class=\"r%zu\" name=\"%s\" value=\"%zu\"%s/>",
		        v + 1, figure->name, v + 1, v ? "" : " checked=\"checked\"");
		markup_html(out, figure->variants[v].label);
		fputs("</label>\n", out);
	}
	fputs("</fieldset>\n", out);
}

static void write_data(FILE *out, const struct document_figure *figure)
{
	char *csv = figure_csv(figure);

	fprintf(out,
	        "<p class=\"note data\"><a download=\"%s.csv\" href=\"data:text/csv;charset=utf-8,",
	        figure->name);
	for (const char *p = csv; *p; p++)
		if (isalnum((unsigned char)*p) || strchr("-_.,", *p))
			fputc(*p, out);
		else
			fprintf(out, "%%%02X", (unsigned)(unsigned char)*p);
	fputs("\">Data of this figure (CSV)</a></p>\n", out);
	free(csv);
}

static void write_figure(FILE *out, const struct document_figure *figure, size_t number)
{
	const bool choose = figure->variant_count > 1;
	size_t plots = 0;

	fprintf(out, "<figure%s aria-labelledby=\"figure%zu\">\n",
	        choose ? " class=\"choose\"" : "", number);
	write_caption(out, figure->caption, "figure", number);
	if (choose)
		write_choice(out, figure);
	for (size_t v = 0; v < figure->variant_count; v++) {
		fprintf(out, "<div class=\"plots v%zu\">\n", v + 1);
		if (choose) {
			fputs("<h4>", out);
			markup_html(out, figure->variants[v].label);
			fputs("</h4>\n", out);
		}
		for (size_t p = 0; p < figure->variants[v].plot_count; p++) {
			char id[128];

			snprintf(id, sizeof id, "%.96s-%zu", figure->name, ++plots);
			plot_write_svg(out, figure->variants[v].plots[p], id);
		}
		fputs("</div>\n", out);
	}
	if (figure->data.column_count)
		write_data(out, figure);
	fputs("</figure>\n", out);
}

static void write_contents(FILE *out, const struct document *document)
{
	fputs("<nav aria-label=\"Contents\"><ul>\n", out);
	for (size_t i = 0; i < document->count; i++) {
		const struct block *block = document->blocks[i];

		if (block->type != BLOCK_HEADING || block->level != 2)
			continue;
		fprintf(out, "<li><a href=\"#section%zu\">", i);
		write_text(out, &block->text);
		fputs("</a></li>\n", out);
	}
	fputs("</ul></nav>\n", out);
}

static void write_block(FILE *out, const struct document *document, size_t i, bool *section)
{
	const struct block *block = document->blocks[i];
	const bool first = !i || document->blocks[i - 1]->type != BLOCK_ITEM;
	const bool last = i + 1 == document->count || document->blocks[i + 1]->type != BLOCK_ITEM;

	switch (block->type) {
	case BLOCK_HEADING:
		if (block->level == 2) {
			fprintf(out, "%s<section aria-labelledby=\"section%zu\">\n",
			        *section ? "</section>\n" : "", i);
			*section = true;
		}
		fprintf(out, "<h%d id=\"section%zu\">", block->level, i);
		write_text(out, &block->text);
		fprintf(out, "</h%d>\n", block->level);
		break;
	case BLOCK_PARAGRAPH:
	case BLOCK_ITEM:
		fputs(block->type == BLOCK_PARAGRAPH ? "<p>" : first ? "<ul>\n<li>" : "<li>", out);
		write_text(out, &block->text);
		fputs(block->type == BLOCK_PARAGRAPH ? "</p>\n"
		      : last                         ? "</li>\n</ul>\n"
		                                     : "</li>\n",
		      out);
		break;
	case BLOCK_TABLE:
		write_table(out, &block->table, i);
		break;
	case BLOCK_FIGURE:
		write_figure(out, &block->figure, i);
		break;
	}
}

void document_write_html(FILE *out, const struct document *document)
{
	bool section = false;

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; img-src data:\"/>\n<title>",
	      out);
	markup_html(out, document->title);
	fprintf(out, "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n", plot_css, page_css);
	fputs("<a class=\"skip\" href=\"#content\">Skip to the report</a>\n<header>\n<h1>", out);
	markup_html(out, document->title);
	fputs("</h1>\n<p class=\"sub\">", out);
	write_text(out, &document->subtitle);
	fputs("</p>\n", out);
	write_contents(out, document);
	fputs("</header>\n<main id=\"content\">\n", out);
	for (size_t i = 0; i < document->count; i++)
		write_block(out, document, i, &section);
	fprintf(out, "%s</main>\n</body>\n</html>\n", section ? "</section>\n" : "");
}
