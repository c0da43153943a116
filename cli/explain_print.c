/* explain_print.c - an explanation as tables, or as JSON. */
#include "cli/explain.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

enum { TEXT_SIZE = 128 };

static void put(struct cell *cell, const char *text)
{
	cell_text(cell, text, strlen(text));
}

/* "encoder 1-6", layers counted from 1. */
static void write_place(const struct explain_row *row, char text[TEXT_SIZE])
{
	const int first = row->place.layer + 1, last = row->place.layer + row->layers;

	if (!row->layers)
		snprintf(text, TEXT_SIZE, "%s", row->place.section);
	else if (first == last)
		snprintf(text, TEXT_SIZE, "%s %d", row->place.section, first);
	else
		snprintf(text, TEXT_SIZE, "%s %d-%d, each", row->place.section, first, last);
}

/* The parameter without the side and layer that the row is in. */
static const char *short_name(const struct explain_row *row)
{
	static const char *const side[] = { "encoder.", "decoder." };
	const char *name = row->weights ? row->weights : "";
	size_t digits;

	for (int i = 0; i < SIDES; i++)
		if (!strncmp(name, side[i], strlen(side[i])))
			name += strlen(side[i]);
	digits = strspn(name, "0123456789");
	return digits && name[digits] == '.' ? name + digits + 1 : name;
}

/* Steps as the letter of their sentence. */
static void write_steps(const struct explanation *e, const struct explain_row *row,
                        char text[TEXT_SIZE])
{
	static const char letter[SIDES] = { 'S', 'T' };
	const bool source = strcmp(row->place.section, "target") &&
	                    strcmp(row->place.section, "decoder") &&
	                    strcmp(row->place.section, "output");
	const int own = source ? SIDE_SOURCE : SIDE_TARGET;

	if (row->t == 1)
		snprintf(text, TEXT_SIZE, "1");
	else if (row->t == e->length[own] || row->t == e->length[!own])
		snprintf(text, TEXT_SIZE, "%c", letter[row->t == e->length[own] ? own : !own]);
	else if (row->t == e->length[0] + e->length[1])
		snprintf(text, TEXT_SIZE, "(S+T)");
	else
		snprintf(text, TEXT_SIZE, "%d", row->t);
}

/* "S x N x 512"; of weights, which have no sentences, "512 x 1536". */
static void write_shape(const struct explanation *e, const struct explain_row *row,
                        char text[TEXT_SIZE])
{
	char steps[TEXT_SIZE];

	write_steps(e, row, steps);
	if (row->t == 1 && row->n > 1)
		snprintf(text, TEXT_SIZE, "%d x %d", row->n, row->c);
	else if (row->t == 1 && row->n == 1 && row->c == 1)
		snprintf(text, TEXT_SIZE, "1");
	else
		snprintf(text, TEXT_SIZE, "%.16s x N x %d", steps, row->c);
}

static void add_row(struct table *table, const struct explanation *e, const struct explain_row *row)
{
	struct cell *cell = table_add_row(table);
	char text[TEXT_SIZE];

	write_place(row, text);
	put(&cell[0], text);
	put(&cell[1], row->place.part ? row->place.part : "");
	put(&cell[2], row->operation);
	put(&cell[3], short_name(row));
	write_shape(e, row, text);
	put(&cell[4], text);
	if (row->times > 1)
		cell_integer(&cell[5], row->times);
	if (row->parameters > 0)
		cell_integer(&cell[6], lround(row->parameters));
	if (row->multiply_adds > 0)
		cell_integer(&cell[7], lround(row->multiply_adds));
	if (row->products)
		cell_integer(&cell[8], (long)row->products);
}

static void add_total(struct table *table, const struct explanation *e)
{
	struct cell *cell = table_add_row(table);

	put(&cell[0], "all");
	cell_integer(&cell[6], lround(e->parameters));
	cell_integer(&cell[7], lround(e->multiply_adds));
	cell_integer(&cell[8], (long)e->sequential);
}

static const char *const flow_columns[] = {
	"where", "part",       "operation",     "weights",    "shape",
	"times", "parameters", "multiply-adds", "sequential", NULL,
};

static const char *const cost_columns[] = {
	"",           "layers",     "parameters",   "multiply-adds",
	"of a layer", "sequential", "longest path", "receptive field",
	NULL,
};

static const char *const route_name[ROUTES] = { "encoder", "decoder", "source to target" };

