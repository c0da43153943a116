/* score_test.c - `bakeoff score` prints what sacreBLEU prints, and says what is wrong. */
#include "cli/commands.h"

#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGUMENTS_MOST = 16, OUTPUT_SIZE = 8192 };

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define TEXT "tests/golden/bleu/text/"
#define ENGLISH "--ref", TEXT "english.ref0", TEXT "english.hyp"

/* Sends a stream to a new file; returns what it was. */
static int redirect(FILE *stream, FILE *to)
{
	int kept;

	fflush(stream);
	kept = dup(fileno(stream));
	assert_true(kept >= 0 && dup2(fileno(to), fileno(stream)) >= 0);
	return kept;
}

/* Undoes it and reads what was written. */
static void restore(FILE *stream, int kept, FILE *from, char text[OUTPUT_SIZE])
{
	fflush(stream);
	assert_true(dup2(kept, fileno(stream)) >= 0);
	close(kept);
	rewind(from);
	text[fread(text, 1, OUTPUT_SIZE - 1, from)] = '\0';
	fclose(from);
}

/* Runs the command with those arguments, up to the first NULL. */
static int run(const char *const *argument, char output[OUTPUT_SIZE], char errors[OUTPUT_SIZE])
{
	char *argv[ARGUMENTS_MOST + 2] = { (char[]){ "score" } };
	FILE *out = tmpfile(), *err = tmpfile();
	int argc = 1, kept_out, kept_err, status;

	assert_true(out && err);
	for (; argument[argc - 1]; argc++)
		argv[argc] = strdup(argument[argc - 1]);
	kept_out = redirect(stdout, out);
	kept_err = redirect(stderr, err);
	optind = 0; /* options begin anew */
	status = score_command(argc, argv);
	restore(stdout, kept_out, out, output);
	restore(stderr, kept_err, err, errors);
	for (int i = 1; i < argc; i++)
		free(argv[i]);
	return status;
}

/* Expected: sacreBLEU 2.6.0 on the same files. */
static void output_is_that_of_sacrebleu(void **state)
{
	static const struct {
		const char *argument[ARGUMENTS_MOST + 1];
		const char *output;
	} cases[] = {
		{ { ENGLISH },
		  "BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0 = 65.00 "
		  "87.8/70.4/58.2/49.6 (BP = 1.000 ratio = 1.003 hyp_len = 328 ref_len = 327)\n" },
		{ { ENGLISH, "--width", "1", "--metric", "bleu", "--tokenize", "13a", "--smooth",
		    "exp" },
		  "BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0 = 65.0 "
		  "87.8/70.4/58.2/49.6 (BP = 1.000 ratio = 1.003 hyp_len = 328 ref_len = 327)\n" },
		{ { ENGLISH, "--json" },
		  "{\n \"name\": \"BLEU\",\n \"score\": 65.0,\n \"signature\": "
		  "\"nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0\",\n "
		  "\"verbose_score\": \"87.8/70.4/58.2/49.6 (BP = 1.000 ratio = 1.003 "
		  "hyp_len = 328 ref_len = 327)\",\n \"nrefs\": \"1\",\n \"case\": \"mixed\",\n "
		  "\"eff\": \"no\",\n \"tok\": \"13a\",\n \"smooth\": \"exp\",\n \"version\": "
		  "\"2.6.0\"\n}\n" },
		{ { TEXT "english.ref0", "-m", "chrf++", "-i", TEXT "english.hyp" },
		  "chrF2++|nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no|version:2.6.0 = 77.66\n" },
		{ { TEXT "english.ref0", "-i", TEXT "english.hyp", "-m", "ter", "chrf", "-b", "-w",
		    "4" },
		  "77.1637\n14.8148\n" },
		{ { ENGLISH, "-m", "ter", "--ter-case-sensitive", "-f", "json" },
		  "{\n \"name\": \"TER\",\n \"score\": 19.63,\n \"signature\": "
		  "\"nrefs:1|case:mixed|tok:tercom|norm:no|punct:yes|asian:no|version:2.6.0\",\n "
		  "\"nrefs\": \"1\",\n \"case\": \"mixed\",\n \"tok\": \"tercom\",\n \"norm\": "
		  "\"no\",\n \"punct\": \"yes\",\n \"asian\": \"no\",\n \"version\": "
		  "\"2.6.0\"\n}\n" },
		{ { "--ref", TEXT "chinese.ref0", TEXT "chinese.hyp", "-tok", "zh", "-lc", "-sv",
		    "1", "-s", "add-k" },
		  "BLEU|nrefs:1|case:lc|eff:no|tok:zh|smooth:add-k[1.00]|version:2.6.0 = "
		  "60.88 88.1/67.0/54.5/43.4 (BP = 0.996 ratio = 0.996 hyp_len = 236 ref_len = "
		  "237)\n" },
		{ { "--ref", TEXT "blank.ref0", "--ref", TEXT "blank.ref1", TEXT "blank.hyp",
		    "--smooth", "floor" },
		  "BLEU|nrefs:2|case:mixed|eff:no|tok:13a|smooth:floor[0.10]|version:2.6.0 = 0.00 "
		  "0.0/0.0/0.0/0.0 (BP = 0.000 ratio = 0.000 hyp_len = 0 ref_len = 58)\n" },
	};
	char output[OUTPUT_SIZE], errors[OUTPUT_SIZE];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_int_equal(run(cases[i].argument, output, errors), 0);
		assert_string_equal(output, cases[i].output);
		assert_string_equal(errors, "");
	}
}

