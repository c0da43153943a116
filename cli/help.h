/* help.h - what is printed of the table of commands: help, manual pages, completions of shells. */
#ifndef BAKEOFF_HELP_H
#define BAKEOFF_HELP_H

#include "cli/command.h"
#include "cli/page.h"
#include "core/error.h"

/* `bakeoff COMMAND --help` and `bakeoff --help`. */
void help_command_print(FILE *, const struct command *);
void help_overview_print(FILE *);

/* Manual pages: bakeoff-COMMAND(1), bakeoff(1), bakeoff-experiment(5). */
void help_command_page(const struct page *, const struct command *);
void help_overview_page(const struct page *);
void help_experiment_page(const struct page *);

/* What a shell reads to complete command lines. */
void complete_bash(FILE *);
void complete_zsh(FILE *);

/* Prints, a line each, the words that an argument of that kind (of struct command_option) may be.
 * `file`: the experiment file or database that they are in; NULL: results.db. Nothing where there
 * are none, or the file cannot be read. */
void complete_words(FILE *, const char *kind, const char *file);

#endif