static const char *name_of(const struct explanation *e, int route)
{
	return route == ROUTE_CROSS && !e->has[SIDE_TARGET] ? "source to label" : route_name[route];
}

static void add_path(struct cell *cell, const struct explanation *e, int route)
{
	const struct explain_path *path = &e->path[route];
	const int all = e->length[route == ROUTE_DECODER ? SIDE_TARGET : SIDE_SOURCE];
	char text[TEXT_SIZE];

	snprintf(text, sizeof text, "%d%s", path->longest, path->apart ? ", not between all" : "");
	put(&cell[0], text);
	snprintf(text, sizeof text, path->field == all && !path->apart ? "all %d" : "%d of %d",
	         path->field, all);
	put(&cell[1], text);
}

static void add_route(struct table *table, const struct explanation *e, int route)
{
	struct cell *cell;

	if ((route < SIDES && !e->has[route]) || (route == ROUTE_CROSS && !e->length[SIDE_SOURCE]))
		return;
	cell = table_add_row(table);
	put(&cell[0], name_of(e, route));
	if (route < SIDES) {
		const struct explain_side *s = &e->side[route];

		cell_integer(&cell[1], (long)s->layers);
		cell_integer(&cell[2], lround(s->parameters));
		cell_integer(&cell[3], lround(s->multiply_adds));
		if (s->layers)
			cell_integer(&cell[4], lround(s->multiply_adds / s->layers));
		cell_integer(&cell[5], (long)s->sequential);
	}
	add_path(&cell[6], e, route);
}

static bool print_table(FILE *out, struct table *table, const char *title, enum table_format format,
                        struct error *error)
{
	bool good;

	table_print_title(out, title, format);
	good = table_print(out, table, format, error);
	table_free(table);
	return good;
}

static bool print_flow(FILE *out, const struct explanation *e, const char *name,
                       enum table_format format, struct error *error)
{
	struct table table = { 0 };
	char title[256];

	for (int i = 0; flow_columns[i]; i++)
		table_add_column(&table, flow_columns[i], 0, false);
	for (size_t i = 0; i < e->rows; i++)
		add_row(&table, e, &e->row[i]);
	add_total(&table, e);
	if (!e->length[SIDE_SOURCE])
		snprintf(title, sizeof title, "%s: N = 1 text of T = %d tokens", name,
		         e->length[SIDE_TARGET]);
	else
		snprintf(title, sizeof title,
		         e->has[SIDE_TARGET]
		                 ? "%s: N = 1 sentence of S = %d tokens to one of T = %d"
		                 : "%s: N = 1 sentence of S = %d tokens, labels: %d",
		         name, e->length[SIDE_SOURCE], e->length[SIDE_TARGET]);
	return print_table(out, &table, title, format, error);
}

static bool print_costs(FILE *out, const struct explanation *e, enum table_format format,
                        struct error *error)
{
	struct table table = { 0 };

	for (int i = 0; cost_columns[i]; i++)
		table_add_column(&table, cost_columns[i], 0, false);
	for (int route = 0; route < ROUTES; route++)
		add_route(&table, e, route);
	return print_table(out, &table,
	                   "sequential: matrix products of which each waits for the one before; "
	                   "path: hops between positions",
	                   format, error);
}

/* "256 n\u00b2 + 1024 n + 1", "n - 1". */
static void write_polynomial(const double *c, int coefficients, char text[TEXT_SIZE])
{
	static const char *const power[] = { "", " n", " n\u00b2" };
	size_t used = 0;

	*text = '\0';
	for (int i = coefficients - 1; i >= 0 && used < TEXT_SIZE - 40; i--) {
		const bool one = i && fabs(c[i]) == 1;
		const char *sign = used ? c[i] < 0 ? " - " : " + " : c[i] < 0 ? "-" : "";

		if (isnan(c[i]) || (c[i] == 0 && (i || used)))
			continue;
		used += (size_t)snprintf(text + used, TEXT_SIZE - used, "%s", sign);
		if (!one)
			used += (size_t)snprintf(text + used, TEXT_SIZE - used, "%.10g",
			                         fabs(c[i]));
		used += (size_t)snprintf(text + used, TEXT_SIZE - used, "%s",
		                         power[i] + (one ? 1 : 0));
	}
}

