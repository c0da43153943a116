/* database_copy.h - a database with the folders of its runs, copied while they run. */
#ifndef BAKEOFF_DATABASE_COPY_H
#define BAKEOFF_DATABASE_COPY_H

#include "core/error.h"

/* What was copied. */
struct copy_report {
	long files, same;         /* written; left, for size and time of change are equal */
	unsigned long long bytes; /* written */
};

/* Makes `to` a copy of the database `from`, and its folder of runs a copy of that of `from`. Each
 * file is replaced at once by a rename, in an order that leaves a copy from which every run can
 * resume bit for bit, whenever this stops: checkpoints of training are read first and put in place
 * last, so that they are never ahead of the points of the database, and weights are in place
 * before the row that calls its run done. Runs may go on meanwhile, as may other copies to the same
 * place, which wait. Files that `from` no longer has stay in `to`. `from` lies on a disk of this
 * machine; `to` may be on a network file system, for it is not opened as a database. Its folder
 * must exist. */
bool database_copy(const char *from, const char *to, struct copy_report *, struct error *);

/* Copies one file, with its time of change, over `to` by a rename; nothing is done where size and
 * time are equal. `report` may be NULL. */
bool file_copy(const char *from, const char *to, struct copy_report *report, struct error *);

#endif
