/* report.h - what an experiment showed, as a document for reading: scores, costs, curves, examples,
 * settings, and what makes the comparison unfair. */
#ifndef BAKEOFF_REPORT_H
#define BAKEOFF_REPORT_H

#include "results/database.h"
#include "results/document.h"

enum { REPORT_LENGTH = 32 }; /* of the sentences that predictions are for */

/* What the settings of a run say that it costs, encoder and decoder. */
struct report_prediction {
	char complexity[64];  /* of a layer: "n·d²" */
	bool has[2];          /* whether there are layers of that side: encoder, decoder */
	double sequential[2]; /* matrix products of all layers that must wait for each other, in
	                         training */
	double path[2];       /* the longest between two positions; NaN: not between all */
};

/* Cross-attention of a run's last layer that has it, of one sentence pair. All is owned. */
struct report_map {
	int rows, columns; /* tokens of the target and of the source, end of sentence left out */
	char **row, **column;
	int heads;
	double *weight; /* [1 + heads][rows][columns], the mean of the heads first */
};

void report_map_free(struct report_map *); /* takes zeroed structs */

/* A picture that a text of tokens stands for. All is owned. */
struct report_picture {
	unsigned char *png;
	size_t bytes;
	char *says; /* what is to be seen, as a caption */
	bool right; /* it is what the caption at hand says */
};

void report_picture_free(struct report_picture *); /* takes zeroed structs */

/* What its reader wants, and what a report asks of who knows models. Functions may be NULL: the
 * report lacks that part then. */
struct report_guide {
	const char *baseline; /* the contestant that the others are tested against; NULL: all pairs,
	                         of eight contestants at most */
	/* As in differing_settings. */
	bool (*is_default)(const char *architecture, const char *key, const char *value);
	void *context;
	/* Takes zeroed results, and leaves them so where it cannot be told, as of a run of another
	 * version, one that has no such attention, or whose weights are gone. False only where
	 * what is there cannot be read: the report is an error then, rather than without. */
	bool (*predict)(void *context, long run, struct report_prediction *, struct error *);
	bool (*attend)(void *context, long run, const char *source, const char *target,
	               struct report_map *, struct error *);
	/* False where the text is no picture. */
	bool (*picture)(void *context, const char *text, const char *caption,
	                struct report_picture *);
	/* Whether a caption says all that the one that was wanted says, and no more. */
	bool (*agree)(void *context, const char *caption, const char *wanted);
};

/* Fills an empty document, which the caller frees, also after an error. An error where the
 * experiment or the baseline is not there. Works on a database opened either way. */
bool report_make(struct document *, struct database *, const char *experiment,
                 const struct report_guide *, struct error *);

#endif
