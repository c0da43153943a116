/* report_test.c - a report has every contestant and test set with SQL's numbers, in every format,
 * and what is in the database stays text. */
#include "results/markup.h"
#include "results/report.h"
#include "results/statement.h"

#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HOSTILE "<b onload='x'>&\"|*_`$\\{}%#^~[a](http://x.example/) ]]> -- \x01 \xff \u202e 中"

struct fixture {
	char folder[256], path[300];
	struct database database;
	struct error error;
	long experiment;
};

static void check(const struct fixture *f, bool good)
{
	if (!good)
		fail_msg("%s", f->error.message);
}

static int set_up(void **state)
{
	const char *temporary = getenv("TMPDIR");
	struct fixture *f = memory_new(1, sizeof *f);

	snprintf(f->folder, sizeof f->folder, "%.200s/bakeoff_report_XXXXXX",
	         temporary ? temporary : "/tmp");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/results.db", f->folder);
	check(f, database_open(&f->database, f->path, DATABASE_WRITE, &f->error));
	check(f, database_experiment(&f->database, "try", "text", &f->experiment, &f->error));
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[300];

	database_close(&f->database);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static void add_points(struct fixture *f, long run, double level)
{
	for (long step = 1; step <= 40; step++) {
		const double fall = level / (double)step;

		check(f, database_point(&f->database, run, "train_nll", step, fall, &f->error) &&
		                 database_point(&f->database, run, "seconds", step,
		                                (double)step / 2, &f->error) &&
		                 database_point(&f->database, run, "target_tokens", step,
		                                100.0 * (double)step, &f->error));
		if (step % 10 == 0)
			check(f, database_point(&f->database, run, "valid_perplexity", step,
			                        exp(fall), &f->error));
	}
	check(f, database_flush(&f->database, &f->error));
}

/* A run with curves; its end is left to the caller. */
static long begin(struct fixture *f, const char *contestant, long seed, const char *settings)
{
	char key[17];
	struct run_record record = { .experiment = f->experiment,
		                     .contestant = contestant,
		                     .key = key,
		                     .seed = seed,
		                     .architecture = "rnn",
		                     .settings = settings,
		                     .parameters = 7654321,
		                     .multiply_adds = 1000,
		                     .data_hash = "d1",
		                     .cpu = "a cpu",
		                     .threads = 2 };
	static const char digits[] = "0123456789abcdef";
	long id;

	memset(key, '0', sizeof key - 1);
	key[16] = '\0';
	for (size_t i = 0; contestant[i] && i < 12; i++)
		key[i] = digits[(unsigned char)contestant[i] % 16];
	key[14] = digits[seed / 16 % 16];
	key[15] = digits[seed % 16];
	check(f, database_run_begin(&f->database, &record, &id, &f->error));
	add_points(f, id, 3 + (double)seed / 10 + (double)strlen(contestant) / 100);
	return id;
}

static void finish(struct fixture *f, long run, enum run_status status, const char *reason)
{
	const struct run_totals totals = {
		.train_seconds = 20, .updates = 40, .target_tokens = 4000, .source_tokens = 4000
	};

	check(f, database_run_finish(&f->database, run, status, reason, &totals, &f->error));
}

static void score(struct fixture *f, long run, const char *test_set, const char *metric,
                  double value)
{
	const struct score s = { .test_set = test_set,
		                 .metric = metric,
		                 .value = value,
		                 .step = 40,
		                 .signature = "nrefs:1",
		                 .sentences = 10,
		                 .beam = 1,
		                 .length_penalty = 1 };

	check(f, database_score(&f->database, run, &s, &f->error));
}

static void add_done(struct fixture *f, const char *contestant, int seeds, const char *settings,
                     double bleu)
{
	for (int seed = 1; seed <= seeds; seed++) {
		const long run = begin(f, contestant, seed, settings);

		score(f, run, "news", "BLEU", bleu + seed);
		score(f, run, HOSTILE, "BLEU", bleu / 2 + seed);
		finish(f, run, RUN_DONE, NULL);
	}
}

/* The report in a format; the caller frees it. */
static char *report(struct fixture *f, enum document_format format)
{
	struct document document = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	check(f, report_make(&document, &f->database, "try", &f->error));
	check(f, document_write(out, &document, format, false, &f->error));
	document_free(&document);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("the report lacks \"%s\"", part);
}

static void assert_lacks(const char *text, const char *part)
{
	const char *at = strstr(text, part);

	if (at)
		fail_msg("the report has \"%s\": %.80s", part, at);
}

/* Tags open and close in order, attributes are quoted, and & begins an entity. */
static void assert_well_formed(const char *html)
{
	char stack[64][24];
	int depth = 0;

	for (const char *p = strchr(html, '>') + 1; *p; p++) {
		char name[24] = "";
		const bool closing = p[0] == '<' && p[1] == '/';
		const char *end;

		if (*p == '&')
			assert_true(!strncmp(p, "&amp;", 5) || !strncmp(p, "&lt;", 4) ||
			            !strncmp(p, "&gt;", 4) || !strncmp(p, "&quot;", 6) ||
			            !strncmp(p, "&#39;", 5));
		if (*p != '<')
			continue;
		end = strchr(p, '>');
		assert_non_null(end);
		assert_int_equal(sscanf(p + 1 + closing, "%23[a-z0-9]", name), 1);
		if (closing) {
			assert_true(depth > 0);
			assert_string_equal(name, stack[--depth]);
		} else if (end[-1] != '/') {
			assert_true(depth < 64);
			strcpy(stack[depth++], name);
		}
		p = end;
	}
	assert_int_equal(depth, 0);
}

/* Nothing is fetched from anywhere. */
static void assert_self_contained(const char *html)
{
	static const char *const outside[] = { " src=",       "@import",  "url(",
		                               "<script",     "<link",    "<iframe",
		                               "href=\"http", "href=\"/", " onload=\"" };

	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
		assert_lacks(html, outside[i]);
}

static void test_contestants_and_numbers(void **state)
{
	struct fixture *f = *state;

	add_done(f, "lstm", 3, "{\"a\": 1}", 20);
	add_done(f, "convs2s", 3, "{\"a\": 2}", 30);
	add_done(f, "alone", 1, "{\"a\": 3}", 10);
	for (int format = 0; format < 3; format++) {
		char *text = report(f, (enum document_format)format);

		assert_has(text, "lstm");
		assert_has(text, "convs2s");
		assert_has(text, "alone");
		assert_has(text, "news BLEU");
		assert_has(text, "22.00"); /* the mean of 21, 22, 23, whose deviation is 1 */
		assert_has(text, format == DOCUMENT_LATEX ? "$\\pm$ 1.00" : " ± 1.00");
		assert_has(text, "7.65 M");
		assert_has(text, format == DOCUMENT_HTML       ? "<strong>32.00</strong>"
		                 : format == DOCUMENT_MARKDOWN ? "**32.00**"
		                                               : "\\textbf{32.00}");
		assert_lacks(text, format == DOCUMENT_HTML       ? "<strong>22.00</strong>"
		                   : format == DOCUMENT_MARKDOWN ? "**22.00**"
		                                                 : "\\textbf{22.00}");
		free(text);
	}
}

static void test_hostile_text(void **state)
{
	struct fixture *f = *state;
	char *text;
	long run;

	add_done(f, HOSTILE, 2, "{\"a<b>\": \"<script>&\"}", 20);
	add_done(f, "other", 2, "{\"a<b>\": 2}", 21);
	run = begin(f, "broken", 1, "{}");
	finish(f, run, RUN_FAILED, HOSTILE);
	text = report(f, DOCUMENT_HTML);
	assert_well_formed(text);
	assert_self_contained(text);
	assert_has(text, "&lt;b onload=&#39;x&#39;&gt;");
	assert_lacks(text, "<b onload");
	assert_lacks(text, "\x01");
	assert_lacks(text, "\xff");
	assert_lacks(text, "\u202e");
	free(text);
	text = report(f, DOCUMENT_MARKDOWN);
	assert_has(text, "\\<b onload='x'\\>\\&\"\\|\\*\\_\\`\\$");
	free(text);
	text = report(f, DOCUMENT_LATEX);
	assert_has(text, "\\textless{}b onload='x'\\textgreater{}\\&");
	assert_has(text, "\\othercharacter{4E2D}{中}");
	free(text);
}

static void test_little_to_report(void **state)
{
	struct fixture *f = *state;
	char *text;
	long run;

	for (int format = 0; format < 3; format++) { /* an experiment without runs */
		text = report(f, (enum document_format)format);
		assert_has(text, "0 runs");
		free(text);
	}
	run = begin(f, "only", 1, "{}");
	text = report(f, DOCUMENT_HTML);
	assert_well_formed(text);
	assert_has(text, "No run is done yet");
	assert_has(text, "1 run is not done");
	free(text);
	finish(f, run, RUN_DONE, NULL); /* and no test set */
	text = report(f, DOCUMENT_HTML);
	assert_well_formed(text);
	assert_has(text, "By valid perplexity, ");
	assert_lacks(text, " leads ");
	assert_has(text, "fewer than three seeds");
	free(text);
	finish(f, begin(f, "only", 2, "{}"), RUN_FAILED, "the disk is full");
	text = report(f, DOCUMENT_HTML);
	assert_has(text, "the disk is full");
	assert_has(text, "1 of 2");
	free(text);
}

static void test_warnings(void **state)
{
	struct fixture *f = *state;
	char *text;

	add_done(f, "a", 3, "{\"train\": {\"batch_tokens\": 100}}", 20);
	add_done(f, "b", 3, "{\"train\": {\"batch_tokens\": 100}}", 21);
	text = report(f, DOCUMENT_MARKDOWN);
	assert_lacks(text, "Parameters differ");
	assert_lacks(text, "different data");
	free(text);
	sqlite3_exec(
		f->database.handle,
		"UPDATE runs SET parameters = parameters * 2, data_hash = 'd2', threads = 4 WHERE "
		"contestant = 'b'",
		NULL, NULL, NULL);
	text = report(f, DOCUMENT_MARKDOWN);
	assert_has(text, "**Parameters differ: **b has 15.3 M, 2.00 times the 7.65 M of a");
	assert_has(text, "2 different data");
	assert_has(text, "2 different numbers of threads");
	free(text);
}

/* More contestants than colours: all are in the table, the best in the plots' legends. */
static void test_many(void **state)
{
	struct fixture *f = *state;
	char *text, name[16], settings[32];

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "c%02d", i);
		snprintf(settings, sizeof settings, "{\"x\": %d}", i);
		add_done(f, name, 1, settings, i);
	}
	text = report(f, DOCUMENT_HTML);
	assert_well_formed(text);
	assert_has(text, "<th scope=\"row\">c00</th>");
	assert_has(text, ">c39</text>");
	assert_lacks(text, ">c00</text>");
	assert_true(strstr(text, ">c39</th>") < strstr(text, ">c00</th>"));
	free(text);
}

static void test_compiles(void **state)
{
	struct fixture *f = *state;
	struct document document = { 0 };
	char command[800];

	if (system("command -v pdflatex >/dev/null 2>&1") != 0)
		skip();
	add_done(f, HOSTILE, 2, "{\"a<b>\": \"<script>&\"}", 20);
	add_done(f, "other", 2, "{\"a<b>\": 2}", 21);
	check(f, report_make(&document, &f->database, "try", &f->error));
	check(f, document_write_files(f->folder, &document, DOCUMENT_LATEX, &f->error));
	document_free(&document);
	snprintf(command, sizeof command,
	         "cd '%s' && pdflatex -interaction=nonstopmode -halt-on-error report.tex > said || "
	         "{ tail -20 said; false; }",
	         f->folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_contestants_and_numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hostile_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_little_to_report, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_warnings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_compiles, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
