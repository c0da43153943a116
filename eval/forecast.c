/* forecast.c - what a forecast of numbers is worth beside what came. */
#include "eval/forecast.h"
#include "core/number.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Goes over the words of a segment from `at` on. */
struct reader {
	const char *at, *end;
};

static struct reader reader_of(struct segment s)
{
	return (struct reader){ s.text, s.text + s.bytes };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether there is another word; *number where it is one, else *is_number becomes false. */
static bool next_word(struct reader *r, double *number, bool *is_number)
{
	char word[NUMBER_TEXT_SIZE];
	const char *start;
	size_t bytes;

	while (r->at < r->end && is_blank(*r->at))
		r->at++;
	start = r->at;
	while (r->at < r->end && !is_blank(*r->at))
		r->at++;
	bytes = (size_t)(r->at - start);
	*is_number = bytes && bytes < sizeof word && !memchr(start, '\0', bytes);
	if (*is_number) {
		memcpy(word, start, bytes);
		word[bytes] = '\0';
		*is_number = number_read_real(word, number);
	}
	return bytes > 0;
}

static void add_errors(struct segment hypothesis, struct segment reference,
                       double row[FORECAST_COLUMNS])
{
	struct reader h = reader_of(hypothesis), r = reader_of(reference);
	double value, forecast = 0;
	bool known, counts;

	row[FORECAST_ERRORS] = row[FORECAST_VALUES] = 0;
	while (next_word(&r, &value, &counts)) {
		next_word(&h, &forecast, &known);
		if (counts) {
			row[FORECAST_ERRORS] += fabs(forecast - value);
			row[FORECAST_VALUES]++;
		}
	}
}

void forecast_segment(struct segment hypothesis, const struct segment *reference, int references,
                      double row[FORECAST_COLUMNS])
{
	double other[FORECAST_COLUMNS];
	bool any = false;

	for (int i = 0; i < references; i++) {
		if (!reference[i].text)
			continue;
		add_errors(hypothesis, reference[i], other);
		if (!any || forecast_mae(other) < forecast_mae(row))
			memcpy(row, other, sizeof other);
		any = true;
	}
	assert(any);
}

double forecast_mae(const double row[FORECAST_COLUMNS])
{
	return row[FORECAST_VALUES] > 0 ? row[FORECAST_ERRORS] / row[FORECAST_VALUES] : 0;
}

/* The mean step between neighbours; 0: there are none. */
static double mean_step(struct segment series)
{
	struct reader r = reader_of(series);
	double x, last = 0, sum = 0, count = 0;
	bool is_number, before = false;

	while (next_word(&r, &x, &is_number)) {
		if (!is_number)
			continue;
		if (before) {
			sum += fabs(x - last);
			count++;
		}
		last = x;
		before = true;
	}
	return count > 0 ? sum / count : 0;
}

double forecast_scaled(struct segment series, struct segment hypothesis, struct segment reference)
{
	const double step = mean_step(series);
	double row[FORECAST_COLUMNS];

	forecast_segment(hypothesis, &reference, 1, row);
	return step > 0 && row[FORECAST_VALUES] > 0 ? forecast_mae(row) / step : (double)NAN;
}
