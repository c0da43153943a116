/* filter_compare.c - comparisons of a condition on runs, by the kind of what is compared. */
#include "results/filter_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* SQLite nests a row of ANDs, one level each, and takes 1000 levels. */
enum { COMPARISONS_MOST = 400 };

/* The SQL of an operator; NULL where there is none such. */
const char *filter_operator(const char *word)
{
	static const char *const known[][2] = {
		{ "=", " = " },   { "==", " = " },  { "!=", " <> " },
		{ "<>", " <> " }, { "<", " < " },   { ">", " > " },
		{ "<=", " <= " }, { ">=", " >= " }, { "~", " GLOB " },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(word, known[i][0]))
			return known[i][1];
	return NULL;
}

static bool is_equality(const char *sql)
{
	return !strcmp(sql, " = ") || !strcmp(sql, " <> ");
}

static bool read_number(const char *word, double *number)
{
	char *end;

	*number = strtod(word, &end);
	return end != word && !*end && isfinite(*number);
}

static bool compare_number(struct filter_parser *p, const struct filter_name *name, const char *sql)
{
	double number;

	if (!strcmp(sql, " GLOB ") || !read_number(p->word, &number))
		return filter_wrong(
			p, "a number must be compared with a number, by =, !=, <, <=, > or >=%s",
			"");
	filter_append(p->filter, "(");
	filter_put(p->filter, name);
	filter_append(p->filter, sql);
	filter_real(p->filter, number);
	filter_append(p->filter, ") IS TRUE");
	return true;
}

static bool compare_text(struct filter_parser *p, const struct filter_name *name, const char *sql)
{
	if (!is_equality(sql) && strcmp(sql, " GLOB ") != 0)
		return filter_wrong(p, "a text is compared by =, != or ~ (a pattern)%s", "");
	filter_append(p->filter, "(");
	filter_put(p->filter, name);
	filter_append(p->filter, sql);
	filter_text(p->filter, p->word);
	filter_append(p->filter, ") IS TRUE");
	return true;
}

static bool compare_status(struct filter_parser *p, const struct filter_name *name, const char *sql)
{
	for (int s = RUN_RUNNING; is_equality(sql) && s <= RUN_FAILED; s++)
		if (!strcmp(p->word, run_status_word((enum run_status)s)))
			return compare_text(p, name, sql);
	return filter_wrong(p, "status is = or != running, interrupted, done or failed%s", "");
}

/* 2026, 2026-01, 2026-01-31, 2026-01-31T12:30 or 2026-01-31T12:30:00Z, and with a space for the T.
 */
static bool read_date(char *word)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	const size_t length = strlen(word);

	if (length != 4 && length != 7 && length != 10 && length != 16 && length < 19)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (i >= sizeof form - 1)
			return false;
		if (form[i] == 'T' && word[i] == ' ')
			word[i] = 'T';
		if (form[i] == 'd' ? word[i] < '0' || word[i] > '9' : word[i] != form[i])
			return false;
	}
	return true;
}

static bool compare_date(struct filter_parser *p, const struct filter_name *name, const char *sql)
{
	if (!strcmp(sql, " GLOB ") || !read_date(p->word))
		return filter_wrong(p, "a date is written 2026-01-31 or 2026-01-31T12:30 (UTC)%s",
		                    "");
	filter_append(p->filter, "(substr(");
	filter_put(p->filter, name);
	filter_append(p->filter, ", 1, ");
	filter_integer(p->filter, (long)strlen(p->word));
	filter_append(p->filter, ")");
	filter_append(p->filter, sql);
	filter_text(p->filter, p->word);
	filter_append(p->filter, ") IS TRUE");
	return true;
}

static bool compare_tag(struct filter_parser *p, const char *sql)
{
	const bool other = !strcmp(sql, " <> ");

	if (!is_equality(sql) && strcmp(sql, " GLOB ") != 0)
		return filter_wrong(p, "a tag is compared by =, != or ~ (a pattern)%s", "");
	filter_append(p->filter, other ? "NOT " : "");
	filter_append(p->filter, "EXISTS (SELECT 1 FROM tags t WHERE t.run = r.id AND t.name");
	filter_append(p->filter, other ? " = " : sql);
	filter_text(p->filter, p->word);
	filter_append(p->filter, ")");
	return true;
}

/* A number is compared with numbers alone: in SQLite any text is greater. */
static bool compare_setting(struct filter_parser *p, const struct filter_name *name,
                            const char *sql)
{
	double number;

	if (strcmp(sql, " GLOB ") != 0 && p->token == TOKEN_WORD && read_number(p->word, &number)) {
		filter_append(p->filter, "(typeof(");
		filter_put(p->filter, name);
		filter_append(p->filter, ") <> 'text' AND ");
		filter_put(p->filter, name);
		filter_append(p->filter, sql);
		filter_real(p->filter, number);
		filter_append(p->filter, ") IS TRUE");
		return true;
	}
	if (!is_equality(sql) && strcmp(sql, " GLOB ") != 0)
		return filter_wrong(p, "a setting is compared by < and > with a number only%s", "");
	filter_append(p->filter, "(CASE json_type(r.settings, ");
	filter_text(p->filter, name->path);
	filter_append(p->filter, ") WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(");
	filter_put(p->filter, name);
	filter_append(p->filter, " AS TEXT) END");
	filter_append(p->filter, sql);
	filter_text(p->filter, p->word);
	filter_append(p->filter, ") IS TRUE");
	return true;
}

bool filter_compare(struct filter_parser *p, const struct filter_name *name, const char *sql)
{
	if (!filter_is_value(p))
		return filter_wrong(p, "a value must follow the operator%s", "");
	if (++p->comparisons > COMPARISONS_MOST)
		return filter_wrong(p, "there are too many comparisons%s", "");
	switch (name->kind) {
	case FILTER_NUMBER:
		return compare_number(p, name, sql);
	case FILTER_TEXT:
		return compare_text(p, name, sql);
	case FILTER_STATUS:
		return compare_status(p, name, sql);
	case FILTER_DATE:
		return compare_date(p, name, sql);
	case FILTER_TAG:
		return compare_tag(p, sql);
	case FILTER_SETTING:
		break;
	}
	return compare_setting(p, name, sql);
}
