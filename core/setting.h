/* setting.h - typed settings: one table says the name, type, default, range and meaning of every
 * key. */
#ifndef BAKEOFF_SETTING_H
#define BAKEOFF_SETTING_H

#include "core/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum setting_type {
	SETTING_INT,  /* field: long; written 2048, 2k, 7.5M (k, M, G are powers of 1000) */
	SETTING_REAL, /* field: double */
	SETTING_BOOL, /* field: bool; written true or false (yes, no, on, off) */
	SETTING_WORD, /* field: int, the index of the word in `words` */
	SETTING_INTS, /* field: struct ints; written 3/7/15, each as an INT */
};

enum { SETTING_TEXT_SIZE = 64 }; /* bytes that any setting's value as text needs at most */
enum { INTS_MOST = 16 };

/* One number for each of a row of things. The last goes on, so that "3/7/7" is "3/7". */
struct ints {
	int count; /* from 1 to INTS_MOST */
	long value[INTS_MOST];
};

/* The number of the i-th thing, from 0. */
long ints_at(const struct ints *, int i);

/* One key. A table of them ends with an entry whose name is NULL. */
struct setting {
	const char *name; /* the key; "stop.epochs" is key epochs in the map stop */
	enum setting_type type;
	size_t offset;        /* of the field in its struct */
	const char *standard; /* the default, as a user would write it */
	double least, most;   /* range of INT, INTS and REAL, both ends allowed */
	const char *words;    /* WORD: "none|target|all" */
	const char *help;     /* the meaning in one line, with the unit */
};

#define SETTING_OF_INT(type, field, key, standard, least, most, help)                              \
	{                                                                                          \
		key, SETTING_INT, offsetof(type, field), standard, least, most, NULL, help         \
	}
#define SETTING_OF_INTS(type, field, key, standard, least, most, help)                             \
	{                                                                                          \
		key, SETTING_INTS, offsetof(type, field), standard, least, most, NULL, help        \
	}
#define SETTING_OF_REAL(type, field, key, standard, least, most, help)                             \
	{                                                                                          \
		key, SETTING_REAL, offsetof(type, field), standard, least, most, NULL, help        \
	}
#define SETTING_OF_BOOL(type, field, key, standard, help)                                          \
	{                                                                                          \
		key, SETTING_BOOL, offsetof(type, field), standard, 0, 1, NULL, help               \
	}
#define SETTING_OF_WORD(type, field, key, standard, words, help)                                   \
	{                                                                                          \
		key, SETTING_WORD, offsetof(type, field), standard, 0, 0, words, help              \
	}

/* Writes every default into the struct at `base`. */
void settings_default(const struct setting *table, void *base);

/* The entry of that name, or NULL. */
const struct setting *setting_find(const struct setting *table, const char *name);

/* Reads `text` into the field. On error the field is unchanged and the message is like
 * "kernel = 4.5: must be a whole number from 1 to 99". */
bool setting_read(const struct setting *setting, void *base, const char *text, struct error *);

/* The value as a user would write it, so that setting_read gives the same bits again. */
void setting_write(const struct setting *setting, const void *base, char text[SETTING_TEXT_SIZE]);

/* The word at an index of a '|' list, copied into `word`; "" past the end. */
void setting_word(const struct setting *setting, int index, char word[SETTING_TEXT_SIZE]);

/* "1 to 99", "true or false", "none, target or all": what a value may be. */
void setting_range(const struct setting *setting, char *text, size_t size);

/* A new JSON object of all settings, nested at the dots of names; the caller owns it. INTS are a
 * number where there is one, else text. */
json_t *settings_to_json(const struct setting *table, const void *base);

/* Reads such an object; keys that are missing keep their value, unknown ones are errors. */
bool settings_from_json(const struct setting *table, void *base, const json_t *object,
                        struct error *);

/* The candidate nearest to `word` by edit distance (insert, delete, replace, swap neighbours), or
 * NULL where none is near enough to be a slip of the finger. `candidates` ends with NULL. */
const char *nearest_word(const char *word, const char *const *candidates);

#endif
