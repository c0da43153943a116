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
	double sequential[2]; /* operations of all layers that must wait for each other, in training
	                       */
	double path[2];       /* the longest between two positions */
};

/* What a report asks of who knows models. Functions may be NULL: the report lacks that part then.
 */
struct report_guide {
	void *context;
	/* False where it cannot be told. */
	bool (*predict)(void *context, long run, struct report_prediction *);
};

/* Fills an empty document, which the caller frees, also after an error. Works on a database opened
 * either way. */
bool report_make(struct document *, struct database *, const char *experiment,
                 const struct report_guide *, struct error *);

#endif
