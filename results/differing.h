/* differing.h - the settings in which the contestants of an experiment differ. */
#ifndef BAKEOFF_DIFFERING_H
#define BAKEOFF_DIFFERING_H

#include "results/database.h"
#include "results/table.h"

/* Fills an empty table with rows (experiment, setting, contestant, value), by setting and
 * contestant. A setting that some contestants lack is left out where it has its default in the
 * others: where is_default says that `value` is what the key (feed_forward, kernel, ...) is in that
 * architecture where nobody says otherwise; NULL: nothing is known of that. The caller frees the
 * table, also after an error. */
bool differing_settings(struct database *, const char *experiment,
                        bool (*is_default)(const char *architecture, const char *key,
                                           const char *value),
                        struct table *, struct error *);

#endif
