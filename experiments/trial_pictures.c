/* trial_pictures.c - what a trial drew or said of pictures, checked. */
#include "data/generator.h"
#include "data/task.h"
#include "eval/picture_score.h"
#include "experiments/trial_parts.h"

#include <math.h>

/* What is asked for is the caption, when drawing, and what it is compared with is drawn; when
 * describing, both are captions. */
static void add(struct picture_tally *tally, const struct translation *t, bool draws)
{
	const struct facts wanted = picture_facts_of_caption(draws ? t->source : t->reference);
	const struct facts given = draws ? picture_facts_of_text(t->hypothesis)
	                                 : picture_facts_of_caption(t->hypothesis);

	picture_tally_add(tally, &wanted, &given);
}

bool trial_score_pictures(struct work *w, const struct corpus *test, const struct translation *t,
                          double seconds)
{
	const struct generator *generator = task_of(&w->trial->experiment->data)->generator;
	struct picture_tally tally = { { 0 }, { 0 } };

	if (generator != &generate_draw && generator != &generate_describe)
		return true;
	for (size_t i = 0; i < test->sentences; i++)
		add(&tally, &t[i], generator == &generate_draw);
	for (int m = 0; m < PICTURE_METRICS; m++) {
		const enum picture_metric metric = (enum picture_metric)m;
		const double accuracy = picture_accuracy(&tally, metric);

		if (!isnan(accuracy) && !trial_keep_score(w, picture_metric_name(metric), accuracy,
		                                          NULL, test, seconds))
			return false;
		if (metric == PICTURE_WHOLE) {
			w->news.metric = picture_metric_name(metric);
			w->news.score = accuracy;
		}
	}
	return true;
}
