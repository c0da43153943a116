/* standard.h - what a setting of an architecture is where nobody says otherwise. */
#ifndef BAKEOFF_STANDARD_H
#define BAKEOFF_STANDARD_H

#include <stdbool.h>

/* Whether `value` is the default of a key of that architecture's layers or its own (heads, kernel);
 * false where this program has no such architecture or key. */
bool standard_is(const char *architecture, const char *key, const char *value);

#endif
