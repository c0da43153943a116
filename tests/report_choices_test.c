/* report_choices_test.c - what a report's reader may choose, and what it leaves out to be read. */
#include "tests/report_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SENTENCES = 30 };

/* Hypotheses of which the first `right` are their references. */
static void add_hypotheses(struct report_fixture *f, long run, int right)
{
	for (int i = 0; i < SENTENCES; i++) {
		char *sql = sqlite3_mprintf(
			"INSERT INTO hypotheses VALUES (%ld, 'news', %d, 's', 'a b c d e%d',"
			" %Q, -1, 0.1)",
			run, i, i, i < right ? "" : "x y z u v");

		if (i < right) {
			sqlite3_free(sql);
			sql = sqlite3_mprintf("INSERT INTO hypotheses VALUES (%ld, 'news', %d, 's',"
			                      " 'a b c d e%d', 'a b c d e%d', -1, 0.1)",
			                      run, i, i, i);
		}
		assert_int_equal(sqlite3_exec(f->database.handle, sql, NULL, NULL, NULL),
		                 SQLITE_OK);
		sqlite3_free(sql);
	}
}

/* Ten contestants, c0 to c9; c9 alone is good. */
static void add_ten(struct report_fixture *f)
{
	for (int i = 0; i < 10; i++) {
		char name[16], settings[32];
		long run;

		snprintf(name, sizeof name, "c%d", i);
		snprintf(settings, sizeof settings, "{\"x\": %d}", i);
		run = report_begin(f, name, 1, settings);
		report_score(f, run, "news", "BLEU", i == 9 ? 90 : 10);
		add_hypotheses(f, run, i == 9 ? 28 : 3);
		report_finish(f, run, RUN_DONE, NULL);
	}
}

static char *with_guide(struct report_fixture *f, const struct report_guide *guide)
{
	struct document document = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	report_check(f, report_make(&document, &f->database, "try", guide, &f->error));
	report_check(f, document_write(out, &document, DOCUMENT_MARKDOWN, false, &f->error));
	fclose(out);
	document_free(&document);
	return text;
}

/* Among ten nothing is tested, but against one of them all are. */
static void test_baseline(void **state)
{
	struct report_fixture *f = *state;
	const struct report_guide first = { .baseline = "c0" }, none = { .baseline = "c10" };
	struct document document = { 0 };
	char *text;

	add_ten(f);
	text = with_guide(f, &(struct report_guide){ 0 });
	assert_has(text, "no difference is tested");
	assert_has(text, "--baseline NAME");
	assert_lacks(text, "†");
	free(text);
	text = with_guide(f, &first);
	assert_has(text, "**c9 is better than c0 on news by ");
	assert_lacks(text, "no difference is tested");
	assert_has(text, "8 of 9 tests against c0 end in a tie");
	assert_has(text, "90.00**†");
	assert_has(text, "† the test tells it apart from c0");
	free(text);
	assert_false(report_make(&document, &f->database, "try", &none, &f->error));
	assert_has(f->error.message, "no contestant c10");
	document_free(&document);
}

static bool zero_is_default(const char *architecture, const char *key, const char *value)
{
	(void)architecture;
	return !strcmp(key, "depth") && !strcmp(value, "0");
}

/* Layers of a side are said where they count: not beside `layers`, nor of a side that is not there. */
static void test_idle_layers(void **state)
{
	struct report_fixture *f = *state;
	char *text;

	report_add_done(f, "a", 1,
	                "{\"model\":{\"arrangement\":\"encoder-decoder\"},\"settings\":"
	                "{\"layers\":0,\"encoder_layers\":2,\"decoder_layers\":6}}",
	                20);
	report_add_done(f, "b", 1,
	                "{\"model\":{\"arrangement\":\"encoder-decoder\"},\"settings\":"
	                "{\"layers\":4,\"encoder_layers\":3,\"decoder_layers\":7}}",
	                20);
	report_add_done(f, "c", 1,
	                "{\"model\":{\"arrangement\":\"decoder-only\"},\"settings\":"
	                "{\"layers\":0,\"encoder_layers\":5,\"decoder_layers\":8}}",
	                20);
	text = with_guide(f, &(struct report_guide){ 0 });
	assert_has(text, "| settings.layers | 0 | 4 | 0 |");
	assert_has(text, "| settings.encoder\\_layers | 2 |  |  |");
	assert_has(text, "| settings.decoder\\_layers | 6 |  | 8 |");
	free(text);
}

/* A setting that others lack is said where it is not what it would be anyway. */
static void test_idle_settings(void **state)
{
	struct report_fixture *f = *state;
	const struct report_guide guide = { .is_default = zero_is_default };
	char *text;

	report_add_done(f, "a", 1, "{\"architecture\":\"rnn\",\"settings\":{\"depth\":0}}", 20);
	report_add_done(f, "b", 1, "{\"architecture\":\"cnn\",\"settings\":{\"width\":3}}", 20);
	text = with_guide(f, &guide);
	assert_lacks(text, "\n| settings.depth |");
	assert_has(text, "\n| settings.width |");
	free(text);
	text = with_guide(f, &(struct report_guide){ 0 });
	assert_has(text, "\n| settings.depth |");
	free(text);
	report_add_done(f, "c", 1, "{\"architecture\":\"rnn\",\"settings\":{\"depth\":1}}", 20);
	text = with_guide(f, &guide);
	assert_has(text, "\n| settings.depth |");
	free(text);
}

/* A run that diverged is said to have, and decides neither the common target nor an axis. */
static void test_diverged(void **state)
{
	struct report_fixture *f = *state;
	char *text;

	report_add_done(f, "calm", 2, "{\"a\": 1}", 20);
	report_add_done(f, "other", 2, "{\"a\": 2}", 20);
	report_add_done(f, "wild", 1, "{\"a\": 3}", 1);
	text = report_text(f, DOCUMENT_HTML);
	assert_lacks(text, "diverged");
	assert_has(text, ">wild</text>");
	free(text);
	assert_int_equal(
		sqlite3_exec(
			f->database.handle,
			"UPDATE points SET value = 9e999 WHERE run = 5 AND metric IN (SELECT id"
			" FROM metrics WHERE name IN ('train_nll', 'valid_nll', "
			"'valid_perplexity'));"
			"UPDATE summaries SET best = 9e999, last = 9e999 WHERE run = 5 AND "
			"metric IN (SELECT id FROM metrics WHERE name LIKE 'valid%')",
			NULL, NULL, NULL),
		SQLITE_OK);
	text = report_text(f, DOCUMENT_HTML);
	assert_well_formed(text);
	assert_has(text, "<strong>1 run diverged</strong>");
	assert_has(text, "run 5 (wild, seed 1)");
	assert_has(text, "which all done runs reached but those that diverged");
	assert_lacks(text, "perplexity inf");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_baseline, report_set_up, report_tear_down),
		cmocka_unit_test_setup_teardown(test_idle_settings, report_set_up,
		                                report_tear_down),
		cmocka_unit_test_setup_teardown(test_idle_layers, report_set_up, report_tear_down),
		cmocka_unit_test_setup_teardown(test_diverged, report_set_up, report_tear_down),
	};

	return cmocka_run_group_tests_name("report choices", tests, NULL, NULL);
}
