/* picture_parts.h - the shapes, for the files that draw and read them. Internal to data/. */
#ifndef BAKEOFF_DATA_PICTURE_PARTS_H
#define BAKEOFF_DATA_PICTURE_PARTS_H

#include <stdbool.h>

/* Whether a shape that fills a square of n pixels has this one. */
bool shape_has(int shape, int n, int column, int row);

#endif
