/* report_test.c - a report has every contestant and test set with SQL's numbers, in every format,
 * and what is in the database stays text. */
#include "tests/report_fixture.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_contestants_and_numbers(void **state)
{
	struct report_fixture *f = *state;

	report_add_done(f, "lstm", 3, "{\"a\": 1}", 20);
	report_add_done(f, "convs2s", 3, "{\"a\": 2}", 30);
	report_add_done(f, "alone", 1, "{\"a\": 3}", 10);
	for (int format = 0; format < 3; format++) {
		char *text = report_text(f, (enum document_format)format);

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
	struct report_fixture *f = *state;
	char *text;
	long run;

	report_add_done(f, HOSTILE, 2, "{\"a<b>\": \"<script>&\"}", 20);
	report_add_done(f, "other", 2, "{\"a<b>\": 2}", 21);
	run = report_begin(f, "broken", 1, "{}");
	report_finish(f, run, RUN_FAILED, HOSTILE);
	text = report_text(f, DOCUMENT_HTML);
	assert_well_formed(text);
	assert_self_contained(text);
	assert_has(text, "&lt;b onload=&#39;x&#39;&gt;");
	assert_lacks(text, "<b onload");
	assert_lacks(text, "\x01");
	assert_lacks(text, "\xff");
	assert_lacks(text, "\u202e");
	free(text);
	text = report_text(f, DOCUMENT_MARKDOWN);
	assert_has(text, "\\<b onload='x'\\>\\&\"\\|\\*\\_\\`\\$");
	free(text);
	text = report_text(f, DOCUMENT_LATEX);
	assert_has(text, "\\textless{}b onload='x'\\textgreater{}\\&");
	assert_has(text, "\\othercharacter{4E2D}{中}");
	free(text);
}

static void test_little_to_report(void **state)
{
	struct report_fixture *f = *state;
	char *text;
	long run;

	for (int format = 0; format < 3; format++) { /* an experiment without runs */
		text = report_text(f, (enum document_format)format);
		assert_has(text, "0 runs");
		free(text);
	}
	run = report_begin(f, "only", 1, "{}");
	text = report_text(f, DOCUMENT_HTML);
	assert_well_formed(text);
	assert_has(text, "No run is done yet");
	assert_has(text, "1 run is not done");
	free(text);
	report_finish(f, run, RUN_DONE, NULL); /* and no test set */
	text = report_text(f, DOCUMENT_HTML);
	assert_well_formed(text);
	assert_has(text, "By valid perplexity, ");
	assert_lacks(text, "best mean");
	assert_lacks(text, "fewer than three seeds"); /* of one contestant it says nothing */
	free(text);
	report_finish(f, report_begin(f, "only", 2, "{}"), RUN_FAILED, "the disk is full");
	text = report_text(f, DOCUMENT_HTML);
	assert_has(text, "the disk is full");
	assert_has(text, "1 of 2");
	free(text);
}

static void test_warnings(void **state)
{
	struct report_fixture *f = *state;
	char *text;

	report_add_done(f, "a", 3, "{\"train\": {\"batch_tokens\": 100}}", 20);
	report_add_done(f, "b", 3, "{\"train\": {\"batch_tokens\": 100}}", 21);
	text = report_text(f, DOCUMENT_MARKDOWN);
	assert_lacks(text, "Parameters differ");
	assert_lacks(text, "different data");
	free(text);
	sqlite3_exec(
		f->database.handle,
		"UPDATE runs SET parameters = parameters * 2, data_hash = 'd2', threads = 4 WHERE "
		"contestant = 'b'",
		NULL, NULL, NULL);
	text = report_text(f, DOCUMENT_MARKDOWN);
	assert_has(text, "**Parameters differ:** b has 15.3 M, 2.00 times the 7.65 M of a");
	assert_has(text, "2 different data");
	assert_has(text, "2 different numbers of threads");
	free(text);
}

/* More contestants than colours: all are in the table, the best in the plots' legends. */
static void test_many(void **state)
{
	struct report_fixture *f = *state;
	char *text, name[16], settings[32];

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "c%02d", i);
		snprintf(settings, sizeof settings, "{\"x\": %d}", i);
		report_add_done(f, name, 1, settings, i);
	}
	text = report_text(f, DOCUMENT_HTML);
	assert_well_formed(text);
	assert_has(text, "fewer than three seeds");
	assert_has(text, "<th scope=\"row\">c00</th>");
	assert_has(text, ">c39</text>");
	assert_lacks(text, ">c00</text>");
	assert_true(strstr(text, ">c39</th>") < strstr(text, ">c00</th>"));
	free(text);
}

static void test_compiles(void **state)
{
	struct report_fixture *f = *state;
	struct document document = { 0 };
	char command[800];

	if (system("command -v pdflatex >/dev/null 2>&1") != 0)
		skip();
	report_add_done(f, HOSTILE, 2, "{\"a<b>\": \"<script>&\"}", 20);
	report_add_done(f, "other", 2, "{\"a<b>\": 2}", 21);
	report_check(f, report_make(&document, &f->database, "try", &(struct report_guide){ 0 },
	                            &f->error));
	report_check(f, document_write_files(f->folder, &document, DOCUMENT_LATEX, &f->error));
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
		cmocka_unit_test_setup_teardown(test_contestants_and_numbers, report_set_up,
		                                report_tear_down),
		cmocka_unit_test_setup_teardown(test_hostile_text, report_set_up, report_tear_down),
		cmocka_unit_test_setup_teardown(test_little_to_report, report_set_up,
		                                report_tear_down),
		cmocka_unit_test_setup_teardown(test_warnings, report_set_up, report_tear_down),
		cmocka_unit_test_setup_teardown(test_many, report_set_up, report_tear_down),
		cmocka_unit_test_setup_teardown(test_compiles, report_set_up, report_tear_down),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
