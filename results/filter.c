/* filter.c - a condition on runs, as a user writes it, made into SQL with bound parameters. */
#include "results/filter.h"

#include "results/filter_parts.h"
#include "results/statement.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MOST = 100 };

struct filter_value {
	char type; /* of statement_bind */
	long integer;
	double real;
	char *text;
};

static struct filter_value *add_value(struct filter *f, char type)
{
	f->value = memory_resize(f->value, (size_t)f->values + 1, sizeof *f->value);
	f->value[f->values] = (struct filter_value){ .type = type };
	if (!f->sql)
		f->sql = sqlite3_str_new(NULL);
	sqlite3_str_appendf(f->sql, "?%d", f->values + 1);
	return &f->value[f->values++];
}

void filter_append(struct filter *f, const char *sql)
{
	if (!f->sql)
		f->sql = sqlite3_str_new(NULL);
	sqlite3_str_appendall(f->sql, sql);
}

void filter_integer(struct filter *f, long value)
{
	add_value(f, 'i')->integer = value;
}

void filter_real(struct filter *f, double value)
{
	add_value(f, 'r')->real = value;
}

void filter_text(struct filter *f, const char *value)
{
	add_value(f, 't')->text = memory_text(value);
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	for (int i = 0; i < f->values; i++)
		free(f->value[i].text);
	free(f->value);
	sqlite3_free(sqlite3_str_finish(f->sql));
	*f = (struct filter){ 0 };
}

sqlite3_stmt *filter_prepare(struct filter *f, struct database *database, struct error *error)
{
	const char *sql = f->sql ? sqlite3_str_value(f->sql) : "";
	sqlite3_stmt *statement =
		statement_new(database->handle, database->path, error, sql ? sql : "", "");

	for (int i = 0; statement && i < f->values; i++) {
		const struct filter_value *v = &f->value[i];

		if (v->type == 'i')
			sqlite3_bind_int64(statement, i + 1, v->integer);
		else if (v->type == 'r')
			sqlite3_bind_double(statement, i + 1, v->real);
		else
			sqlite3_bind_text(statement, i + 1, v->text, -1, SQLITE_STATIC);
	}
	return statement;
}

/* Puts the place before what is wrong there: "column 7, near "foo": ...". */
bool filter_wrong(struct filter_parser *p, const char *format, const char *word)
{
	size_t column = 1;

	for (const char *c = p->start; c < p->at; c++)
		column += (*c & 0xc0) != 0x80; /* characters, not bytes, of UTF-8 */
	error_set(p->error, format, word);
	if (p->token == TOKEN_END)
		return error_prefix(p->error, "column %zu, at the end", column);
	return error_prefix(p->error, "column %zu, near \"%.*s\"", column,
	                    (int)(p->next - p->at < 40 ? p->next - p->at : 40), p->at);
}

static void keep_word(struct filter_parser *p, const char *text, size_t length)
{
	p->word = memory_resize(p->word, length + 1, 1);
	memcpy(p->word, text, length);
	p->word[length] = '\0';
}

static bool scan_quoted(struct filter_parser *p)
{
	const char *close = strchr(p->at + 1, *p->at);

	p->token = TOKEN_QUOTED;
	if (!close) {
		p->next = p->at + strlen(p->at);
		return filter_wrong(p, "the quote is not closed%s", "");
	}
	keep_word(p, p->at + 1, (size_t)(close - p->at) - 1);
	p->next = close + 1;
	return true;
}

/* Takes the next token. */
static bool scan(struct filter_parser *p)
{
	static const char ends[] = " \t\r\n()=!<>~,\"'";
	size_t length;

	p->at = p->next + strspn(p->next, " \t\r\n");
	p->next = p->at + 1;
	switch (*p->at) {
	case '\0':
		p->next = p->at;
		p->token = TOKEN_END;
		return true;
	case '(':
		p->token = TOKEN_OPEN;
		return true;
	case ')':
		p->token = TOKEN_CLOSE;
		return true;
	case ',':
		p->token = TOKEN_COMMA;
		return true;
	case '"':
	case '\'':
		return scan_quoted(p);
	default:
		length = strspn(p->at, "=!<>~");
		p->token = length ? TOKEN_OPERATOR : TOKEN_WORD;
		if (!length)
			length = strcspn(p->at, ends);
		keep_word(p, p->at, length);
		p->next = p->at + length;
		return true;
	}
}

