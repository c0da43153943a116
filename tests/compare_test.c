/* compare_test.c - contestants side by side, and what commands that show results refuse. */
#include "cli/commands.h"
#include "results/compare.h"
#include "tests/results_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *compared(struct results_fixture *f, enum table_format format)
{
	const struct compare_options options = { format, NULL, NULL };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_good(f, compare_print(out, &f->database, "toy", &options, &f->error));
	assert_int_equal(fclose(out), 0);
	return text;
}

static void compare_shows_means_over_seeds_and_marks_the_best(void **state)
{
	const struct compare_options options = { TABLE_BOX, NULL, NULL };
	struct results_fixture *f = *state;
	char *text;

	results_fill(f);
	text = compared(f, TABLE_CSV);
	assert_string_equal(
		text, "contestant,parameters,seeds,valid perplexity,valid perplexity deviation,"
		      "coco BLEU,coco BLEU deviation,flickr BLEU,flickr BLEU deviation,"
		      "train tgt tok/s,train src tok/s,decode sent/s,train minutes,train minutes "
		      "deviation,"
		      "peak MB\n"
		      "lstm,7500000,2,9.5,0.7071067811865476,24.5,0.7071067811865476,31,1."
		      "4142135623730951,"
		      "1000,900,50,2,0,500\n"
		      "transformer,7500000,2,7.5,0.7071067811865476,22.5,0.7071067811865476,35,1."
		      "4142135623730951,"
		      "2000,1800,50,2,0,500\n");
	free(text);
	text = compared(f, TABLE_MARKDOWN);
	assert_non_null(strstr(
		text, "| lstm | 7500000 | 2 | 9.50 ± 0.71 | **24.50 ± 0.71** | 31.00 ± 1.41 |"));
	assert_non_null(strstr(text, "| transformer | 7500000 | 2 | **7.50 ± 0.71** |"));
	assert_non_null(strstr(text, "| train.warmup | 100 | 400 |"));
	assert_non_null(strstr(text, "loss is not a number"));
	assert_null(strstr(text, "train.clip"));
	free(text);
	assert_false(compare_print(stdout, &f->database, "tyo", &options, &f->error));
}

static void changed_settings_are_never_averaged(void **state)
{
	struct results_fixture *f = *state;
	char *text;

	results_finish(f, results_begin(f, "lstm", 1, "{\"seed\": 1, \"warmup\": 100}"), RUN_DONE,
	               NULL);
	results_finish(f, results_begin(f, "lstm", 2, "{\"seed\": 2, \"warmup\": 100}"), RUN_DONE,
	               NULL);
	results_finish(f, results_begin(f, "lstm", 1, "{\"seed\": 1, \"warmup\": 200}"), RUN_DONE,
	               NULL);
	text = compared(f, TABLE_MARKDOWN);
	assert_non_null(strstr(text, "| lstm (run 1) | 7500000 | 2 |"));
	assert_non_null(strstr(text, "| lstm (run 3) | 7500000 | 1 |"));
	assert_non_null(strstr(text, "| warmup | 100 | 200 |"));
	free(text);
}

struct command_case {
	int (*command)(int, char **);
	const char *arguments[6]; /* "DB" stands for the database */
	int status;
	const char *prints; /* part of standard output or error */
};

static void commands_say_what_is_wrong(void **state)
{
	static const struct command_case cases[] = {
		{ runs_command, { "runs", "--db", "DB" }, 0, "transformer" },
		{ runs_command, { "runs", "toy", "--db=none.db" }, 1, "no database none.db" },
		{ runs_command, { "runs", "--db", "DB", "toy" }, 0, "│ lstm" },
		{ runs_command, { "runs", "--db", "DB", "tyo" }, 1, "has no experiment tyo" },
		{ runs_command, { "runs", "--help" }, 0, "usage: bakeoff runs" },
		{ runs_command, { "runs", "--nope" }, 2, "--nope is unknown" },
		{ runs_command, { "runs", "--sql", "x" }, 2, "--sql is unknown" },
		{ runs_command, { "runs", "--db" }, 2, "lacks its value" },
		{ runs_command, { "runs", "a", "b" }, 2, "too many names" },
		{ runs_command, { "runs", "--format", "xml" }, 2, "must be box, csv" },
		{ runs_command, { "runs", "--db", "/nowhere/r.db" }, 1, "name one with --db FILE" },
		{ compare_command, { "compare", "--db", "DB", "toy" }, 0, "Settings that differ" },
		{ compare_command, { "compare", "--db", "DB" }, 2, "a name is missing" },
		{ compare_command, { "compare", "--help" }, 0, "usage: bakeoff compare" },
		{ query_command, { "query", "--list" }, 0, "disagreements" },
		{ query_command, { "query", "--db", "DB", "nope" }, 2, "no query is named nope" },
		{ query_command, { "query", "--db", "DB" }, 2, "a name is missing" },
		{ query_command, { "query", "--db", "DB", "scores", "toy" }, 0, "BLEU|tok:13a" },
		{ query_command, { "query", "--db", "DB", "--sql", "SELECT 6 * 7 AS x" }, 0, "42" },
		{ query_command,
		  { "query", "--db", "DB", "--sql", "DELETE FROM runs" },
		  1,
		  "DELETE is refused" },
	};
	struct results_fixture *f = *state;
	char output[1 << 14];

	results_fill(f);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int status = results_command(f, cases[i].command, cases[i].arguments, output,
		                             sizeof output);

		if (status != cases[i].status || !strstr(output, cases[i].prints))
			fail_msg("case %zu: status %d: %s", i, status, output);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, results_set_up, results_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(compare_shows_means_over_seeds_and_marks_the_best),
		TEST(changed_settings_are_never_averaged),
		TEST(commands_say_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
