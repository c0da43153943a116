/* page.c - lines broken for a terminal, or marked up as man(7) wants them. */
#include "cli/page.h"
#include "core/error.h"
#include "core/machine.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_WIDTH = 96, SOURCE_WIDTH = 76 };

/* Words of a text, broken into lines. */
struct writer {
	FILE *to;
	int width, indent, column;
	bool begun; /* there is a word on this line */
};

static void write_word(struct writer *w, const char *word, int length, int columns)
{
	if (w->begun && w->column + 1 + columns > w->width) {
		fprintf(w->to, "\n%*s", w->indent, "");
		w->column = w->indent;
		w->begun = false;
	}
	fprintf(w->to, "%s%.*s", w->begun ? " " : "", length, word);
	w->column += columns + w->begun;
	w->begun = true;
}

/* Up to the end of the paragraph; returns what follows. */
static const char *write_plain(struct writer *w, const char *text)
{
	while (*text && strncmp(text, "\n\n", 2) != 0) {
		const size_t space = strspn(text, " ");
		const size_t length = strcspn(text + space, " \n");

		text += space;
		if (length)
			write_word(w, text, (int)length, (int)length);
		text += length;
		if (*text == '\n' && text[1] != '\n')
			text++;
	}
	return text + strspn(text, "\n");
}

/* One word as man(7): code, and options, are bold, with hyphens that can be copied. */
static void write_marked(struct writer *w, const char *word, size_t length, bool *code)
{
	char marked[1024];
	size_t used = 0;
	bool option = length > 2 && !strncmp(word, "--", 2) && islower((unsigned char)word[2]);

	if (length > sizeof marked / 6 - 16)
		panic("a word of help is too long");
	/* A line must not begin as a request does. */
	if (!w->begun && (*word == '.' || *word == '\''))
		used += (size_t)sprintf(marked, "\\&");
	if (*code || option)
		used += (size_t)sprintf(marked + used, "\\fB");
	for (size_t i = 0; i < length; i++) {
		const char c = word[i];

		if (option && !*code && c != '-' && !islower((unsigned char)c)) {
			used += (size_t)sprintf(marked + used, "\\fR");
			option = false;
		}
		if (c == '`') {
			*code = !*code;
			used += (size_t)sprintf(marked + used, "%s", *code ? "\\fB" : "\\fR");
		} else if (c == '\\') {
			used += (size_t)sprintf(marked + used, "\\e");
		} else if (c == '-' && (*code || option)) {
			used += (size_t)sprintf(marked + used, "\\-");
		} else if (c == '^') {
			used += (size_t)sprintf(marked + used, "\\(ha");
		} else if (c == '~') {
			used += (size_t)sprintf(marked + used, "\\(ti");
		} else if (c == '\'' && *code) {
			used += (size_t)sprintf(marked + used, "\\(aq");
		} else {
			marked[used++] = c;
		}
	}
	if (*code || option)
		used += (size_t)sprintf(marked + used, "\\fR");
	write_word(w, marked, (int)used, (int)used);
}

static const char *write_roff(struct writer *w, const char *text)
{
	bool code = false;

	while (*text && strncmp(text, "\n\n", 2) != 0) {
		const size_t space = strspn(text, " \n");
		const size_t length = strcspn(text + space, " \n");

		text += space;
		if (length && w->column + (int)length > w->width) {
			fputc('\n', w->to);
			*w = (struct writer){ w->to, w->width, 0, 0, false };
		}
		if (length)
			write_marked(w, text, length, &code);
		text += length;
	}
	return text + strspn(text, "\n");
}

/* A paragraph without its end of line. */
static const char *write_paragraph(const struct page *p, struct writer *w, const char *text)
{
	return p->form == PAGE_MAN ? write_roff(w, text) : write_plain(w, text);
}

static struct writer writer_of(const struct page *p, int indent, int column)
{
	return (struct writer){ p->to, p->form == PAGE_MAN ? SOURCE_WIDTH : TEXT_WIDTH, indent,
		                column, false };
}

