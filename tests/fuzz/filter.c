/* filter.c - conditions and orders of `bakeoff runs --where --sort`. */
#include "results/selection.h"
#include "tests/fuzz/fuzz.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static struct database database;

static void begin(void)
{
	const struct run_record record = { .experiment = 1,
		                           .contestant = "lstm",
		                           .key = "0123456789abcdef",
		                           .architecture = "rnn",
		                           .settings = "{\"train\":{\"warmup\":5},\"settings\":{"
		                                       "\"heads\":4}}" };
	struct error error;
	long id;

	if (!database_open(&database, "filter.db", DATABASE_WRITE, &error) ||
	    !database_experiment(&database, "toy", NULL, &id, &error) ||
	    !database_run_begin(&database, &record, &id, &error))
		fuzz_check(false, error.message);
}

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	char *where = fuzz_text(&in), *sort = fuzz_text(&in);
	const struct selection s = { NULL, *where ? where : NULL, *sort ? sort : NULL, 0 };
	struct error error;
	const int changes = sqlite3_total_changes(database.handle);
	const bool good = selection_choose(&database, &s, &error);

	fuzz_said(good, &error);
	fuzz_check(sqlite3_total_changes(database.handle) - changes <= 1,
	           "a condition chooses the one run, and changes nothing");
	fuzz_check(sqlite3_get_autocommit(database.handle), "no transaction is left open");
	sqlite3_exec(database.handle, "DROP TABLE IF EXISTS temp.chosen", NULL, NULL, NULL);
	free(where);
	free(sort);
}

static const char *const seeds[] = {
	"(contestant = lstm or experiment ~ multi30k*) and not status = failed" PART "-BLEU",
	"train.warmup <= 5 and started >= 2026-01-31" PART "train.warmup",
	"status in (done, 'failed', \"running\") or tag != keep" PART "contestant",
	"settings.heads=4 AND BLEU.news>1e3 and seed in(1,2)" PART "BLEU.news",
	"not not not (((id=1)))" PART "-settings.train.warmup",
	"reason ~ '*[x]?' and note = \"';DROP TABLE runs;--\"" PART "x\"]",
	NULL,
};

const struct fuzz_target fuzz_filter = {
	"filter", "conditions and orders of --where and --sort", begin, one, seeds, NULL,
};
