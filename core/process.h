/* process.h - another program, run for what it prints. */
#ifndef BAKEOFF_PROCESS_H
#define BAKEOFF_PROCESS_H

#include "core/error.h"

/* Runs a program, found in PATH, without a shell, and keeps what it writes to standard output:
 * *text is the caller's, ends in NUL, and is never NULL after true. Standard error goes where ours
 * goes, or nowhere where `quiet`. False and an error where it cannot be started; *status is its
 * exit status (128 + the number of the signal that ended it). `arguments` ends with NULL. */
bool process_read(const char *const *arguments, bool quiet, char **text, int *status,
                  struct error *);

/* Whether PATH has a program of that name. */
bool process_exists(const char *name);

#endif
