/* options.c - numbers from the command line, lines from standard input, times for people. */
#include "cli/options.h"
#include "data/text.h"
#include "experiments/shipped.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHIPPED_TEXT = 1024, SHIPPED_MOST = 64 };

/* The experiments that come with the program. */
struct shipped {
	char text[SHIPPED_TEXT];      /* "demo, toy" */
	char *name[SHIPPED_MOST + 1]; /* [names], owned; NULL behind them */
	int names;
};

static const double SECONDS_MOST = 1e12; /* above which a time is a mistake */

bool option_number(const char *command, const char *option, const char *text, long least, long most,
                   long *value)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (errno || end == text || *end || number < least || number > most) {
		fprintf(stderr, "bakeoff %s: %s %s: must be a whole number", command, option, text);
		if (most == LONG_MAX)
			fprintf(stderr, ", %ld or more\n", least);
		else
			fprintf(stderr, " from %ld to %ld\n", least, most);
		return false;
	}
	*value = number;
	return true;
}

/* Whether the contestant is of a variant of an earlier one, so that its base has been said. */
static bool base_said(const struct experiment *e, int c)
{
	const size_t base = contestant_base(&e->contestant[c]);

	for (int i = 0; i < c; i++)
		if (contestant_base(&e->contestant[i]) == base &&
		    !strncmp(e->contestant[i].name, e->contestant[c].name, base))
			return true;
	return false;
}

/* "'lstm', 'transformer'", and of a grid one variant, too: a grid may have hundreds. */
static void say_contestants(const struct experiment *e)
{
	int variant = -1;

	for (int i = 0; i < e->contestants; i++) {
		const struct contestant *c = &e->contestant[i];

		if (variant < 0 && *c->variant)
			variant = i;
		if (!base_said(e, i))
			fprintf(stderr, "%s '%.*s'", i ? "," : "", (int)contestant_base(c),
			        c->name);
	}
	if (variant >= 0)
		fprintf(stderr, ", of which one variant is '%s'", e->contestant[variant].name);
	fputc('\n', stderr);
}

bool option_contestant(const char *command, const char *option, const char *only, const char *file,
                       const struct experiment *e)
{
	for (int i = 0; i < e->contestants; i++)
		if (contestant_is(&e->contestant[i], only))
			return true;
	fprintf(stderr, "bakeoff %s: %s%s: no such contestant; %s has", command, option, only,
	        file);
	say_contestants(e);
	return false;
}

static void add_name(void *context, const char *name)
{
	struct shipped *s = context;
	const size_t used = strlen(s->text);

	snprintf(s->text + used, sizeof s->text - used, "%s%s", used ? ", " : "", name);
	if (s->names < SHIPPED_MOST)
		s->name[s->names++] = memory_text(name);
}

/* The shipped experiment that the last part of the path means, but for a slip; or NULL. */
static const char *nearest_shipped(const struct shipped *s, const char *file)
{
	const char *slash = strrchr(file, '/');
	char *word = memory_text(slash ? slash + 1 : file);
	char *dot = strrchr(word, '.');
	const char *nearest;

	if (dot && !strcmp(dot, ".yaml"))
		*dot = '\0';
	nearest = nearest_word(word, (const char *const *)s->name);
	free(word);
	return nearest;
}

/* Where a file is missing, says what is shipped. */
static bool is_there(const char *command, const char *file)
{
	struct shipped s = { 0 };
	const char *nearest;

	if (access(file, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR))
		return true;
	shipped_list(add_name, &s);
	nearest = nearest_shipped(&s, file);
	fprintf(stderr, "bakeoff %s: %s: no such file%s", command, file,
	        strpbrk(file, "/.") ? "" : ", and no shipped experiment");
	if (nearest)
		fprintf(stderr, "; did you mean %s, which is shipped?\n", nearest);
	else
		fprintf(stderr, "%s%s\n", s.names ? "; shipped are " : "", s.text);
	for (int i = 0; i < s.names; i++)
		free(s.name[i]);
	return false;
}

bool option_experiment(const char *command, const char *file, char **set, int sets,
                       const char *only, struct experiment *e)
{
	struct error error;

	if (!is_there(command, file))
		return false;
	if (!experiment_read(e, file, set, sets, &error)) {
		fprintf(stderr, "bakeoff %s: %s\n", command, error.message);
		return false;
	}
	if (option_contestant(command, "--only ", only, file, e))
		return true;
	experiment_free(e);
	return false;
}

void free_lines(char **line, size_t lines)
{
	for (size_t i = 0; i < lines; i++)
		free(line[i]);
	free(line);
}

/* A line that is as it should be, or the end; false and an error otherwise. */
static bool take_line(FILE *stream, const char *name, size_t number, char **line, size_t *room,
                      bool *end, struct error *error)
{
	ssize_t length = getline(line, room, stream);
	size_t bad;

	*end = length < 0;
	if (*end)
		return !ferror(stream) || error_set(error, "%s: %s", name, strerror(errno));
	while (length && ((*line)[length - 1] == '\n' || (*line)[length - 1] == '\r'))
		(*line)[--length] = '\0';
	bad = text_bad_byte(*line, (size_t)length);
	return !bad ||
	       error_set(error, "%s:%zu: invalid UTF-8 at byte %zu; convert it to UTF-8 (iconv)",
	                 name, number, bad);
}

static bool take_lines(FILE *stream, const char *name, char ***line, size_t *lines,
                       struct error *error)
{
	char *text = NULL;
	size_t room = 0, capacity = 0;
	bool whole, end;

	while ((whole = take_line(stream, name, *lines + 1, &text, &room, &end, error)) && !end) {
		if (*lines == capacity) {
			capacity = capacity ? 2 * capacity : 64;
			*line = memory_resize(*line, capacity, sizeof **line);
		}
		(*line)[(*lines)++] = memory_text(text);
	}
	free(text);
	return whole;
}

bool next_line(char **line, size_t *room, size_t number, struct error *error)
{
	bool end;

	error->message[0] = '\0';
	return take_line(stdin, "standard input", number, line, room, &end, error) && !end;
}

bool read_lines(const char *path, char ***line, size_t *lines, struct error *error)
{
	const bool standard = !strcmp(path, "-");
	FILE *stream = standard ? stdin : fopen(path, "r");
	bool whole;

	*line = NULL;
	*lines = 0;
	if (!stream)
		return error_set(error, "%s: %s", path, strerror(errno));
	whole = take_lines(stream, standard ? "standard input" : path, line, lines, error);
	if (!standard)
		fclose(stream);
	return whole;
}

void warn_cut(const char *command, size_t cut, long longest)
{
	if (cut)
		fprintf(stderr,
		        "bakeoff %s: %zu too long, cut to the %ld tokens that this run reads "
		        "(data.longest)\n",
		        command, cut, longest);
}

void write_seconds(char *text, size_t size, double seconds)
{
	const long s = seconds >= 0 && seconds < SECONDS_MOST ? (long)(seconds + 0.5) : -1;

	if (s < 0)
		snprintf(text, size, "?");
	else if (s < 60)
		snprintf(text, size, "%ld s", s);
	else if (s < 3600)
		snprintf(text, size, "%ld min %02ld s", s / 60, s % 60);
	else
		snprintf(text, size, "%ld h %02ld min", s / 3600, s / 60 % 60);
}
