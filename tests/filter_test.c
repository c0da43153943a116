/* filter_test.c - conditions on runs: what they mean, what they say of mistakes, and that no text
 * of theirs becomes SQL. */
#include "results/filter.h"
#include "results/selection.h"
#include "results/statement.h"
#include "tests/results_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RUNS = 6 };

struct toy_run {
	const char *contestant, *settings;
	enum run_status status;
	double bleu, other; /* on two test sets; negative: not tested */
	double perplexity;
};

static const struct toy_run toy[RUNS] = {
	{ "lstm",
	  "{\"settings\":{\"layers\":1},\"train\":{\"learning_rate\":0.001,\"nesterov\":true}}",
	  RUN_DONE, 20, 30, 9 },
	{ "lstm",
	  "{\"settings\":{\"layers\":2},\"train\":{\"learning_rate\":0.01,\"nesterov\":false}}",
	  RUN_DONE, 10, 12, 8 },
	{ "transformer", "{\"settings\":{\"heads\":4},\"train\":{\"learning_rate\":0.001}}",
	  RUN_FAILED, -1, -1, -1 },
	{ "transformer heads=8", "{\"settings\":{\"heads\":8},\"train\":{\"schedule\":\"cosine\"}}",
	  RUN_INTERRUPTED, -1, -1, 7 },
	{ "naïve", "{\"settings\":{},\"train\":{\"layers\":[1,2]}}", RUN_DONE, 40, -1, 6 },
	{ "o'neill \"x\"; DROP TABLE runs; --", "{\"settings\":{},\"train\":{}}", RUN_DONE, 1, 1,
	  5 },
};

static void add_scores(struct results_fixture *f, long id, const struct toy_run *t)
{
	struct database *d = &f->database;
	const struct score news = { .test_set = "news", .metric = "BLEU", .value = t->bleu };
	const struct score other = { .test_set = "other set", .metric = "BLEU", .value = t->other };

	if (t->bleu >= 0)
		assert_good(f, database_score(d, id, &news, &f->error));
	if (t->other >= 0)
		assert_good(f, database_score(d, id, &other, &f->error));
	if (t->perplexity >= 0)
		assert_good(f,
		            database_point(d, id, "valid_perplexity", 1, t->perplexity, &f->error));
	assert_good(f, database_flush(d, &f->error));
}

static void add_run(struct results_fixture *f, long experiment, int i)
{
	const struct run_totals totals = { .updates = 100 * (i + 1) };
	const struct toy_run *t = &toy[i];
	char key[17];
	struct run_record r = { .experiment = experiment,
		                .contestant = t->contestant,
		                .key = key,
		                .seed = i % 3,
		                .architecture = "rnn",
		                .settings = t->settings,
		                .host = i ? "here" : NULL };
	long id;

	snprintf(key, sizeof key, "%016d", i);
	assert_good(f, database_run_begin(&f->database, &r, &id, &f->error));
	add_scores(f, id, t);
	assert_good(f, database_run_finish(&f->database, id, t->status, i == 2 ? "diverged" : NULL,
	                                   &totals, &f->error));
	assert_good(f, statement_do(f->database.handle, f->path, &f->error,
	                            "UPDATE runs SET started = '2026-01-3' || ?2 || 'T12:00:00Z'"
	                            " WHERE id = ?1",
	                            "ii", id, (long)(i % 2)));
}

static int set_up(void **state)
{
	struct results_fixture *f;
	long first, second;

	results_set_up(state);
	f = *state;
	assert_good(f, database_experiment(&f->database, "toy", NULL, &first, &f->error));
	assert_good(f, database_experiment(&f->database, "multi30k-de", NULL, &second, &f->error));
	for (int i = 0; i < RUNS; i++)
		add_run(f, i < 3 ? first : second, i);
	return 0;
}

/* The chosen runs as "1 2 5", on a connection of their own; NULL on error. */
static char *choose(struct results_fixture *f, const struct selection *s)
{
	struct database database;
	char *text = memory_new(64, 1);
	size_t runs = 0;
	long *run = NULL;
	bool good;

	assert_good(f, database_open(&database, f->path, DATABASE_READ, &f->error));
	good = selection_choose(&database, s, &f->error) &&
	       selection_runs(&database, &run, &runs, &f->error);
	for (size_t i = 0; i < runs; i++)
		snprintf(text + strlen(text), 8, i ? " %ld" : "%ld", run[i]);
	free(run);
	database_close(&database);
	if (good)
		return text;
	free(text);
	return NULL;
}

