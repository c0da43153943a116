/* node_parse.h - what node.c and node_parse.c share: making the tree. */
#ifndef BAKEOFF_NODE_PARSE_H
#define BAKEOFF_NODE_PARSE_H

#include "experiments/node.h"

enum { NODE_DEPTH_MOST = 16 };

struct node *node_new(enum node_kind, const char *place, int line);
void node_add(struct node *parent, struct node *child); /* the parent owns it */

/* The value of an override, or NULL and an error that starts with "--set ASSIGNMENT". */
struct node *node_parse_value(const char *assignment, const char *yaml, struct error *);

#endif
