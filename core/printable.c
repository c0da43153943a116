/* printable.c - what a terminal may be given of text whose origin is not known. */
#include "core/printable.h"

#include <stddef.h>
#include <string.h>
#include <utf8proc.h>

bool printable_is(int c)
{
	return c >= 0x20 && (c < 0x7f || c >= 0xa0) && c != 0x061c && c != 0x200e && c != 0x200f &&
	       (c < 0x2028 || c > 0x202e) && (c < 0x2066 || c > 0x2069);
}

void printable_make(char *text)
{
	char *to = text;

	while (*text) {
		utf8proc_int32_t character;
		utf8proc_ssize_t bytes =
			utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &character);

		if (bytes < 1) {
			character = -1;
			bytes = 1;
		}
		if (printable_is(character)) {
			memmove(to, text, (size_t)bytes);
			to += bytes;
		} else {
			*to++ = '?';
		}
		text += bytes;
	}
	*to = '\0';
}