/* A term as man(7): options bold, what stands for a value italic. */
static void write_term(FILE *to, const char *term)
{
	const bool options = *term == '-';

	while (*term) {
		const size_t length = strcspn(term, " ");
		const bool bold = !options || *term == '-';

		fputs(bold ? "\\fB" : "\\fI", to);
		for (size_t i = 0; i < length; i++)
			fputs(term[i] == '-' ? "\\-" : (char[]){ term[i], '\0' }, to);
		fputs("\\fR", to);
		term += length;
		if (*term == ' ')
			fputc(*term++, to);
	}
}

void page_begin(const struct page *p, const char *name, int section, const char *summary)
{
	if (p->form != PAGE_MAN)
		return;
	fprintf(p->to, ".TH \"");
	for (const char *c = name; *c; c++)
		fputc(toupper((unsigned char)*c), p->to);
	fprintf(p->to, "\" %d \"%s\" \"bakeoff %s\" \"%s\"\n.SH NAME\n", section, machine_date(),
	        BAKEOFF_VERSION, section == 5 ? "File formats" : "User commands");
	for (const char *c = name; *c; c++)
		fputs(*c == '-' ? "\\-" : (char[]){ *c, '\0' }, p->to);
	fprintf(p->to, " \\- %s\n", summary);
}

void page_section(const struct page *p, const char *heading)
{
	if (p->form == PAGE_MAN)
		fprintf(p->to, ".SH \"%s\"\n", heading);
	else
		fprintf(p->to, "\n");
}

void page_part(const struct page *p, const char *heading)
{
	struct writer w = writer_of(p, 0, 0);

	fputs(p->form == PAGE_MAN ? ".SS\n" : "\n", p->to);
	write_paragraph(p, &w, heading);
	fputs(p->form == PAGE_MAN ? "\n" : ":\n", p->to);
}

void page_paragraphs(const struct page *p, const char *text)
{
	for (bool first = true; *text; first = false) {
		struct writer w = writer_of(p, 0, 0);

		if (p->form == PAGE_MAN && !first)
			fprintf(p->to, ".PP\n");
		else if (!first)
			fputc('\n', p->to);
		text = write_paragraph(p, &w, text);
		fputc('\n', p->to);
	}
}

void page_item(const struct page *p, const char *term, const char *first, const char *text)
{
	const int column = p->term + 4;
	struct writer w = writer_of(p, column, column);

	if (p->form == PAGE_MAN) {
		fprintf(p->to, ".TP\n");
		write_term(p->to, term);
		fputc('\n', p->to);
		w = writer_of(p, 0, 0);
	} else if ((int)strlen(term) > p->term) {
		fprintf(p->to, "  %s\n%*s", term, column, "");
	} else {
		fprintf(p->to, "  %-*s  ", p->term, term);
	}
	if (first)
		write_paragraph(p, &w, first);
	if (first && *text == ':') { /* no space before it */
		fputc(*text++, p->to);
		w.column++;
	}
	write_paragraph(p, &w, text);
	fputc('\n', p->to);
}

/* A command line, with hyphens that can be copied. */
static void write_line(const struct page *p, const char *line)
{
	for (; *line; line++)
		if (p->form == PAGE_TEXT)
			fputc(*line, p->to);
		else
			fputs(*line == '-'    ? "\\-"
			      : *line == '\'' ? "\\(aq"
			      : *line == '~'  ? "\\(ti"
			                      : (char[]){ *line, '\0' },
			      p->to);
	fputc('\n', p->to);
}

void page_synopsis(const struct page *p, const char *line, int first)
{
	if (p->form == PAGE_TEXT)
		fputs(first ? "usage: " : "       ", p->to);
	else if (!first)
		fprintf(p->to, ".br\n");
	write_line(p, line);
}

void page_example(const struct page *p, const char *line, const char *about)
{
	struct writer w = writer_of(p, 8, 8);

	fputs(p->form == PAGE_MAN ? ".TP\n" : "  ", p->to);
	write_line(p, line);
	if (!*about)
		return;
	if (p->form == PAGE_TEXT)
		fprintf(p->to, "        ");
	else
		w = writer_of(p, 0, 0);
	write_paragraph(p, &w, about);
	fputc('\n', p->to);
}
