/* heatmap_test.c - SVG of weights: every cell in its place, labels that can do no harm. */
#include "core/error.h"
#include "results/heatmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *drawn(const struct heatmap *map, const char *id)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	heatmap_write_svg(out, map, id);
	fclose(out);
	return text;
}

static int count(const char *text, const char *what)
{
	int n = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		n++;
	return n;
}

static void each_weight_is_a_cell(void **state)
{
	static const char *const row[] = { "a", "b" }, *const column[] = { "x", "y", "z" };
	const double weight[] = { 0.25, 0.75, 0, 1, 0, 0 };
	const struct heatmap map = { "weights", 2, 3, row, column, weight };
	char *text = drawn(&map, NULL);

	(void)state;
	assert_non_null(strstr(text, "xmlns"));
	assert_non_null(strstr(text, "fill-opacity=\"0.500\"><title>a → x: 0.250</title>"));
	assert_non_null(strstr(text, "fill-opacity=\"1.000\"><title>b → x: 1.000</title>"));
	assert_int_equal(count(text, "→"), 3 + 2);
	assert_non_null(strstr(text, "a → y 0.75; b → x 1.00</desc>"));
	free(text);
	text = drawn(&map, "one");
	assert_null(strstr(text, "xmlns"));
	assert_null(strstr(text, "<style>"));
	assert_non_null(strstr(text, "aria-labelledby=\"one-t one-d\""));
	free(text);
}

static void labels_do_no_harm(void **state)
{
	static const char *const label[] = { "<script>alert(1)</script>",
		                             "\" onload=\"alert(1)",
		                             "]]>&amp;",
		                             "\033[31m\001\177",
		                             "\377\376",
		                             "\342\200\256",
		                             "" };
	double weight[7 * 7];
	const struct heatmap map = { label[0], 7, 7, label, label, weight };
	char *text;

	(void)state;
	for (int i = 0; i < 7 * 7; i++)
		weight[i] = i % 2 ? 1e300 : -1;
	text = drawn(&map, NULL);
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "onload=\""));
	assert_null(strstr(text, "&amp;&"));
	assert_null(strstr(text, "inf"));
	assert_null(strstr(text, "nan"));
	for (const char *p = text; *p; p++)
		assert_true((unsigned char)*p >= 32 || *p == '\n' || *p == '\t');
	assert_null(strchr(text, '\377'));
	free(text);
}

static void nothing_can_be_drawn(void **state)
{
	const struct heatmap map = { "nothing", 0, 0, NULL, NULL, NULL };
	char *text = drawn(&map, NULL);

	(void)state;
	assert_non_null(strstr(text, "</svg>"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_weight_is_a_cell),
		cmocka_unit_test(labels_do_no_harm),
		cmocka_unit_test(nothing_can_be_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
