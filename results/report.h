/* report.h - what an experiment showed, as a document for reading: scores, costs, curves, examples,
 * settings, and what makes the comparison unfair. */
#ifndef BAKEOFF_REPORT_H
#define BAKEOFF_REPORT_H

#include "results/database.h"
#include "results/document.h"

/* Fills an empty document, which the caller frees, also after an error. Works on a database opened
 * either way. */
bool report_make(struct document *, struct database *, const char *experiment, struct error *);

#endif