static bool print_growth(FILE *out, const struct explanation *e,
                         const struct explain_growth growth[SIDES], enum table_format format,
                         struct error *error)
{
	static const char *const columns[] = { "n tokens on both sides", "multiply-adds of a layer",
		                               "sequential", "longest path", NULL };
	struct table table = { 0 };
	char text[TEXT_SIZE];

	for (int i = 0; columns[i]; i++)
		table_add_column(&table, columns[i], 0, false);
	for (int side = 0; side < SIDES; side++) {
		struct cell *cell = e->has[side] ? table_add_row(&table) : NULL;

		if (!cell)
			continue;
		put(&cell[0], route_name[side]);
		write_polynomial(growth[side].multiply_adds, 3, text);
		put(&cell[1], text);
		write_polynomial(growth[side].sequential, 2, text);
		put(&cell[2], text);
		write_polynomial(growth[side].path, 2, text);
		put(&cell[3], growth[side].apart ? "not between all"
		              : *text            ? text
		                                 : "grows in steps");
	}
	return print_table(out, &table, "table 1 of \"Attention Is All You Need\", of this model",
	                   format, error);
}

static json_t *coefficients(const double *c, int count)
{
	json_t *list = json_array();

	for (int i = 0; i < count; i++)
		json_array_append_new(list, isnan(c[i]) ? json_null() : json_real(c[i]));
	return list;
}

static json_t *row_to_json(const struct explain_row *row)
{
	return json_pack("{s:s, s:i, s:i, s:s?, s:s, s:s?, s:[iii], s:i, s:I, s:I, s:i}", "section",
	                 row->place.section, "layer", row->layers ? row->place.layer + 1 : 0,
	                 "layers", row->layers, "part", row->place.part, "operation",
	                 row->operation, "weights", row->weights, "shape", row->t, row->n, row->c,
	                 "times", row->times, "parameters", (json_int_t)lround(row->parameters),
	                 "multiply_adds", (json_int_t)lround(row->multiply_adds), "sequential",
	                 row->products);
}

static json_t *route_to_json(const struct explanation *e, const struct explain_growth growth[SIDES],
                             int route)
{
	const struct explain_path *p = &e->path[route];
	json_t *object =
		json_pack("{s:s, s:i, s:b, s:i}", "route", name_of(e, route), "longest_path",
	                  p->longest, "between_all", !p->apart, "receptive_field", p->field);

	if (route < SIDES) {
		const struct explain_side *s = &e->side[route];

		json_object_update_new(
			object,
			json_pack("{s:i, s:I, s:I, s:i, s:o, s:o, s:o}", "layers", s->layers,
		                  "parameters", (json_int_t)lround(s->parameters), "multiply_adds",
		                  (json_int_t)lround(s->multiply_adds), "sequential", s->sequential,
		                  "multiply_adds_of_layer_in_n",
		                  coefficients(growth[route].multiply_adds, 3), "sequential_in_n",
		                  coefficients(growth[route].sequential, 2), "longest_path_in_n",
		                  coefficients(growth[route].path, 2)));
	}
	return object;
}

static bool print_json(FILE *out, const struct explanation *e,
                       const struct explain_growth growth[SIDES], const char *name,
                       struct error *error)
{
	json_t *rows = json_array(), *routes = json_array(), *all;
	bool good;

	for (size_t i = 0; i < e->rows; i++)
		json_array_append_new(rows, row_to_json(&e->row[i]));
	for (int route = 0; route < ROUTES; route++)
		if (route >= SIDES || e->has[route])
			json_array_append_new(routes, route_to_json(e, growth, route));
	all = json_pack("{s:s, s:i, s:i, s:I, s:I, s:i, s:o, s:o}", "model", name, "source",
	                e->length[SIDE_SOURCE], "target", e->length[SIDE_TARGET], "parameters",
	                (json_int_t)lround(e->parameters), "multiply_adds",
	                (json_int_t)lround(e->multiply_adds), "sequential", e->sequential, "rows",
	                rows, "routes", routes);
	good = all && !json_dumpf(all, out, JSON_INDENT(1)) && putc('\n', out) != EOF;
	json_decref(all);
	return good || error_set(error, "the output cannot be written");
}

bool explain_print(FILE *out, const struct explanation *e,
                   const struct explain_growth growth[SIDES], const char *name,
                   enum table_format format, struct error *error)
{
	if (format == TABLE_JSON)
		return print_json(out, e, growth, name, error);
	return print_flow(out, e, name, format, error) && print_costs(out, e, format, error) &&
	       print_growth(out, e, growth, format, error);
}
