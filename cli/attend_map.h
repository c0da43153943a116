/* attend_map.h - a map of attention weights in a terminal. */
#ifndef BAKEOFF_ATTEND_MAP_H
#define BAKEOFF_ATTEND_MAP_H

#include "cli/terminal.h"
#include "eval/attention.h"

/* Draws rows and columns with their labels, in colours or in blocks, never wider than the terminal:
 * a map that is too wide comes in parts, one below the other. What is shown grows with the root of
 * the weight, so that small ones are seen; a last line says how. */
void attend_map_draw(FILE *, const struct attention_picture *, const struct terminal *);

#endif
