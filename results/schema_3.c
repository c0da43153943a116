/* schema_3.c - version 3: what each hypothesis took to decode. */
#include "results/schema_scripts.h"

#include <stddef.h>

const char *const schema_3[] = {
	"ALTER TABLE hypotheses ADD COLUMN seconds REAL",

	"DROP VIEW run_hypotheses",

	"CREATE VIEW run_hypotheses AS"
	" SELECT h.run, e.name AS experiment, r.contestant, r.seed, h.test_set, h.sentence,"
	"  h.source, h.reference, h.hypothesis, h.log_probability, h.seconds"
	" FROM hypotheses h JOIN runs r ON r.id = h.run JOIN experiments e ON e.id = r.experiment",

	NULL,
};
