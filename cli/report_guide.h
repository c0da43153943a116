/* report_guide.h - what a report needs of models, which results/ does not know. */
#ifndef BAKEOFF_REPORT_GUIDE_H
#define BAKEOFF_REPORT_GUIDE_H

#include "results/report.h"

/* A guide to the runs of a database, which must stay open. */
struct report_guide report_guide(struct database *);

#endif
