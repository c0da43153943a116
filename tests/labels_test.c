/* labels_test.c - what predicted labels are worth; number series. */
#include "core/error.h"
#include "data/series.h"
#include "eval/labels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 8 };

/* Scores by hand: F1 = 2 right / (predicted + there) of each label. */
static const struct {
	const char *hypothesis[MOST], *reference[MOST];
	double accuracy, macro_f1;
} scores[] = {
	/* the example of scikit-learn's f1_score: y_true 0 1 2 0 1 2, y_pred 0 2 1 0 0 1: F1 of 0
	   is 2 2 / (3 + 2), the others' 0 */
	{ { "0", "2", "1", "0", "0", "1" }, { "0", "1", "2", "0", "1", "2" }, 100.0 / 3, 80.0 / 3 },
	{ { "a", "b" }, { "a", "b" }, 100, 100 },
	{ { "a", "a" }, { "b", "b" }, 0, 0 },
	/* tags; one is missing, one too many */
	{ { "N V", "N N N" }, { "N V D", "N N" }, 80, (600.0 / 7 + 100 + 0) / 3 },
	{ { "" }, { "x" }, 0, 0 },
};

static void scores_by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof scores / sizeof scores[0]; i++) {
		struct segment h[MOST], r[MOST];
		struct segments hypotheses = { h, 0, NULL }, references = { r, 0, NULL };
		double sum[LABELS_COLUMNS] = { 0 };

		for (size_t j = 0; j < MOST && scores[i].reference[j]; j++) {
			double row[LABELS_COLUMNS];

			h[j] = segment_of(scores[i].hypothesis[j]);
			r[j] = segment_of(scores[i].reference[j]);
			labels_segment(h[j], &r[j], 1, row);
			for (int c = 0; c < LABELS_COLUMNS; c++)
				sum[c] += row[c];
			references.count = hypotheses.count = j + 1;
		}
		if (fabs(labels_accuracy(sum) - scores[i].accuracy) > 1e-9 ||
		    fabs(labels_macro_f1(&hypotheses, &references) - scores[i].macro_f1) > 1e-9)
			fail_msg("case %zu: accuracy %.9g, macro F1 %.9g", i, labels_accuracy(sum),
			         labels_macro_f1(&hypotheses, &references));
	}
}

static void levels_are_in_order_and_all_are_used(void **state)
{
	(void)state;
	for (int q = SERIES_MU_LAW; q <= SERIES_UNIFORM; q++)
		for (int levels = 2; levels <= 256; levels *= 2) {
			int last = 0;

			assert_int_equal(series_level(q, levels, -1e9), 0);
			assert_int_equal(series_level(q, levels, 1e9), levels - 1);
			for (double x = -SERIES_LIMIT; x <= SERIES_LIMIT; x += 1e-4) {
				const int level = series_level(q, levels, x);

				assert_in_range(level, last, last + 1);
				last = level;
			}
			assert_int_equal(last, levels - 1);
		}
	/* ln(1 + 255 / 2) / ln 256 = 0.8757: (1 + 0.8757) / 2 of 256 levels */
	assert_int_equal(series_level(SERIES_MU_LAW, 256, SERIES_LIMIT / 2.0), 240);
	assert_int_equal(series_level(SERIES_UNIFORM, 256, SERIES_LIMIT / 2.0), 192);
}

/* Neither mean nor deviation tells the process. */
static void series_are_standard(void **state)
{
	enum { T = 50 };
	gsl_rng *chance = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	for (int i = 0; i < 10 * SERIES_PROCESSES; i++) {
		double x[T], mean = 0, square = 0;

		series_draw((enum series_process)(i % SERIES_PROCESSES), 0, chance, T, T, x);
		for (int t = 0; t < T; t++) {
			mean += x[t] / T;
			square += x[t] * x[t] / T;
		}
		assert_true(fabs(mean) < 1e-9 && fabs(square - 1) < 1e-9);
	}
	gsl_rng_free(chance);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scores_by_hand),
		cmocka_unit_test(levels_are_in_order_and_all_are_used),
		cmocka_unit_test(series_are_standard),
	};

	return cmocka_run_group_tests_name("labels", tests, NULL, NULL);
}