static void sentence_level_prints_a_line_a_sentence(void **state)
{
	static const char *const text[] = { ENGLISH, "--sentence-level", NULL };
	static const char *const json[] = { ENGLISH, "--sentence-level", "--json", NULL };
	static const char first[] = "BLEU|nrefs:1|case:mixed|eff:yes|tok:13a|smooth:exp|"
				    "version:2.6.0 = 49.15 86.7/57.1/46.2/33.3 (BP = 0.936 "
				    "ratio = 0.938 hyp_len = 15 ref_len = 16)\n";
	char output[OUTPUT_SIZE], errors[OUTPUT_SIZE];
	size_t lines = 0;

	(void)state;
	assert_int_equal(run(text, output, errors), 0);
	assert_memory_equal(output, first, strlen(first));
	for (const char *at = output; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, 24);
	assert_int_equal(run(json, output, errors), 0);
	assert_memory_equal(output, "{\"name\": \"BLEU\", \"score\": 49.15, ", 33);
}

/* A copy of the baseline: the difference is never exceeded, so p = 1 / (n + 1). */
static void systems_are_tested_against_the_first(void **state)
{
	static const char *const bootstrap[] = {
		ENGLISH, TEXT "english.hyp", "-pbs", "-pbsn", "99", "-m", "ter", NULL
	};
	static const char *const shuffles[] = {
		ENGLISH, TEXT "english.hyp", "-par", "-parn", "49", "-f", "json", NULL
	};
	static const char *const latex[] = { ENGLISH, TEXT "english.hyp", "-f", "latex", NULL };
	char output[OUTPUT_SIZE], errors[OUTPUT_SIZE];

	(void)state;
	assert_int_equal(run(bootstrap, output, errors), 0);
	assert_non_null(strstr(output, "Baseline: " TEXT "english.hyp"));
	assert_non_null(strstr(output, "TER (μ ± 95% CI)"));
	assert_non_null(strstr(output, " (p = 0.0100)*"));
	assert_non_null(strstr(output, "TER|nrefs:1|bs:99|seed:12345|case:lc|"));
	assert_int_equal(run(shuffles, output, errors), 0);
	assert_memory_equal(output, "[\n    {\n        \"system\": \"Baseline: ", 36);
	assert_non_null(strstr(output, "\"p_value\": null,\n            \"mean\": null"));
	assert_non_null(strstr(output, "\"p_value\": 0.02,"));
	assert_int_equal(run(latex, output, errors), 0);
	assert_non_null(strstr(output, "\\toprule\nSystem & BLEU"));
}

