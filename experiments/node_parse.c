/* node_parse.c - YAML text into the tree: events of libyaml, one at a time, within limits. */
#include "experiments/node_parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum {
	FILE_MOST = 1 << 18, /* bytes */
	EVENTS_MOST = 20000,
	KEYS_MOST = 1000, /* of one map */
	KEY_MOST = 100,   /* bytes of a key */
	TEXT_MOST = 4096, /* bytes of a value */
};

struct reading {
	yaml_parser_t parser;
	const char *place; /* as in struct node */
	bool in_file;
	const char *text;
	size_t size;
	struct node *open[NODE_DEPTH_MOST]; /* lists and maps around what comes next */
	int depth, events;
	char *key; /* of the value that comes next in a map, or NULL: a key comes next */
	int key_line;
	struct node *top;
	struct error *error;
};

static int line_of(const struct reading *r, yaml_mark_t mark)
{
	return r->in_file ? (int)mark.line + 1 : 0;
}

static bool fail_at(const struct reading *r, yaml_mark_t mark, const char *message)
{
	const struct node here = { .place = r->place, .line = line_of(r, mark) };

	return node_error_place(&here, r->error, "%s", message);
}

static bool line_has_tab(const struct reading *r, size_t line)
{
	const char *p = r->text, *end = p + r->size;

	for (; line && p < end; line--) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			return false;
		p++;
	}
	for (; p < end && *p != '\n'; p++)
		if (*p == '\t')
			return true;
	return false;
}

static yaml_mark_t mark_of_offset(const struct reading *r, size_t offset)
{
	yaml_mark_t mark = { 0 };

	for (size_t i = 0; i < offset && i < r->size; i++)
		mark.line += r->text[i] == '\n';
	return mark;
}

static bool fail_syntax(const struct reading *r)
{
	const yaml_parser_t *p = &r->parser;
	char context[128] = "", message[sizeof r->error->message];
	const char *hint = "";

	if (p->error == YAML_MEMORY_ERROR)
		memory_die(0);
	if (p->error == YAML_READER_ERROR)
		return fail_at(r, mark_of_offset(r, p->problem_offset),
		               "bytes that are not UTF-8 text");
	if (p->context && p->context_mark.line != p->problem_mark.line && r->in_file)
		snprintf(context, sizeof context, " (%s that starts in line %zu)", p->context,
		         p->context_mark.line + 1);
	else if (p->context)
		snprintf(context, sizeof context, " (%s)", p->context);
	if (line_has_tab(r, p->problem_mark.line))
		hint = "; this line has a tab, indent with spaces";
	snprintf(message, sizeof message, "not valid YAML: %s%s%s",
	         p->problem ? p->problem : "unreadable", context, hint);
	return fail_at(r, p->problem_mark, message);
}

static bool is_none(const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;

	return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (!*text || !strcmp(text, "~") || !strcmp(text, "null"));
}

/* The text of a scalar, checked, or NULL. */
static const char *scalar_text(const struct reading *r, const yaml_event_t *event, size_t most)
{
	const char *text = (const char *)event->data.scalar.value;
	const size_t length = event->data.scalar.length;

	if (length > most)
		fail_at(r, event->start_mark,
		        most == KEY_MOST ? "a key of more than 100 bytes"
		                         : "a value of more than 4096 bytes");
	else if (strlen(text) != length)
		fail_at(r, event->start_mark, "a zero byte in a value");
	else
		return text;
	return NULL;
}

static bool take_key(struct reading *r, const yaml_event_t *event)
{
	struct node *map = r->open[r->depth - 1];
	const char *text = scalar_text(r, event, KEY_MOST);
	const struct node *old;

	if (!text)
		return false;
	if (!*text)
		return fail_at(r, event->start_mark, "an empty key");
	old = node_child(map, text);
	if (old) {
		const struct node here = { .key = old->key,
			                   .parent = map,
			                   .place = r->place,
			                   .line = line_of(r, event->start_mark) };

		return old->line ? node_error(&here, r->error, ": written twice, first in line %d",
		                              old->line)
		                 : node_error(&here, r->error, ": written twice");
	}
	if (map->children >= KEYS_MOST)
		return fail_at(r, event->start_mark, "more than 1000 keys in one map");
	r->key = memory_text(text);
	r->key_line = line_of(r, event->start_mark);
	return true;
}

/* Hangs the node where it belongs. What has a key has the key's line. */
static void attach(struct reading *r, struct node *node)
{
	if (r->key)
		node->line = r->key_line;
	node->key = r->key;
	r->key = NULL;
	if (r->depth)
		node_add(r->open[r->depth - 1], node);
	else
		r->top = node;
}

static bool take_value(struct reading *r, const yaml_event_t *event)
{
	const char *text = scalar_text(r, event, TEXT_MOST);
	struct node *node;

	if (!text)
		return false;
	node = node_new(NODE_VALUE, r->place, line_of(r, event->start_mark));
	node->text = memory_text(text);
	node->none = is_none(event);
	attach(r, node);
	return true;
}

static bool take_scalar(struct reading *r, const yaml_event_t *event)
{
	const bool is_key = r->depth && r->open[r->depth - 1]->kind == NODE_MAP && !r->key;

	return is_key ? take_key(r, event) : take_value(r, event);
}

