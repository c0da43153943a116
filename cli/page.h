/* page.h - a page of help: text for a terminal, or the source of a manual page.
 *
 * In texts, `what stands in backquotes` is code, and paragraphs are parted by an empty line.
 */
#ifndef BAKEOFF_PAGE_H
#define BAKEOFF_PAGE_H

#include <stdio.h>

enum page_form { PAGE_TEXT, PAGE_MAN };

struct page {
	FILE *to;
	enum page_form form;
	int term; /* text: columns of the widest term that has its text beside it */
};

/* A manual page's first lines: "bakeoff-run", 1, and what it is about. Text has none. */
void page_begin(const struct page *, const char *name, int section, const char *summary);

/* A heading, as "EXIT STATUS", or below that as "With --explain". */
void page_section(const struct page *, const char *heading);
void page_part(const struct page *, const char *heading);

void page_paragraphs(const struct page *, const char *text);

/* A term and its text, which stands in two parts, the first of which may be NULL. */
void page_item(const struct page *, const char *term, const char *first, const char *text);

/* A command line, the first of several or not. */
void page_synopsis(const struct page *, const char *line, int first);
/* Commands, each beside what it does. */
void page_example(const struct page *, const char *line, const char *about);

#endif