static bool is_key_word(const struct filter_parser *p, const char *word)
{
	return p->token == TOKEN_WORD && !strcasecmp(p->word, word);
}

bool filter_is_value(const struct filter_parser *p)
{
	return p->token == TOKEN_WORD || p->token == TOKEN_QUOTED;
}

/* IN is read: "(" VALUE { "," VALUE } ")". */
static bool parse_list(struct filter_parser *p, const struct filter_name *name)
{
	if (!scan(p))
		return false;
	if (p->token != TOKEN_OPEN)
		return filter_wrong(p, "IN needs a list, as in status in (done, failed)%s", "");
	filter_append(p->filter, "(");
	for (bool first = true; first || p->token == TOKEN_COMMA; first = false) {
		filter_append(p->filter, first ? "" : " OR ");
		if (!scan(p) || !filter_compare(p, name, " = ") || !scan(p))
			return false;
	}
	if (p->token != TOKEN_CLOSE)
		return filter_wrong(p, "a list goes on with a comma or ends with )%s", "");
	filter_append(p->filter, ")");
	return scan(p);
}

static bool parse_comparison(struct filter_parser *p)
{
	struct filter_name name;
	struct error reason;
	char *word = memory_text(p->word);
	const char *sql;
	bool good = filter_find(p->database, word, &name, &reason) ||
	            filter_wrong(p, "%s", reason.message);

	if (good && (good = scan(p)) && is_key_word(p, "in")) {
		good = parse_list(p, &name);
	} else if (good) {
		sql = p->token == TOKEN_OPERATOR ? filter_operator(p->word) : NULL;
		if (!sql)
			good = filter_wrong(p, "after %.60s must come =, !=, <, <=, >, >=, ~ or IN",
			                    word);
		good = good && scan(p) && filter_compare(p, &name, sql) && scan(p);
	}
	free(word);
	return good;
}

static bool parse_or(struct filter_parser *, int depth);

static bool parse_not(struct filter_parser *p, int depth)
{
	if (depth > DEPTH_MOST)
		return filter_wrong(p, "this is nested too deeply%s", "");
	if (is_key_word(p, "not")) {
		filter_append(p->filter, "NOT (");
		if (!scan(p) || !parse_not(p, depth + 1))
			return false;
		filter_append(p->filter, ")");
		return true;
	}
	if (p->token == TOKEN_OPEN) {
		filter_append(p->filter, "(");
		if (!scan(p) || !parse_or(p, depth + 1))
			return false;
		if (p->token != TOKEN_CLOSE)
			return filter_wrong(p, "AND, OR or ) must come here%s", "");
		filter_append(p->filter, ")");
		return scan(p);
	}
	if (!filter_is_value(p) || is_key_word(p, "and") || is_key_word(p, "or") ||
	    is_key_word(p, "in"))
		return filter_wrong(p, "a comparison must come here, as in status = done%s", "");
	return parse_comparison(p);
}

static bool parse_and(struct filter_parser *p, int depth)
{
	bool good = parse_not(p, depth);

	while (good && is_key_word(p, "and")) {
		filter_append(p->filter, " AND ");
		good = scan(p) && parse_not(p, depth);
	}
	return good;
}

static bool parse_or(struct filter_parser *p, int depth)
{
	bool good;

	filter_append(p->filter, "(");
	good = parse_and(p, depth);
	while (good && is_key_word(p, "or")) {
		filter_append(p->filter, " OR ");
		good = scan(p) && parse_and(p, depth);
	}
	filter_append(p->filter, ")");
	return good;
}

bool filter_condition(struct filter *f, struct database *database, const char *text,
                      struct error *error)
{
	struct filter_parser p = {
		.filter = f, .database = database, .error = error, .start = text, .next = text
	};
	bool good = scan(&p) && parse_or(&p, 0);

	if (good && p.token != TOKEN_END)
		good = filter_wrong(&p, "AND, OR or the end must come here%s", "");
	free(p.word);
	return good;
}

bool filter_value(struct filter *f, struct database *database, const char *name,
                  struct error *error)
{
	struct filter_name found;

	if (!filter_find(database, name, &found, error))
		return false;
	if (found.kind == FILTER_TAG)
		return error_set(error, "a run has any number of tags: sort by something else");
	filter_put(f, &found);
	return true;
}
