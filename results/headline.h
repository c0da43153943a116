/* headline.h - the score that ranks runs: one metric for each kind of task. */
#ifndef BAKEOFF_HEADLINE_H
#define BAKEOFF_HEADLINE_H

#include <stdbool.h>

/* Their names, as a list of SQL; a run has scores of at most one of them, but for pictures, whose
 * BLEU does not count. */
#define HEADLINE_METRICS "'BLEU', 'bits_per_character', 'accuracy', 'MAE', 'picture_accuracy'"

/* FROM clause of SQL: a run's scores (s) of that metric (m), one a test set. */
#define HEADLINE_OF(run)                                                                           \
	"FROM scores s JOIN metrics m ON m.id = s.metric AND m.name IN (" HEADLINE_METRICS ")"     \
	" WHERE s.run = " run " AND (m.name <> 'BLEU' OR NOT EXISTS (SELECT 1 FROM scores p"       \
	" JOIN metrics q ON q.id = p.metric AND q.name = 'picture_accuracy' WHERE p.run = " run "))"

/* Whether a metric is one of them. */
bool headline_is(const char *metric);

#endif
