/* lone_design.h - a design without an experiment file. */
#ifndef BAKEOFF_LONE_DESIGN_H
#define BAKEOFF_LONE_DESIGN_H

#include "models/design.h"

/* The architecture's defaults with `set` [sets] of "KEY=VALUE", keys and values as in a contestant
 * of an experiment file ("encoder.heads=2"). On an error, which names the key, nothing is to be
 * freed. */
bool lone_design(struct design *, const char *architecture, char *const *set, int sets,
                 struct error *);

#endif
