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
	const char *baseline = r->guide->baseline;
	const struct metric *metric = metric_find(headline->test_set ? headline->metric : "BLEU");

	if (!baseline && (!headline->test_set || r->setup_count < 2 || r->setup_count > TESTED))
		return true;
	return !metric ||
	       contest_read(&r->contest, r->database, r->experiment, metric, baseline, r->error);
}

static const struct contest_pair *pair_of(const struct report *r, const struct report_score *s,
                                          size_t a, size_t b)
{
	if (!r->contest.pair_count || !s->test_set || strcmp(s->metric, r->contest.metric->name))
		return NULL;
	return contest_find(&r->contest, s->test_set, r->setups[a].id, r->setups[b].id);
}

/* Whom the marks of a test are about: the baseline, or else the best. */
static size_t rival_of(const struct report *r, const struct report_score *s)
{
	for (size_t i = 0; i < r->setup_count && r->guide->baseline; i++)
		if (!strcmp(r->setups[i].label, r->guide->baseline))
			return i;
	return report_best(r, s);
}

bool report_told_apart(const struct report *r, const struct report_score *s, size_t setup)
{
	const size_t rival = rival_of(r, s);
	const struct contest_pair *pair =
		rival == SIZE_MAX || rival == setup ? NULL : pair_of(r, s, rival, setup);

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

/* Whether a sentence on the pair is wanted: of many, only of those with the best of the test set,
 * or of the differences from the baseline. */
static bool wanted(const struct report *r, size_t i)
{
	const struct contest *c = &r->contest;

	if (c->pair_count <= ALL_SAID)
		return true;
	if (r->guide->baseline)
		return c->pairs[i].verdict == CONTEST_BETTER;
	for (size_t k = 0; k < c->pair_count; k++)
		if (c->pairs[k].test_set == c->pairs[i].test_set &&
		    c->pairs[k].second == c->pairs[i].first)
			return false;
	return true;
}

bool report_verdicts(struct report *r)
{
	const struct contest *c = &r->contest;
	size_t tested = 0, said = 0;

	for (size_t i = 0; i < c->pair_count; i++)
		tested += c->pairs[i].verdict != CONTEST_UNTESTED;
	if (!tested && c->pair_count)
		prose_add(document_paragraph(r->document), SPAN_PLAIN,
		          "No difference is tested: %s.", c->pairs[0].refusal);
	for (size_t i = 0; i < c->pair_count && tested; i++)
		if (wanted(r, i)) {
			say(r, &c->pairs[i]);
			said++;
		}
	if (r->guide->baseline && said < tested)
		prose_add(document_item(r->document), SPAN_PLAIN,
		          "%zu of %zu tests against %s end in a tie (the numbers: bakeoff compare "
		          "--pairs --baseline).",
		          tested - said, tested, r->guide->baseline);
	if (!r->guide->baseline && r->setup_count > TESTED && r->scores[r->headline].test_set)
		prose_add(document_paragraph(r->document), SPAN_PLAIN,
		          "Among so many contestants no difference is tested: the best of many is "
		          "partly the luckiest. Choose one before looking and test the others "
		          "against it (--baseline NAME).");
	return true;
}