static void meaning(void **state)
{
	static const struct {
		const char *condition, *runs;
	} cases[] = {
		{ "status = done", "1 2 5 6" },
		{ "status != done", "3 4" },
		{ "NOT status = done", "3 4" },
		{ "not not status = done", "1 2 5 6" },
		{ "status in (failed, interrupted)", "3 4" },
		{ "not status IN (done)", "3 4" },
		{ "contestant = lstm or seed = 2", "1 2 3 6" },
		{ "contestant = lstm and seed = 0 or seed = 2", "1 3 6" },
		{ "contestant = lstm and (seed = 0 or seed = 2)", "1" },
		{ "seed = 2 or contestant = lstm and seed = 0", "1 3 6" },
		{ "not seed = 2 and not seed = 1", "1 4" },
		{ "((((seed=2))))", "3 6" },
		{ "contestant ~ trans*", "3 4" },
		{ "contestant ~ '*=?'", "4" },
		{ "contestant = \"transformer heads=8\"", "4" },
		{ "contestant = na\xc3\xafve", "5" },
		{ "contestant = \"o'neill \" or contestant ~ \"o'neill*\"", "6" },
		{ "experiment = multi30k-de", "4 5 6" },
		{ "BLEU > 20", "1 5" },
		{ "bleu>=25 and bleu<=25", "1" },
		{ "BLEU.news > 15", "1 5" },
		{ "\"bleu.other set\" > 15", "1" },
		{ "not bleu > 20", "2 3 4 6" },
		{ "bleu <= 1e1", "6" },
		{ "valid_perplexity < 7.5", "4 5 6" },
		{ "train.learning_rate <= 0.001", "1 3" },
		{ "settings.train.learning_rate = 1e-3", "1 3" },
		{ "settings.heads > 4", "4" },
		{ "train.schedule = cosine", "4" },
		{ "train.schedule > 1", "" },
		{ "train.nesterov = true", "1" },
		{ "train.nesterov != true", "2" },
		{ "train.layers = '[1,2]'", "5" },
		{ "host = here", "2 3 4 5 6" },
		{ "host != elsewhere", "2 3 4 5 6" },
		{ "reason ~ div*", "3" },
		{ "id in (1, 3,5) and run != 3", "1 5" },
		{ "updates > 450", "5 6" },
		{ "started = 2026-01-31", "2 4 6" },
		{ "started < 2026-01-31", "1 3 5" },
		{ "started <= 2026-01", "1 2 3 4 5 6" },
		{ "started > 2026-01-30T12:00:00Z", "2 4 6" },
		{ "started >= '2026-01-31 12:00'", "2 4 6" },
		{ "ended > 2020", "1 2 3 4 5 6" },
		{ "contestant = \"x' OR 1=1 --\"", "" },
		{ "contestant = '\"); DELETE FROM runs; --'", "" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct selection s = { .where = cases[i].condition };
		char *got = choose(*state, &s);

		if (!got || strcmp(got, cases[i].runs) != 0)
			fail_msg("%s: chose \"%s\", expected \"%s\" (%s)", cases[i].condition,
			         got ? got : "", cases[i].runs,
			         ((struct results_fixture *)*state)->error.message);
		free(got);
	}
}

static void order(void **state)
{
	static const struct {
		struct selection selection;
		const char *runs;
	} cases[] = {
		{ { .sort = "bleu" }, "6 2 1 5 3 4" },
		{ { .sort = "-bleu" }, "5 1 2 6 3 4" },
		{ { .sort = "-bleu", .limit = 2 }, "5 1" },
		{ { .sort = "train.learning_rate" }, "1 3 2 4 5 6" },
		{ { .sort = "-id", .where = "status = done" }, "6 5 2 1" },
		{ { .sort = "contestant", .experiment = "toy" }, "1 2 3" },
		{ { .limit = 1 }, "1" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *got = choose(*state, &cases[i].selection);

		assert_non_null(got);
		assert_string_equal(got, cases[i].runs);
		free(got);
	}
}

static void mistakes(void **state)
{
	static const struct {
		const char *condition, *error;
	} cases[] = {
		{ "", "column 1, at the end: a comparison must come here" },
		{ "status", "column 7, at the end: after status must come" },
		{ "status =", "column 9, at the end: a value must follow" },
		{ "status = don", "column 10, near \"don\": status is" },
		{ "statsu = done", "column 1, near \"statsu\": statsu is no column, metric or "
		                   "setting; did you mean status?" },
		{ "seed = 1 seed = 2", "column 10, near \"seed\": AND, OR or the end" },
		{ "(seed = 1", "column 10, at the end: AND, OR or )" },
		{ "seed = 1)", "column 9, near \")\"" },
		{ "seed = one", "column 8, near \"one\": a number" },
		{ "seed ~ 1", "column 8, near \"1\": a number" },
		{ "seed === 1", "column 6, near \"===\": after seed must come" },
		{ "contestant < b", "column 14, near \"b\": a text" },
		{ "contestant = na\xc3\xafve and sed = 1", "column 24, near \"sed\": sed is" },
		{ "contestant = 'x", "column 14, near \"'x\": the quote is not closed" },
		{ "started > yesterday", "column 11, near \"yesterday\": a date" },
		{ "started > 2026-1-3", "a date" },
		{ "train.lr = 1", "column 1, near \"train.lr\": no run has the setting train.lr" },
		{ "train.\"x = 1", "column 1, near \"train.\"" },
		{ "train..x = 1", "no run has" },
		{ "train.learning_rate < fast", "column 23, near \"fast\": a setting" },
		{ "and", "column 1, near \"and\"" },
		{ "not", "column 4, at the end" },
		{ "status in done", "column 11, near \"done\": IN needs a list" },
		{ "status in (done", "column 16, at the end: a list" },
		{ "status in ()", "column 12, near \")\": a value" },
		{ "seed = 1; DROP TABLE runs", "column 8, near \"1;\": a number" },
		{ "1 = 1", "column 1, near \"1\": 1 is no column" },
		{ "r.id = 1", "r.id is no column" },
		{ "seed = nan", "a number" },
		{ "seed = inf", "a number" },
		{ "= 1", "column 1, near \"=\": a comparison" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct selection s = { .where = cases[i].condition };
		struct results_fixture *f = *state;
		char *got = choose(f, &s);

		if (got)
			fail_msg("%s: chose \"%s\", expected an error", cases[i].condition, got);
		if (!strstr(f->error.message, cases[i].error))
			fail_msg("%s: said \"%s\", expected \"%s\"", cases[i].condition,
			         f->error.message, cases[i].error);
	}
}

static uint64_t next(uint64_t *chance)
{
	*chance ^= *chance << 13;
	*chance ^= *chance >> 7;
	return *chance ^= *chance << 17;
}

/* Writes a random condition on id and returns its truth for the runs as bits. */
static unsigned random_condition(uint64_t *chance, char *text, size_t size, int depth)
{
	const unsigned all = (1U << RUNS) - 1;
	const long id = (long)(next(chance) % (RUNS + 2));
	size_t used;
	unsigned left, right;

	switch (depth ? next(chance) % 5 : 0) {
	case 0:
	case 1:
		snprintf(text, size, "id%s%ld", next(chance) & 1 ? " = " : "=", id);
		return id >= 1 && id <= RUNS ? 1U << (id - 1) : 0;
	case 2:
		used = (size_t)snprintf(text, size, "not (");
		left = random_condition(chance, text + used, size - used, depth - 1);
		strncat(text, ")", size - strlen(text) - 1);
		return all & ~left;
	default:
		used = (size_t)snprintf(text, size, "(");
		left = random_condition(chance, text + used, size - used, depth - 1);
		used = strlen(text);
		if (next(chance) & 1) {
			used += (size_t)snprintf(text + used, size - used, " AND ");
			right = random_condition(chance, text + used, size - used, depth - 1);
			left &= right;
		} else {
			used += (size_t)snprintf(text + used, size - used, " or ");
			right = random_condition(chance, text + used, size - used, depth - 1);
			left |= right;
		}
		strncat(text, ")", size - strlen(text) - 1);
		return left;
	}
}

static void random_conditions(void **state)
{
	uint64_t chance = 20260131;

	for (int i = 0; i < 150; i++) {
		char text[8192], want[64] = "", *got;
		const unsigned truth = random_condition(&chance, text, sizeof text, 5);
		const struct selection s = { .where = text };

		for (int r = 0; r < RUNS; r++)
			if (truth >> r & 1)
				snprintf(want + strlen(want), 8, *want ? " %d" : "%d", r + 1);
		got = choose(*state, &s);
		if (!got || strcmp(got, want) != 0)
			fail_msg("%s: chose \"%s\", expected \"%s\"", text, got ? got : "error",
			         want);
		free(got);
	}
}

/* Whatever is written, it chooses or is refused: it changes nothing, and SQL never sees it (its
 * complaints would come through). */
static void garbage(void **state)
{
	static const char *const pieces[] = {
		"seed",      "status", "=",      "!=",   "<",     "~",    "(",    ")",
		"'",         "\"",     ",",      " ",    " and ", " or ", "not ", " in ",
		"1",         "done",   "train.", "\xff", "\xc3",  ";",    "--",   "?1",
		"$",         "[",      "*",      "%s",   "%n",    "\n",   "NULL", "bleu",
		"settings.", "r.id",   "/*",     "\\",   "0x1p3", "id",
	};
	struct results_fixture *f = *state;
	uint64_t chance = 7;
	char *all;

	for (int i = 0; i < 1000; i++) {
		char text[512] = "", *got;
		const struct selection s = { .where = text };

		for (uint64_t n = next(&chance) % 12; n; n--)
			strcat(text, pieces[next(&chance) % (sizeof pieces / sizeof *pieces)]);
		f->error.message[0] = '\0';
		got = choose(f, &s);
		if (!got && strncmp(f->error.message, "--where: column ", 16) != 0)
			fail_msg("%s: said \"%s\"", text, f->error.message);
		free(got);
	}
	all = choose(f, &(struct selection){ .where = "id > 0" });
	assert_string_equal(all, "1 2 3 4 5 6");
	free(all);
}

static char *repeat(const char *piece, const char *end, int times)
{
	char *text = memory_new(strlen(piece) * (size_t)times + strlen(end) + 1, 1), *at = text;

	for (int i = 0; i < times; i++)
		at = stpcpy(at, piece);
	strcpy(at, end);
	return text;
}

static void long_conditions(void **state)
{
	struct results_fixture *f = *state;
	char *most = repeat("seed = 0 or ", "seed = 1", 399);
	char *more = repeat("seed = 0 or ", "seed = 1", 100000);
	char *deep = repeat("(", "seed = 1", 100000);
	char *nots = repeat("not ", "seed = 1", 100000);
	char *got = choose(f, &(struct selection){ .where = most });

	assert_non_null(got);
	assert_string_equal(got, "1 2 4 5");
	free(got);
	assert_null(choose(f, &(struct selection){ .where = more }));
	assert_non_null(strstr(f->error.message, "too many comparisons"));
	assert_null(choose(f, &(struct selection){ .where = deep }));
	assert_non_null(strstr(f->error.message, "nested too deeply"));
	assert_null(choose(f, &(struct selection){ .where = nots }));
	assert_non_null(strstr(f->error.message, "nested too deeply"));
	free(most);
	free(more);
	free(deep);
	free(nots);
}

/* After selection_apply tables and views show what was chosen, views of views too. */
static void views(void **state)
{
	static const struct {
		const char *sql;
		long all, chosen;
	} cases[] = {
		{ "SELECT count(*) FROM runs", 6, 2 },
		{ "SELECT count(*) FROM run_list", 6, 2 },
		{ "SELECT count(*) FROM scores", 7, 4 },
		{ "SELECT count(*) FROM run_scores", 7, 4 },
		{ "SELECT count(*) FROM points", 5, 2 },
		{ "SELECT count(*) FROM run_setups", 6, 2 },
		{ "SELECT count(*) FROM best WHERE metric = 'valid_perplexity'", 3, 1 },
		{ "SELECT run FROM best WHERE metric = 'BLEU' AND contestant = 'lstm'", 1, 1 },
		{ "SELECT count(DISTINCT setting) FROM differences WHERE experiment = 'toy'", 4,
		  3 },
	};
	struct results_fixture *f = *state;
	const struct selection s = { .where = "contestant = lstm" };
	struct database d;
	bool found;

	assert_good(f, database_open(&d, f->path, DATABASE_READ, &f->error));
	for (int chosen = 0; chosen < 2; chosen++) {
		if (chosen)
			assert_good(f, selection_choose(&d, &s, &f->error) &&
			                       selection_apply(&d, &f->error));
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			long got;

			assert_good(f, statement_integer(d.handle, d.path, &f->error, &got, &found,
			                                 cases[i].sql, ""));
			if (got != (chosen ? cases[i].chosen : cases[i].all))
				fail_msg("%s: %ld, expected %ld", cases[i].sql, got,
				         chosen ? cases[i].chosen : cases[i].all);
		}
	}
	database_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(meaning, set_up, results_tear_down),
		cmocka_unit_test_setup_teardown(order, set_up, results_tear_down),
		cmocka_unit_test_setup_teardown(mistakes, set_up, results_tear_down),
		cmocka_unit_test_setup_teardown(random_conditions, set_up, results_tear_down),
		cmocka_unit_test_setup_teardown(garbage, set_up, results_tear_down),
		cmocka_unit_test_setup_teardown(long_conditions, set_up, results_tear_down),
		cmocka_unit_test_setup_teardown(views, set_up, results_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