static void errors_name_the_place_and_the_remedy(void **state)
{
	static const struct {
		const char *argument[ARGUMENTS_MOST + 1];
		int status;
		const char *message; /* a part of it */
	} cases[] = {
		{ { NULL }, 2, "hypotheses is missing" },
		{ { TEXT "english.hyp" }, 2, "--ref FILE is missing" },
		{ { ENGLISH, TEXT "world.hyp" }, 1, "english.hyp has 24 lines, " },
		{ { ENGLISH, "-pbs" }, 2, "takes two files of hypotheses or more" },
		{ { ENGLISH, TEXT "english.hyp", "-pbs", "-par" }, 2, "exclude each other" },
		{ { ENGLISH, TEXT "english.hyp", "-ci" }, 2, "--confidence is of one file" },
		{ { ENGLISH, TEXT "english.hyp", "-sl" }, 2, "--sentence-level takes one file" },
		{ { ENGLISH, "-sl", "-m", "bleu", "ter" }, 2, "--sentence-level takes one file" },
		{ { ENGLISH, "-sl", "-ci" }, 2, "leave --sentence-level out" },
		{ { ENGLISH, "--breakdown", "colour" }, 2, "--breakdown colour: must be length" },
		{ { ENGLISH, "--breakdown", "frequency" }, 2, "needs --train FILE" },
		{ { ENGLISH, "--breakdown", "source-frequency", "--train", "-" },
		  2,
		  "needs --source FILE" },
		{ { ENGLISH, "--breakdown", "length", "-ci" }, 2, "--breakdown goes with no test" },
		{ { ENGLISH, "--breakdown", "frequency", "--train", TEXT "none" },
		  1,
		  "none: cannot be opened" },
		{ { ENGLISH, "--format", "yaml" },
		  2,
		  "--format yaml: must be text, json or latex" },
		{ { ENGLISH, "-cw", "17" }, 2, "--chrf-word-order 17: must be a whole number" },
		{ { ENGLISH, "-pbsn", "0" }, 2, "--paired-bs-n 0: must be a whole number from 1" },
		{ { ENGLISH, "--metric", "bluff" }, 2, "--metrics bluff: must be" },
		{ { ENGLISH, "--tokenize", "14b" },
		  2,
		  "--tokenize 14b: must be one of 13a, intl, zh" },
		{ { ENGLISH, "--smooth", "sand" }, 2, "--smooth-method sand: must be" },
		{ { ENGLISH, "--smooth-value", "1" },
		  2,
		  "goes with --smooth-method floor or add-k" },
		{ { ENGLISH, "--smooth", "floor", "--smooth-value", "nan" },
		  2,
		  "must be a number" },
		{ { ENGLISH, "--smooth", "floor", "--smooth-value", "1x" }, 2, "must be a number" },
		{ { ENGLISH, "--smooth", "floor", "--smooth-value", "-1" }, 2, "must be a number" },
		{ { ENGLISH, "--width", "1.5" }, 2, "must be a whole number" },
		{ { ENGLISH, "--ref" }, 2, "--ref lacks its value" },
		{ { "--run", "1", "--db", TEXT "none.db" }, 1, "none.db" },
		{ { ENGLISH, "--json=yes" }, 2, "--json takes no value" },
		{ { ENGLISH, "--what" }, 2, "--what is unknown" },
		{ { "--ref", "-", "-" }, 2, "standard input can be read only once" },
		{ { "--ref", TEXT "world.ref0", TEXT "english.hyp" },
		  1,
		  "english.hyp has 24 lines, " },
		{ { "--ref", TEXT "none.ref0", TEXT "english.hyp" },
		  1,
		  "none.ref0: cannot be opened" },
	};
	char output[OUTPUT_SIZE], errors[OUTPUT_SIZE];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_int_equal(run(cases[i].argument, output, errors), cases[i].status);
		assert_string_equal(output, "");
		assert_non_null(strstr(errors, cases[i].message));
		assert_ptr_equal(strchr(errors, '\n'), errors + strlen(errors) - 1);
	}
}

static void help_is_no_error(void **state)
{
	static const char *const argument[] = { "--help", NULL };
	char output[OUTPUT_SIZE], errors[OUTPUT_SIZE];

	(void)state;
	assert_int_equal(run(argument, output, errors), 0);
	assert_memory_equal(output, "usage: bakeoff score", 20);
	assert_string_equal(errors, "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_is_that_of_sacrebleu),
		cmocka_unit_test(sentence_level_prints_a_line_a_sentence),
		cmocka_unit_test(systems_are_tested_against_the_first),
		cmocka_unit_test(errors_name_the_place_and_the_remedy),
		cmocka_unit_test(help_is_no_error),
	};

	if (!freopen("/dev/null", "r", stdin)) /* whatever stands there would be hypotheses */
		return 1;
	return cmocka_run_group_tests_name("score", tests, NULL, NULL);
}
