/* printable.h - what a terminal may be given of text whose origin is not known. */
#ifndef BAKEOFF_PRINTABLE_H
#define BAKEOFF_PRINTABLE_H

#include <stdbool.h>

/* Whether a code point stands for itself: it is no control character (C0, DEL, C1), turns no text
 * around (bidirectional controls) and separates no lines or paragraphs. */
bool printable_is(int character);

/* Replaces what is not so, and bytes that are not UTF-8, by '?', in place. */
void printable_make(char *text);

#endif
