/* export_parts.h - the ways to export. Internal to results/. */
#ifndef BAKEOFF_EXPORT_PARTS_H
#define BAKEOFF_EXPORT_PARTS_H

#include "results/export.h"

enum { EXPORT_PATH_SIZE = 4096 };

/* Makes a folder where it is missing. */
bool export_folder(const char *path, struct error *);

/* A folder a chosen run, each with a file of events. */
bool export_events(struct database *, const char *folder, struct error *);

#endif
