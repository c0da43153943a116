/* claim.h - what the literature says as inequalities between numbers of a probe, and whether they
 * hold.
 *
 * A claim is  mean(high) - factor mean(low) > margin  over seeds. Where `high` and `low` are of one
 * series, seeds are paired (one-sample t), else it is Welch's t (eval/statistics.h); the p of a
 * probe's claims are Holm's. It holds where the difference is above the margin with p < 0.05, is
 * contradicted where it is below with p < 0.05, and is open else, also where a side has fewer than
 * two seeds.
 */
#ifndef BAKEOFF_CLAIM_H
#define BAKEOFF_CLAIM_H

#include "experiments/measured.h"

enum { CLAIMS_MOST = 8 };
#define CLAIM_LEVEL 0.05

/* The mean over x from `from` to `to`. */
struct claim_side {
	const char *series; /* NULL: the number 0 */
	double from, to;
};

enum claim_kind {
	CLAIM_SHAPE,
	CLAIM_PREMISE, /* what must be so for the others to mean anything, such as that the task
	                  was learned: where it does not hold, nothing is decided */
	CLAIM_EXACT,   /* every number of `high` is the margin, without a test */
	CLAIM_FACT,    /* of numbers without chance: no test */
};

struct claim {
	const char *text; /* a sentence without a full stop */
	struct claim_side high, low;
	double factor; /* of low; 0 means 1 */
	double margin;
	enum claim_kind kind;
};

enum verdict {
	VERDICT_AGREES,  /* all claims hold */
	VERDICT_DIFFERS, /* one is contradicted, and all premises hold */
	VERDICT_OPEN,
};

/* "as the literature says", "not as the literature says", "not decided" */
const char *verdict_text(enum verdict);

/* What came of a claim. */
struct finding {
	const struct claim *claim;
	enum verdict verdict;
	double high, low; /* means; NaN where there are no numbers; low without the factor */
	double difference;
	double p;        /* after Holm; NaN where there was no test */
	size_t seeds[2]; /* of high and low; the second 0 where they are pairs */
};

/* Fills finding[claims]; the verdict of all. */
enum verdict claims_judge(const struct measured *, const struct claim *, int claims,
                          struct finding *);

/* What was found in numbers: "0.98 - 0.31 = 0.67 > 0.1, p = 0.002, n = 3 + 3". */
void finding_text(const struct finding *, char *text, size_t size);

#endif
