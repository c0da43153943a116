/* fixture_scores.h - cases of metrics and of significance tests. */
#ifndef BAKEOFF_FIXTURE_SCORES_H
#define BAKEOFF_FIXTURE_SCORES_H

#include "eval/metric.h"
#include "tests/fixture_expect.h"

/* The metric of a case and its settings; NULL, with the reason, where this program lacks them. */
const struct metric *fixture_metric(const char *name, const json_t *settings,
                                    union metric_settings *, struct outcome *);

/* Reads FOLDER/name for each name of an array; `missing`: empty lines of any file but the first
 * are no segments. NULL, with the reason, on error. */
struct segments *fixture_texts(const char *folder, const json_t *names, bool missing,
                               struct outcome *);
void fixture_texts_free(struct segments *, size_t count);

/* A case whose metric is bleu, chrf or ter; one that is bleu-counts; one that is bootstrap,
 * randomization or confidence. */
void fixture_score(const char *folder, const json_t *given, struct outcome *);
void fixture_counts(const json_t *given, struct outcome *);
void fixture_significance(const char *folder, const json_t *given, struct outcome *);

/* A line of generator.jsonl. */
void fixture_generator(const char *folder, const json_t *given, struct outcome *);

#endif
