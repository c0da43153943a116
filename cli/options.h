/* options.h - small things that several subcommands need of their command line. */
#ifndef BAKEOFF_OPTIONS_H
#define BAKEOFF_OPTIONS_H

#include "core/error.h"
#include "experiments/spec.h"

#include <stdbool.h>

/* A whole number from least to most, all of the text; prints one line and returns false otherwise.
 */
bool option_number(const char *command, const char *option, const char *text, long least, long most,
                   long *value);

/* Reads the experiment with what --set gives, and sees that `only` names a contestant of it (NULL:
 * any). The caller frees it. Where something is wrong, prints one line and returns false; nothing
 * is to be freed. */
bool option_experiment(const char *command, const char *file, char **set, int sets,
                       const char *only, struct experiment *);

/* Whether `only` (NULL: any) means a contestant, as contestant_is has it; prints one line that says
 * which there are where it does not. `option`: "--only ", or "" of an argument. */
bool option_contestant(const char *command, const char *option, const char *only,
                       const char *file, const struct experiment *);

/* All lines of a file ("-": standard input), without their ends; the caller frees each line and the
 * list. False where a line is not UTF-8 or reading fails. */
bool read_lines(const char *path, char ***line, size_t *lines, struct error *);
/* The next line of standard input, number `number`, without its end, in memory that *line keeps for the next
 * call (freed by the caller). False at the end, and where error->message is not empty then: it is
 * not UTF-8, or reading failed. */
bool next_line(char **line, size_t *room, size_t number, struct error *);
void free_lines(char **line, size_t lines);

/* One line on standard error where sentences had to be cut to what the run reads. */
void warn_cut(const char *command, size_t cut, long longest);

/* "12 s", "3 min 20 s", "2 h 05 min"; "?" of what is no time */
void write_seconds(char *text, size_t size, double seconds);

#endif
