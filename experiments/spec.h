/* spec.h - an experiment file: what is compared, on what data, trained and tested how.
 *
 * Every error is one line with file, line and dotted key, or with `--set KEY=VALUE` where that was
 * the culprit: "toy.yaml:14: contestants.convs2s.kernel = 4: must be odd (3, 5, 7) in an encoder".
 */
#ifndef BAKEOFF_SPEC_H
#define BAKEOFF_SPEC_H

#include "data/settings.h"
#include "eval/settings.h"
#include "models/architecture.h"
#include "train/settings.h"

#include <jansson.h>

/* One model to train, everything resolved: defaults, then `train:` and `search:` of the file, then
 * its own keys, then the grid's. */
struct contestant {
	char *name;    /* "transformer", of a grid "transformer heads=4"; unlike all others */
	int line;      /* in the file; 0: it came with --set */
	char *variant; /* the grid's part: "heads=4", of several "heads=4 width=256"; "" without a
	                  grid */
	struct design design;
	struct train_settings train;
	struct search_settings search;
	double matched; /* size that its widths were solved for; 0: they were not */
	/* Of a trial that only tries a value, for the contestant of that name; else NULL. Owned. */
	char *tuned;
	char *tuned_setting; /* "train.learning_rate" */
	bool left_out;       /* it has no trials: none of its values came to an end, or others were
	                        better at a rung */
};

/* `tune:`: the values of a key of `train:` that each contestant tries, and what a trial may take. */
struct tuning {
	char *key;    /* "learning_rate" */
	char **value; /* [values] as written */
	int values;   /* 0: nothing is tuned */
	long epochs, updates, tokens; /* 0: no limit; one limit there is */
	double minutes, multiply_adds;
};

/* `halving:`: variants of a contestant are trained up to one rung after the other, and after each the
 * best of them go on (successive halving: Jamieson and Talwalkar 2016). */
struct halving {
	long epochs, updates, tokens; /* of the first rung, one of them; all 0: no halving */
	long factor; /* of n variants ceil(n / factor) go on, up to a rung that is as much higher */
	long keep;   /* variants that are trained to the end, at least */
};

struct experiment {
	char *name;
	struct data_settings data;
	struct train_settings
		train; /* what contestants start from; only theirs has passed all rules */
	struct search_settings search;
	long *seed; /* [seeds] */
	int seeds;  /* at least 1 */
	struct contestant *
		contestant; /* [contestants], in the order of the file, a grid's last key fastest */
	int contestants;    /* at least 1 */
	long match_parameters;    /* match.parameters: widths are to be solved for it; 0: no */
	long match_multiply_adds; /* match.multiply_adds, the same; not both */
	struct tuning tuning;
	struct halving halving;
};

/* What stands at the top of a file; ends with a NULL name. */
struct spec_section {
	const char *name, *about;
};

extern const struct spec_section spec_sections[];

/* Reads the file, with `set` [sets] of "KEY=VALUE" (VALUE in YAML) put in before anything is
 * checked. Paths of data are taken relative to the file's folder where they exist there, else to
 * the working directory. On an error the experiment is empty. */
bool experiment_read(struct experiment *, const char *path, char *const *set, int sets,
                     struct error *);
/* The same for its settings alone: the files of its data need not be there. */
bool experiment_read_settings(struct experiment *, const char *path, char *const *set, int sets,
                              struct error *);
void experiment_free(struct experiment *);

/* All that makes a trial but its seed: architecture and settings (of the layers and of the
 * architecture; where the sides differ, each side's under encoder and decoder), model, train, search
 * and data, keys sorted; what a
 * trial that tunes tries it for. Data files are there by their last name, so that a moved folder
 * makes no other trial (the data's hash tells texts apart). The caller owns it. */
json_t *contestant_to_json(const struct experiment *, const struct contestant *);

/* The inverse but for name, line, variant and data; missing keys have their defaults, unknown keys
 * are errors, but for those at the top. On an error the contestant is empty. */
bool contestant_from_json(struct contestant *, const json_t *, struct error *);

/* Bytes of the name that the variants of a contestant share: all of it without a grid. */
size_t contestant_base(const struct contestant *);

/* Whether `only` means the contestant: its name, or the one that it shares with the other variants
 * of a grid; NULL: any. */
bool contestant_is(const struct contestant *, const char *only);

/* Frees what a contestant owns; NULL and zeroed are fine. */
void contestant_free(struct contestant *);

#endif
