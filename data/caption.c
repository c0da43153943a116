/* caption.c - the grammar of captions: facts to words, and words to facts. */
#include "data/scene.h"

#include <stdio.h>
#include <string.h>

/* caption: object place | object relation object
 * object: "a" [extent] colour shape */
static const char *const shapes[] = { "circle", "square", "triangle", "cross", NULL };
static const char *const colours[] = { "red", "green", "blue", "yellow", NULL };
static const char *const extents[] = { "small", "large", NULL };
static const char *const relations[] = { "above", "below", "left of", "right of", NULL };
static const char *const places[] = {
	"at the top left",     "at the top",   "at the top right",   "on the left",
	"in the middle",       "on the right", "at the bottom left", "at the bottom",
	"at the bottom right", NULL,
};

const char *caption_words(void)
{
	return "a small red green blue yellow circle square triangle cross above below left right "
	       "of at on in the top middle bottom";
}

static int write_object(const struct fact *o, char *text, size_t size)
{
	return snprintf(text, size, "a %s%s %s", o->extent == EXTENT_SMALL ? "small " : "",
	                colours[o->colour], shapes[o->shape]);
}

void caption_write(const struct facts *facts, char text[CAPTION_SIZE])
{
	int used = write_object(&facts->object[0], text, CAPTION_SIZE);

	if (facts->objects == 1) {
		snprintf(text + used, (size_t)(CAPTION_SIZE - used), " %s",
		         places[facts->object[0].place]);
		return;
	}
	used += snprintf(text + used, (size_t)(CAPTION_SIZE - used), " %s ",
	                 relations[facts->relation[0][1]]);
	write_object(&facts->object[1], text + used, (size_t)(CAPTION_SIZE - used));
}

static const char white[] = " \t\r\n";

static const char *skip_white(const char *at)
{
	return at + strspn(at, white);
}

/* Where the text goes on behind a phrase, whose blanks stand for any white space; NULL where it
 * does not begin with it. */
static const char *behind(const char *at, const char *phrase)
{
	for (at = skip_white(at); *phrase; phrase++)
		if (*phrase != ' ' && *phrase == *at)
			at++;
		else if (*phrase == ' ' && strchr(white, *at) && *at)
			at = skip_white(at);
		else
			return NULL;
	return !*at || strchr(white, *at) ? at : NULL;
}

/* The longest of the phrases that stands here, and *at behind it; SCENE_UNKNOWN where none does. */
static int take(const char **at, const char *const *phrase)
{
	const char *end = *at;
	int found = SCENE_UNKNOWN;

	for (int i = 0; phrase[i]; i++) {
		const char *next = behind(*at, phrase[i]);

		if (next && next > end) {
			end = next;
			found = i;
		}
	}
	*at = end;
	return found;
}

static bool unexpected(const char *at, const char *wanted, struct error *error)
{
	at = skip_white(at);
	if (!*at)
		return error_set(error, "the caption ends where %s should follow", wanted);
	return error_set(error,
	                 "'%.*s' where %s should stand, as in \"a small red circle above a "
	                 "blue square\" or \"a green cross at the top left\"",
	                 (int)(strcspn(at, white) < 40 ? strcspn(at, white) : 40), at, wanted);
}

static bool read_object(const char **at, struct fact *o, struct error *error)
{
	static const char *const article[] = { "a", NULL };

	if (take(at, article) < 0)
		return unexpected(*at, "'a'", error);
	o->extent = take(at, extents);
	o->colour = take(at, colours);
	if (o->colour < 0)
		return unexpected(*at,
		                  o->extent < 0 ? "small, large, red, green, blue or yellow"
		                                : "red, green, blue or yellow",
		                  error);
	if (o->extent < 0)
		o->extent = EXTENT_LARGE;
	o->shape = take(at, shapes);
	return o->shape >= 0 || unexpected(*at, "circle, square, triangle or cross", error);
}

bool caption_read(struct facts *facts, const char *text, struct error *error)
{
	int relation;

	*facts = facts_unknown(1);
	if (!read_object(&text, &facts->object[0], error))
		return false;
	relation = take(&text, relations);
	if (relation < 0) {
		facts->object[0].place = take(&text, places);
		if (facts->object[0].place < 0)
			return unexpected(text, "above, below, left of, right of, or a place",
			                  error);
	} else {
		facts->objects = 2;
		facts->relation[0][1] = relation;
		facts->relation[1][0] = scene_relation_turned(relation);
		if (!read_object(&text, &facts->object[1], error))
			return false;
	}
	return !*skip_white(text) || unexpected(text, "the end of the caption", error);
}
