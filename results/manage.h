/* manage.h - what a user does to runs after the fact: tags, notes, deletion. */
#ifndef BAKEOFF_MANAGE_H
#define BAKEOFF_MANAGE_H

#include "results/database.h"

/* Gives a run a tag, or takes it away; that it is so already is no error. Tags have 1 to 60 bytes
 * without control characters and commas. The run must exist. */
bool database_tag(struct database *, long run, const char *name, bool there, struct error *);

/* Replaces the note of a run; an empty text takes it away. */
bool database_note(struct database *, long run, const char *text, struct error *);

/* Deletes a run with its points, scores, hypotheses and tags, in one transaction. */
bool database_run_delete(struct database *, long run, struct error *);

/* The name of an experiment; the caller frees it. */
bool database_experiment_name(struct database *, long experiment, char **name, struct error *);

#endif
