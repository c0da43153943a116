/* fixture_expect.c - compares, and keeps the largest difference. */
#include "tests/fixture_expect.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void put(struct outcome *outcome, enum verdict verdict, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(outcome->why, sizeof outcome->why, format, arguments);
	va_end(arguments);
	outcome->verdict = verdict;
}

void expect_number(struct outcome *outcome, const char *name, const json_t *expected, double actual,
                   double most)
{
	double by =
		json_is_number(expected) ? fabs(json_number_value(expected) - actual) : HUGE_VAL;

	if (by <= most || (outcome->verdict == FAILED && !(by > outcome->worst)))
		return;
	outcome->worst = by;
	put(outcome, FAILED, "%.3g (%s is %.17g)", by, name, actual);
}

void expect_member(struct outcome *outcome, const json_t *object, const char *name, double actual,
                   double most)
{
	expect_number(outcome, name, json_object_get(object, name), actual, most);
}

void expect_array(struct outcome *outcome, const json_t *array, const char *name,
                  const double *actual, size_t count, double most)
{
	if (json_array_size(array) != count) {
		put(outcome, FAILED, "length (%s has %zu numbers, not %zu)", name, count,
		    json_array_size(array));
		return;
	}
	for (size_t i = 0; i < count; i++) {
		char place[NAME_SIZE];

		snprintf(place, sizeof place, "%s[%zu]", name, i);
		expect_number(outcome, place, json_array_get(array, i), actual[i], most);
	}
}

void expect_text(struct outcome *outcome, const json_t *object, const char *name,
                 const char *actual)
{
	const char *expected = json_string_value(json_object_get(object, name));

	if (!expected || strcmp(expected, actual))
		put(outcome, FAILED, "text (%s is \"%s\", not \"%s\")", name, actual,
		    expected ? expected : "");
}
