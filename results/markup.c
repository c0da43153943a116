/* markup.c - text of unknown origin in HTML and LaTeX. */
#include "results/markup.h"

#include "results/escape.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

void markup_html(FILE *out, const char *text)
{
	escape_write(out, TABLE_HTML, text, strlen(text));
}

/* What LaTeX's default fonts need a command for. */
static const char *latex_symbol(int c)
{
	static const struct {
		int character;
		const char *command;
	} symbols[] = {
		{ 0xa0, "~" },
		{ 0xb1, "$\\pm$" },        { 0xb2, "$^2$" },       { 0xb3, "$^3$" },
		{ 0xb9, "$^1$" },          { 0x2070, "$^0$" },     { 0x2074, "$^4$" },
		{ 0x2075, "$^5$" },        { 0x2076, "$^6$" },     { 0x2077, "$^7$" },
		{ 0x2078, "$^8$" },        { 0x2079, "$^9$" },     { 0x207b, "$^-$" },
		{ 0xb7, "$\\cdot$" },      { 0xd7, "$\\times$" },  { 0x2013, "--" },
		{ 0x2020, "\\dag{}" },     { 0x2021, "\\ddag{}" }, { 0x2026, "\\dots{}" },
		{ 0x2082, "$_2$" },        { 0x2212, "$-$" },      { 0x221a, "$\\sqrt{}$" },
		{ 0x2248, "$\\approx$" },  { 0x2264, "$\\le$" },   { 0x2265, "$\\ge$" },
		{ 0x2191, "$\\uparrow$" }, { 0x2192, "$\\to$" },   { 0x2193, "$\\downarrow$" },
		{ 0x2581, "\\_" },         { 0x2014, "---" },      { 0x2018, "`" },
		{ 0x2019, "'" },           { 0x201c, "``" },       { 0x201d, "''" },
		{ 0x2009, "\\," },
	};

	for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
		if (symbols[i].character == c)
			return symbols[i].command;
	return NULL;
}

/* Latin-1 letters and Latin Extended-A, as far as the T1 encoding goes. */
static bool in_latex_fonts(int c)
{
	static const int missing[] = { 0x108, 0x109, 0x10a, 0x10b, 0x11c, 0x11d, 0x120,
		                       0x121, 0x124, 0x125, 0x126, 0x127, 0x12c, 0x12d,
		                       0x134, 0x135, 0x138, 0x13f, 0x140, 0x149, 0x14e,
		                       0x14f, 0x15c, 0x15d, 0x166, 0x167, 0x16c, 0x16d,
		                       0x174, 0x175, 0x176, 0x177, 0x17f };

	for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
		if (missing[i] == c)
			return false;
	return c < 0x80 || (c >= 0xc0 && c < 0x180);
}

void markup_latex(FILE *out, const char *text)
{
	char *escaped = escape_text(TABLE_LATEX, text, strlen(text));
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)escaped;

	while (*p) {
		utf8proc_int32_t c;
		const utf8proc_ssize_t bytes = utf8proc_iterate(p, -1, &c);
		const char *symbol = latex_symbol(c);

		if (symbol)
			fputs(symbol, out);
		else if (in_latex_fonts(c))
			fwrite(p, 1, (size_t)bytes, out);
		else
			fprintf(out, "\\othercharacter{%04X}{%.*s}", (unsigned)c, (int)bytes, p);
		p += bytes;
	}
	free(escaped);
}

const char markup_latex_preamble[] = "\\usepackage{iftex}\n"
				     "\\ifPDFTeX\n"
				     "  \\usepackage[T1]{fontenc}\n"
				     "  \\usepackage[utf8]{inputenc}\n"
				     "  \\usepackage{textcomp}\n"
				     "  \\newcommand{\\othercharacter}[2]{{\\scriptsize U+#1}}\n"
				     "\\else\n"
				     "  \\usepackage{fontspec}\n"
				     "  \\newcommand{\\othercharacter}[2]{#2}\n"
				     "\\fi\n";
