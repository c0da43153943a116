/* range.c - ranges of a grid. */
#include "experiments/range.h"
#include "experiments/keys.h"

#include <math.h>
#include <stdio.h>

enum { POINTS_MOST = 1000 };

struct range_settings {
	double from, to, step;
	int scale;
	long points;
};

#define S struct range_settings
static const struct setting table[] = {
	SETTING_OF_REAL(S, from, "from", "0", -1e15, 1e15, "first value"),
	SETTING_OF_REAL(S, to, "to", "0", -1e15, 1e15, "last value"),
	SETTING_OF_REAL(S, step, "step", "0", 0, 1e15,
	                "values are `from` and whole steps above it; 0: any"),
	SETTING_OF_WORD(S, scale, "scale", "linear", "linear|log", "what is even between points"),
	SETTING_OF_INT(S, points, "points", "0", 0, POINTS_MOST, "how many values"),
	{ .name = NULL },
};
#undef S

bool range_is(const struct node *map)
{
	return map->kind == NODE_MAP && node_child(map, "from");
}

bool range_read(struct range *range, const struct node *map, struct error *error)
{
	struct range_settings s;
	const struct keys_target target[] = { { table, &s }, { NULL, NULL } };

	settings_default(table, &s);
	if (!keys_read(map, target, NULL, error))
		return false;
	*range = (struct range){ s.from, s.to, s.scale == 1, s.step, (int)s.points };
	if (!node_child(map, "to") || s.to <= s.from)
		return node_error(map, error,
		                  ": needs a `to` above `from`, as in {from: 1, to: 8}");
	if (range->log && s.from <= 0)
		return node_error(map, error, ": scale: log needs a `from` above 0");
	if (s.points == 1)
		return node_error(map, error, ": one point is no range; write the value as [%g]",
		                  s.from);
	return true;
}

int range_count(const struct range *r, int most)
{
	double steps;

	if (r->points || r->step <= 0)
		return r->points;
	steps = floor((r->to - r->from) / r->step + 1e-9);
	return steps >= most ? most + 1 : (int)steps + 1;
}

/* To the nearest step within the range. */
static double rounded(const struct range *r, double x)
{
	double steps;

	if (r->step <= 0)
		return x;
	steps = fmin(round((x - r->from) / r->step), floor((r->to - r->from) / r->step + 1e-9));
	return r->from + r->step * steps;
}

static double between(const struct range *r, double share)
{
	return rounded(r, r->log ? r->from * pow(r->to / r->from, share)
	                         : r->from + (r->to - r->from) * share);
}

double range_at(const struct range *r, int i)
{
	if (!r->points)
		return r->from + r->step * i;
	return between(r, (double)i / (r->points - 1));
}

double range_share(const struct range *r, double share)
{
	const int points = range_count(r, POINTS_MOST);

	if (r->points)
		return range_at(r, (int)(share * points));
	if (r->step > 0 && !r->log && points <= POINTS_MOST)
		return range_at(r, (int)(share * points));
	return between(r, share);
}

void range_text(double value, char text[RANGE_TEXT])
{
	snprintf(text, RANGE_TEXT, "%.6g", value);
	if (value == floor(value) && fabs(value) < 1e15)
		snprintf(text, RANGE_TEXT, "%.0f", value);
}
