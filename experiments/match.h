/* match.h - widths that make contestants equally large, or equally costly. */
#ifndef BAKEOFF_MATCH_H
#define BAKEOFF_MATCH_H

#include "data/dataset.h"
#include "experiments/spec.h"

enum { MATCH_TEXT = 256 };

/* Where match.parameters or match.multiply_adds is set: gives each contestant the width, a multiple
 * of 4, whose size is nearest to it; settings that the architecture counts among its widths grow in
 * proportion, to even numbers. Where that leaves more than 1 %, those settings are changed one at a
 * time, and then the width in steps of 2. What a file says of widths is their proportion then.
 * Depth, heads and kernels stay. Size: parameters, or multiply-adds a target token, forward, for the
 * mean sentence of the training data (trial_multiply_adds). False where nothing comes within 10 %.
 */
bool match_contestants(struct experiment *, const struct dataset *, struct error *);

/* Whether the experiment asks for it. */
bool match_asked(const struct experiment *);

/* "match: lstm has width 44, hidden 56: 60123 parameters, 0.21 % more than asked". */
void match_text(const struct experiment *, const struct contestant *, char text[MATCH_TEXT]);

#endif
