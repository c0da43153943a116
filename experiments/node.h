/* node.h - a YAML file as a tree in which every value knows where it was written.
 *
 * What an experiment file needs and no more: maps, lists and single values. Anchors, aliases, tags,
 * duplicate keys and further documents are errors, so a file cannot grow when it is read; depth,
 * size and number of values are limited.
 */
#ifndef BAKEOFF_NODE_H
#define BAKEOFF_NODE_H

#include "core/error.h"

enum node_kind { NODE_VALUE, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	char *key;           /* in a map; else NULL */
	char *text;          /* of a value, as written, without quotes */
	bool none;           /* a value that says nothing: empty, ~ or null, unquoted */
	const char *place;   /* the file's path, or the KEY=VALUE of an override; not owned */
	int line;            /* in the file, from 1; 0: an override */
	struct node *parent; /* NULL at the top */
	bool files_unread;   /* of the top: the files that it names need not be there */
	struct node **child; /* [children] of a list or map, owned */
	int children;
	char *memory;       /* what `place` of a whole tree points to, where the tree owns it */
	struct node *under; /* the emptied top of a tree that node_lay_over took from; owned */
};

enum { NODE_PATH_SIZE = 256 }; /* bytes of a dotted key in a message */

/* The file's top map, or NULL and an error with file and line. `path` must live as long as the
 * tree. */
struct node *node_read(const char *path, struct error *);

/* Sets "a.b.c=VALUE" in a tree, VALUE in YAML ("[1, 2]", "{beam: 1}"); maps on the way are made, an
 * old value is replaced whole. The assignment must live as long as the tree. */
bool node_assign(struct node *top, const char *assignment, struct error *);

void node_free(struct node *);

/* Moves what map `base` has and map `over` has not into it, maps within maps too: `over` is then the
 * base with its own keys changed. Takes the base. */
void node_lay_over(struct node *over, struct node *base);

/* A copy of a value, list or map and all that is in it, with its places; the key is not copied. */
struct node *node_copy(const struct node *);

/* Takes a key out of a map, and frees its value. */
void node_remove(struct node *map, const char *key);

/* The value of a key of a map, or NULL (also where `map` is NULL or no map). */
const struct node *node_child(const struct node *map, const char *key);

/* The value at a dotted key below `map`, or NULL. Keys that have dots themselves are found where
 * the rest matches. */
const struct node *node_find(const struct node *map, const char *path);

/* The dotted key: "contestants.lstm.width", "" for the top. An item of a list has the list's. */
void node_path(const struct node *, char path[NODE_PATH_SIZE]);

/* Writes "FILE:LINE: a.b.c" and the message, which starts with ": " or " = "; returns false. */
bool node_error(const struct node *, struct error *, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same without the dotted key: "FILE:LINE: " and the message. */
bool node_error_place(const struct node *, struct error *, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
