/* report_verdicts.c - which differences a test over seeds and sentences carries. */
#include "results/report_parts.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TESTED = 8, ALL_SAID = 6 }; /* setups; pairs up to which all have their sentence */

bool report_test(struct report *r)
{
	const struct report_score *headline = &r->scores[r->headline];
	const struct metric *metric = metric_find(headline->metric);

	if (!metric || !headline->test_set || r->setup_count < 2 || r->setup_count > TESTED)
		return true;
	return contest_read(&r->contest, r->database, r->experiment, metric, NULL, r->error);
}

static const struct contest_pair *pair_of(const struct report *r, const struct report_score *s,
                                          size_t a, size_t b)
{
	if (!r->contest.pair_count || !s->test_set || strcmp(s->metric, r->contest.metric->name))
		return NULL;
	return contest_find(&r->contest, s->test_set, r->setups[a].id, r->setups[b].id);
}

bool report_told_apart(const struct report *r, const struct report_score *s, size_t setup)
{
	const size_t best = report_best(r, s);
	const struct contest_pair *pair =
		best == SIZE_MAX || best == setup ? NULL : pair_of(r, s, best, setup);

	return pair && pair->verdict == CONTEST_BETTER;
}

static void say(struct report *r, const struct contest_pair *pair)
{
	char *sentence = contest_sentence(&r->contest, pair);
	struct prose *item = document_item(r->document);

	prose_add(item, pair->verdict == CONTEST_BETTER ? SPAN_STRONG : SPAN_PLAIN, "%s", sentence);
	prose_add(item, SPAN_PLAIN, ".");
	free(sentence);
}

/* Whether a sentence on the pair is wanted: of many, only of those with the best of the test set.
 */
static bool wanted(const struct contest *c, size_t i)
{
	if (c->pair_count <= ALL_SAID)
		return true;
	for (size_t k = 0; k < c->pair_count; k++)
		if (c->pairs[k].test_set == c->pairs[i].test_set &&
		    c->pairs[k].second == c->pairs[i].first)
			return false;
	return true;
}

bool report_verdicts(struct report *r)
{
	const struct contest *c = &r->contest;
	size_t tested = 0;

	for (size_t i = 0; i < c->pair_count; i++)
		tested += c->pairs[i].verdict != CONTEST_UNTESTED;
	if (!tested && c->pair_count)
		prose_add(document_paragraph(r->document), SPAN_PLAIN,
		          "No difference is tested: %s.", c->pairs[0].refusal);
	for (size_t i = 0; i < c->pair_count && tested; i++)
		if (wanted(c, i))
			say(r, &c->pairs[i]);
	if (r->setup_count > TESTED && r->scores[r->headline].test_set)
		prose_add(document_paragraph(r->document), SPAN_PLAIN,
		          "Among so many contestants no difference is tested: the best of many is "
		          "partly the luckiest. Choose one before looking and compare the others "
		          "with "
		          "it (compare --baseline).");
	return true;
}
