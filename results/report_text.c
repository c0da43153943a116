/* report_text.c - numbers, quantities and times as a report writes them. */
#include "results/report_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double report_cell_number(const struct cell *cell)
{
	return cell->type == CELL_INTEGER ? (double)cell->integer
	       : cell->type == CELL_REAL  ? cell->real
	                                  : (double)NAN;
}

const char *report_cell_text(const struct cell *cell)
{
	return cell->type == CELL_TEXT ? cell->text : "";
}

void report_string(struct prose *text, const char *string)
{
	if (string && *string)
		prose_add(text, SPAN_PLAIN, "%s", string);
}

void report_number(struct prose *text, enum span_style style, double value, double deviation,
                   int decimals)
{
	char number[48], spread[48];

	if (isnan(value))
		return;
	if (fabs(value) >= 1e7)
		snprintf(number, sizeof number, "%.2e", value);
	else
		snprintf(number, sizeof number, "%.*f", decimals, value);
	prose_add(text, style, "%s%s", number[0] == '-' ? "−" : "", number + (number[0] == '-'));
	if (isnan(deviation))
		return;
	snprintf(spread, sizeof spread, fabs(deviation) >= 1e7 ? "%.*e" : "%.*f", decimals,
	         deviation);
	prose_add(text, SPAN_PLAIN, " ± %s", spread);
}

void report_quantity(struct prose *text, double value)
{
	char number[48];
	long whole;

	if (!isfinite(value))
		return;
	if (fabs(value) < 1e6) {
		whole = lround(value);
		if (labs(whole) >= 1000)
			prose_add(text, SPAN_PLAIN, "%ld,%03ld", whole / 1000, labs(whole % 1000));
		else
			prose_add(text, SPAN_PLAIN, "%ld", whole);
		return;
	}
	plot_number(number, sizeof number, value);
	whole = (long)strlen(number) - 1;
	if (strchr("MGTPE", number[whole]))
		prose_add(text, SPAN_PLAIN, "%.*s %c", (int)whole, number, number[whole]);
	else
		prose_add(text, SPAN_PLAIN, "%s", number);
}

void report_duration(struct prose *text, double seconds)
{
	if (isnan(seconds))
		return;
	if (seconds < 100)
		prose_add(text, SPAN_PLAIN, "%.*f s", seconds < 10 ? 1 : 0, seconds);
	else if (seconds < 6000)
		prose_add(text, SPAN_PLAIN, "%.1f min", seconds / 60);
	else
		prose_add(text, SPAN_PLAIN, "%.1f h", seconds / 3600);
}

void report_value(struct prose *text, const struct cell *value)
{
	if (value->type == CELL_TEXT)
		report_string(text, value->text);
	else if (value->type == CELL_INTEGER)
		prose_add(text, SPAN_PLAIN, "%ld", value->integer);
	else if (value->type == CELL_REAL)
		prose_add(text, SPAN_PLAIN, "%.6g", value->real);
}

void report_power(struct prose *text, double value)
{
	static const char *const raised[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
	char number[48], *exponent;

	if (!isfinite(value))
		return;
	snprintf(number, sizeof number, "%.2e", value);
	exponent = strchr(number, 'e');
	prose_add(text, SPAN_PLAIN, "%.*s×10", (int)(exponent - number), number);
	exponent++;
	if (*exponent == '-')
		prose_add(text, SPAN_PLAIN, "⁻");
	exponent += 1 + strspn(exponent + 1, "0");
	if (!*exponent)
		prose_add(text, SPAN_PLAIN, "%s", raised[0]);
	for (; *exponent; exponent++)
		prose_add(text, SPAN_PLAIN, "%s", raised[*exponent - '0']);
}
