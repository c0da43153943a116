/* markup.h - text of unknown origin in HTML and LaTeX. */
#ifndef BAKEOFF_MARKUP_H
#define BAKEOFF_MARKUP_H

#include <stdio.h>

/* Shows as itself in content and in quoted attributes; control characters and what turns the
 * direction of text as in a box of escape.h. */
void markup_html(FILE *, const char *text);

/* Shows as itself in text. Characters that the fonts of pdfLaTeX lack become
 * \othercharacter{4E2D}{the character}, which markup_latex_preamble defines for every engine. */
void markup_latex(FILE *, const char *text);

extern const char markup_latex_preamble[];

#endif
