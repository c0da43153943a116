/* terminal.h - how wide a terminal is and what colours it shows. */
#ifndef BAKEOFF_TERMINAL_H
#define BAKEOFF_TERMINAL_H

#include <stdio.h>

enum colours { COLOURS_NONE, COLOURS_256, COLOURS_TRUE };

struct terminal {
	int columns;
	enum colours colours;
};

/* What `out` is connected to. Columns: the terminal's, else $COLUMNS, else 80. Colours: none where
 * it is no terminal, TERM is dumb or unset, or NO_COLOR is set and not empty (no-color.org); true
 * colours where COLORTERM says truecolor or 24bit, 256 where TERM does. */
struct terminal terminal_of(FILE *out);

#endif