static bool take_start(struct reading *r, const yaml_event_t *event, enum node_kind kind)
{
	struct node *node;

	if (r->depth && r->open[r->depth - 1]->kind == NODE_MAP && !r->key)
		return fail_at(r, event->start_mark, "a list or map as a key; keys are words");
	if (r->depth == NODE_DEPTH_MOST)
		return fail_at(r, event->start_mark, "too many maps and lists inside each other");
	node = node_new(kind, r->place, line_of(r, event->start_mark));
	attach(r, node);
	r->open[r->depth++] = node;
	return true;
}

static bool refuse_anchor(const struct reading *r, const yaml_event_t *event,
                          const yaml_char_t *anchor)
{
	char message[256];

	snprintf(message, sizeof message,
	         "&%.60s: anchors are not supported; write values out, or in "
	         "`train:` and `search:` for all contestants",
	         (const char *)anchor);
	return fail_at(r, event->start_mark, message);
}

static bool refuse_alias(const struct reading *r, const yaml_event_t *event)
{
	char message[256];

	snprintf(message, sizeof message,
	         "*%.60s: aliases are not supported; write values out (text "
	         "that starts with * needs quotes)",
	         (const char *)event->data.alias.anchor);
	return fail_at(r, event->start_mark, message);
}

static bool refuse_tag(const struct reading *r, const yaml_event_t *event, const yaml_char_t *tag)
{
	char message[256];

	snprintf(message, sizeof message,
	         "%.60s: tags are not supported; remove it (text that starts with "
	         "! needs quotes)",
	         (const char *)tag);
	return fail_at(r, event->start_mark, message);
}

static bool is_plain(const struct reading *r, const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	}
	if (anchor)
		return refuse_anchor(r, event, anchor);
	return tag ? refuse_tag(r, event, tag) : true;
}

static bool take(struct reading *r, const yaml_event_t *event)
{
	if (!is_plain(r, event))
		return false;
	if (++r->events > EVENTS_MOST)
		return fail_at(r, event->start_mark, "too many keys and values for one file");
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return take_scalar(r, event);
	case YAML_SEQUENCE_START_EVENT:
		return take_start(r, event, NODE_LIST);
	case YAML_MAPPING_START_EVENT:
		return take_start(r, event, NODE_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		r->depth--;
		return true;
	case YAML_ALIAS_EVENT:
		return refuse_alias(r, event);
	case YAML_DOCUMENT_START_EVENT:
		return !r->top || fail_at(r, event->start_mark,
		                          "a second document; one file is one "
		                          "experiment");
	default:
		return true;
	}
}

/* libyaml compares each %TAG line with all before it: a file of nothing else would take minutes. */
static bool refuse_tag_lines(const struct reading *r)
{
	const char *tag = memmem(r->text, r->size, "%TAG", 4);

	return !tag || fail_at(r, mark_of_offset(r, (size_t)(tag - r->text)),
	                       "%TAG: tags are not supported; remove it");
}

static bool read_events(struct reading *r)
{
	yaml_event_type_t type;

	if (!refuse_tag_lines(r))
		return false;
	do {
		yaml_event_t event;
		bool taken;

		if (!yaml_parser_parse(&r->parser, &event))
			return fail_syntax(r);
		type = event.type;
		taken = take(r, &event);
		yaml_event_delete(&event);
		if (!taken)
			return false;
	} while (type != YAML_STREAM_END_EVENT);
	return true;
}

static struct node *parse(struct reading *r)
{
	if (!yaml_parser_initialize(&r->parser)) {
		error_set(r->error, "%s: no memory for reading YAML", r->place);
		return NULL;
	}
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->text, r->size);
	if (!read_events(r)) {
		node_free(r->top);
		r->top = NULL;
	}
	yaml_parser_delete(&r->parser);
	free(r->key);
	return r->top;
}

struct node *node_parse_value(const char *assignment, const char *yaml, struct error *error)
{
	struct reading r = {
		.place = assignment, .text = yaml, .size = strlen(yaml), .error = error
	};

	error->message[0] = '\0';
	if (!parse(&r) && !error->message[0]) {
		r.top = node_new(NODE_VALUE, assignment, 0);
		r.top->text = memory_text("");
		r.top->none = true;
	}
	return r.top;
}

/* The whole file, or NULL. */
static char *read_file(const char *path, size_t *size, struct error *error)
{
	FILE *file = fopen(path, "rb");
	char *text;

	if (!file) {
		error_set(error, "%s: %s", path, strerror(errno));
		return NULL;
	}
	text = memory_new(FILE_MOST + 1, 1);
	*size = fread(text, 1, FILE_MOST + 1, file);
	if (ferror(file) || *size > FILE_MOST) {
		error_set(error, "%s: %s", path,
		          ferror(file) ? strerror(errno)
		                       : "larger than 256 KiB; is this an experiment file?");
		free(text);
		text = NULL;
	}
	fclose(file);
	return text;
}

struct node *node_read(const char *path, struct error *error)
{
	struct reading r = { .place = path, .in_file = true, .error = error };
	char *text = read_file(path, &r.size, error);

	if (!text)
		return NULL;
	r.text = text;
	error->message[0] = '\0';
	parse(&r);
	free(text);
	if (!r.top && !error->message[0])
		error_set(error, "%s: empty; an experiment file starts with `experiment: NAME`",
		          path);
	if (r.top && r.top->kind != NODE_MAP) {
		node_error_place(r.top, error,
		                 "must be a map of keys: experiment, data, contestants ...");
		node_free(r.top);
		r.top = NULL;
	}
	return r.top;
}
