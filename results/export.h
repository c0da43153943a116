/* export.h - runs as files that other programs read. */
#ifndef BAKEOFF_EXPORT_H
#define BAKEOFF_EXPORT_H

#include "results/database.h"

enum export_format {
	EXPORT_CSV,         /* runs.csv, points.csv, scores.csv, hypotheses.csv */
	EXPORT_JSON_LINES,  /* the same as .jsonl, an object a line */
	EXPORT_TENSORBOARD, /* a folder a run with a file of events; scores as test/SET/METRIC */
};

#define EXPORT_FORMATS "csv, jsonl or tensorboard"

bool export_format_find(const char *word, enum export_format *, struct error *);

/* Writes the runs that selection_choose has chosen on this connection below `folder`, which is made
 * where it is missing. Each file appears whole or not at all; those of an earlier export are
 * replaced. */
bool export_chosen(struct database *, enum export_format, const char *folder, struct error *);

#endif
