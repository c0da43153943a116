/* labels.h - what predicted labels are worth beside those that are right: accuracy, macro F1.
 *
 * Labels are words between white space, one a segment or one for each token of a sentence. */
#ifndef BAKEOFF_LABELS_H
#define BAKEOFF_LABELS_H

#include "eval/segments.h"

/* A row of statistics. */
enum { LABELS_RIGHT, LABELS_ALL, LABELS_COLUMNS };

/* Counts a segment's labels, and those that the hypothesis has at the same place, of that reference
 * of which it has most (the first of several). Missing references (text NULL) are left out; one at
 * least must be there. */
void labels_segment(struct segment hypothesis, const struct segment *reference, int references,
                    double row[LABELS_COLUMNS]);

/* Right labels over all, in percent, of a row or of the sum of rows; without labels 0. */
double labels_accuracy(const double row[LABELS_COLUMNS]);

/* The mean over all labels that occur on either side of F1 = 2 right / (predicted + there), in
 * percent, each label alike (scikit-learn's f1_score with average="macro"). Labels beyond the end
 * of the other side count as wrong. NaN where there is no label. */
double labels_macro_f1(const struct segments *hypotheses, const struct segments *references);

#endif
