/* number.h - numbers as users write them, and back; whatever the locale. */
#ifndef BAKEOFF_NUMBER_H
#define BAKEOFF_NUMBER_H

#include <stdbool.h>

enum { NUMBER_TEXT_SIZE = 64 };

/* The whole text: a sign, digits, and k, M or G (powers of 1000), which allow a point ("7.5M").
 * False where it is no whole number of a long's range. */
bool number_read_whole(const char *text, long *value);

/* A decimal number, and no inf, nan, hexadecimal, spaces or comma. False where it is none, or too
 * large for a double. */
bool number_read_real(const char *text, double *value);

/* The shortest text that number_read_real turns into the same bits. */
void number_write_real(double value, char text[NUMBER_TEXT_SIZE]);

/* The same for a limit in a message: 1000000 as 1M, 65536 as it is. */
void number_write_limit(double limit, char text[NUMBER_TEXT_SIZE]);

#endif
