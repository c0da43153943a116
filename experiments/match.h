/* match.h - widths that make contestants equally large. */
#ifndef BAKEOFF_MATCH_H
#define BAKEOFF_MATCH_H

#include "data/dataset.h"
#include "experiments/spec.h"

/* Where match.parameters is set: gives each contestant the width, a multiple of 4, whose number of
 * parameters is nearest to it, and within 10 %; settings that the architecture counts among its
 * widths grow in proportion, to even numbers. What a file says of widths is their proportion then.
 * Depth, heads and kernels stay. False where no width does. */
bool match_contestants(struct experiment *, const struct dataset *, struct error *);

#endif
