/* escape.h - text of unknown origin, made harmless for one output format. */
#ifndef BAKEOFF_ESCAPE_H
#define BAKEOFF_ESCAPE_H

#include "results/table.h"

#include <stdio.h>

/* Writes `length` bytes so that they show as themselves and can end neither cell nor row:
 *   box       control characters as their pictures (U+2400 ...); as U+FFFD: C1 controls, what turns
 *             the direction of text, line separators, bytes that are not UTF-8
 *   csv       RFC 4180, but rows end with a line feed alone; "" for an empty text, nothing for
 *             NULL; an apostrophe before what a spreadsheet would take for a formula; else bytes as
 *             they are
 *   tsv       backslash, tab, line feed and carriage return as \\ \t \n \r; bytes as they are
 *   json      a string with its quotation marks; bytes that are not UTF-8 as U+FFFD
 *   markdown  punctuation that has a meaning behind a backslash; line breaks as spaces, others as
 *             in box
 *   latex     commands for special characters, no ligatures of dashes, no optional argument at the
 *             start of a row; line breaks as spaces, others as in box
 *   html      & < > and quotes as entities, for contents and attributes; line breaks as spaces,
 *             others as in box */
void escape_write(FILE *, enum table_format, const char *text, size_t length);

/* The same as a string of the caller, to be freed. */
char *escape_text(enum table_format, const char *text, size_t length);

/* Columns of a terminal that escaped text takes. */
int escape_width(const char *text);

/* Cuts escaped text to at most `width` columns of a terminal, 1 or more; an ellipsis, the last of
 * them, shows that something is missing. `text` has room for 3 bytes more than it is long. */
void escape_clip(char *text, int width);

#endif
