/* pictures.h - what `bakeoff draw` and `bakeoff describe` have in common: runs of these tasks, and
 * pictures in a terminal. */
#ifndef BAKEOFF_CLI_PICTURES_H
#define BAKEOFF_CLI_PICTURES_H

#include "data/codebook.h"
#include "experiments/trial.h"

/* A run of one of the tasks. */
struct picture_run {
	struct trained trained;
	struct codebook codebook; /* of its vocabulary */
	int edge;                 /* pixels of its pictures */
};

/* Opens a run that `draws` or else describes; an error where it is of another task. */
bool picture_run_open(struct picture_run *, struct database *, long run, bool draws,
                      struct error *);
void picture_run_close(struct picture_run *); /* takes zeroed structs */

/* What is drawn, as a caption; or that it cannot be said by one. */
void picture_say(const struct facts *, char text[CAPTION_SIZE]);

/* Prints pictures side by side, as many as the terminal is wide for: in colours, two pixels a
 * character, or, where `out` is none that has colours, in letters. */
void pictures_print(FILE *out, const struct picture *, int count);

#endif
