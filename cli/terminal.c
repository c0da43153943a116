/* terminal.c - how wide a terminal is and what colours it shows. */
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_OTHERWISE = 80, COLUMNS_LEAST = 20, COLUMNS_MOST = 10000 };

static int columns_of(int file)
{
	struct winsize size;
	const char *text = getenv("COLUMNS");
	long columns = 0;

	if (!ioctl(file, TIOCGWINSZ, &size))
		columns = size.ws_col;
	if (!columns && text)
		columns = strtol(text, NULL, 10);
	if (columns <= 0)
		return COLUMNS_OTHERWISE;
	return (int)(columns < COLUMNS_LEAST  ? COLUMNS_LEAST
	             : columns > COLUMNS_MOST ? COLUMNS_MOST
	                                      : columns);
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static enum colours colours_of(int file)
{
	const char *term = variable("TERM"), *more = variable("COLORTERM");

	if (!isatty(file) || *variable("NO_COLOR") || !*term || !strcmp(term, "dumb"))
		return COLOURS_NONE;
	if (!strcmp(more, "truecolor") || !strcmp(more, "24bit") || strstr(term, "direct"))
		return COLOURS_TRUE;
	return strstr(term, "256color") ? COLOURS_256 : COLOURS_NONE;
}

struct terminal terminal_of(FILE *out)
{
	return (struct terminal){ columns_of(fileno(out)), colours_of(fileno(out)) };
}
