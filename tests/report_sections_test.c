/* report_sections_test.c - costs, variations, verdicts and sentences of a report are what the rows
 * say. */
#include "tests/report_fixture.h"

#include "results/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SENTENCES = 30 };

/* Hypotheses that lose the last `wrong` words of each reference of six. */
static void add_hypotheses(struct report_fixture *f, long run, int wrong)
{
	static const char *const reference = "one two three four five six";
	static const char *const hypothesis[] = { "one two three four five six",
		                                  "one two three four five else",
		                                  "one two three four else else",
		                                  "one two three else else else" };
	struct translation t[SENTENCES];

	for (int i = 0; i < SENTENCES; i++)
		t[i] = (struct translation){ i % 2 ? "a b c d" : "a b", reference,
			                     hypothesis[i % 7 ? wrong : 0], -1, 0.01 };
	t[5].reference = "<i>a</i> reference that is not like the others at all";
	report_check(f, database_hypotheses(&f->database, run, "news", t, SENTENCES, &f->error));
}

static void add_tested(struct report_fixture *f, const char *contestant, const char *settings,
                       int wrong)
{
	for (int seed = 1; seed <= 3; seed++) {
		const long run = report_begin(f, contestant, seed, settings);

		report_score(f, run, "news", "BLEU", 90 - 20 * wrong + seed);
		add_hypotheses(f, run, wrong);
		report_finish(f, run, RUN_DONE, NULL);
	}
}

static void test_word_differences(void **state)
{
	static const struct {
		const char *first, *second, *shown; /* -: of the first alone, +: of the second */
	} cases[] = {
		{ "", "", "" },
		{ "a b", "a b", " a b" },
		{ "a x c", "a b c", " a -x +b c" },
		{ "", "a b", " +a +b" },
		{ "a  b", "b", " -a b" },
		{ "b a", "a b", " -b a +b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct word_difference *d = words_difference(cases[i].first, cases[i].second);
		char shown[64] = "";

		for (size_t w = 0; w < d->count; w++)
			sprintf(shown + strlen(shown), " %s%.*s",
			        d->words[w].side == WORD_FIRST    ? "-"
			        : d->words[w].side == WORD_SECOND ? "+"
			                                          : "",
			        (int)d->words[w].length, d->words[w].text);
		assert_string_equal(shown, cases[i].shown);
		words_difference_free(d);
	}
}

static bool predict(void *context, long run, struct report_prediction *p, struct error *error)
{
	(void)context;
	(void)error;
	*p = (struct report_prediction){ "n²·d", { run != 5, true }, { (double)run, 7 }, { 5, 6 } };
	return true;
}

/* 1,000 multiply-adds a token forward, 4,000 tokens, three times that to train. */
static void test_costs(void **state)
{
	struct report_fixture *f = *state;
	struct document document = { 0 };
	const struct report_guide guide = { .predict = predict };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	report_add_done(f, "lstm", 2, "{\"a\": 1}", 20);
	report_add_done(f, "convs2s", 2, "{\"a\": 2}", 30);
	report_add_done(f, "one-stack", 2, "{\"a\": 3}", 30);
	report_check(f, report_make(&document, &f->database, "try", &guide, &f->error));
	report_check(f, document_write(out, &document, DOCUMENT_MARKDOWN, false, &f->error));
	fclose(out);
	assert_has(text, "| one-stack | n²·d | 7 | 6 | 1,000 |");
	assert_has(text, "| lstm | n²·d | 1 / 7 | 5 / 6 | 1,000 |");
	assert_has(text, "| convs2s | n²·d | 3 / 7 | 5 / 6 | 1,000 |");
	assert_has(text, "1.20×10⁷ | 20 s |");
	assert_has(text, "| multiply-adds to target | time to target |");
	assert_has(text, "which all done runs reached"); /* after the last of 40 updates: 20 s */
	assert_has(text, "1.20×10⁷ | 20 s | 1.20×10⁷ | 20 s |");
	document_free(&document);
	free(text);
}

enum { UNREADABLE = 100 }; /* calls after which what is asked for cannot be read */

/* Two heads: the first looks at the same place, the second at the other. */
static bool attend(void *context, long run, const char *source, const char *target,
                   struct report_map *map, struct error *error)
{
	static const double weight[] = { 0.5, 0.5, 0.5, 0.5, 1, 0, 0, 1, 0, 1, 1, 0 };

	if (++*(int *)context > UNREADABLE)
		return error_set(error, "unreadable");
	assert_string_equal(source, "a b c d");
	assert_string_equal(target, "one two three four five six");
	if (run % 2 == 0)
		return true;
	*map = (struct report_map){ .rows = 2, .columns = 2, .heads = 2 };
	map->row = memory_new(2, sizeof *map->row);
	map->column = memory_new(2, sizeof *map->column);
	for (int i = 0; i < 2; i++) {
		map->row[i] = memory_text(i ? HOSTILE : "one");
		map->column[i] = memory_text(i ? "</svg>" : "a");
	}
	map->weight = memory_new(12, sizeof *map->weight);
	memcpy(map->weight, weight, sizeof weight);
	return true;
}

static void test_attention(void **state)
{
	struct report_fixture *f = *state;
	struct document document = { 0 };
	int asked = 0;
	const struct report_guide guide = { .context = &asked, .attend = attend };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	add_tested(f, "good", "{\"a\": 1}", 0);
	report_check(f, report_make(&document, &f->database, "try", &guide, &f->error));
	report_check(f, document_write(out, &document, DOCUMENT_HTML, false, &f->error));
	fclose(out);
	assert_well_formed(text);
	assert_has(text, "the one that all translated best: <strong>a b c d</strong>");
	assert_int_equal(asked, 1); /* of the first run */
	assert_has(text, "head 2</label>");
	assert_has(text, "one: &lt;/svg&gt;, 1.00.");
	assert_has(text, "%0Agood,2,1,one,2,%3C%2Fsvg%3E,1%0A");
	document_free(&document);
	asked = UNREADABLE;
	document = (struct document){ 0 };
	assert_false(report_make(&document, &f->database, "try", &guide, &f->error));
	assert_string_equal(f->error.message, "unreadable");
	document_free(&document);
	free(text);
}

static void test_variations(void **state)
{
	struct report_fixture *f = *state;
	char *text;

	report_add_done(f, "base", 1, "{\"a\": 1, \"b\": \"x\", \"c\": 0}", 20);
	report_add_done(f, "other", 1, "{\"a\": 2, \"b\": \"x\", \"c\": 0}", 21);
	report_add_done(f, "third", 1, "{\"a\": 1, \"b\": \"y\", \"c\": 0}", 22);
	text = report_text(f, DOCUMENT_MARKDOWN);
	assert_has(text, "| contestant | a | b | parameters |");
	assert_has(text, "| base | 1 | x | 7.65 M |");
	assert_has(text, "| other | 2 |  | 7.65 M |");
	assert_has(text, "| third |  | y | 7.65 M |");
	free(text);
}

static void test_verdicts_and_sentences(void **state)
{
	struct report_fixture *f = *state;
	char *text;

	add_tested(f, "good", "{\"a\": 1}", 0);
	add_tested(f, "bad", "{\"a\": 2}", 3);
	text = report_text(f, DOCUMENT_HTML);
	assert_well_formed(text);
	assert_self_contained(text);
	assert_has(text, "<strong>good is better than bad on news by ");
	assert_has(text, "<strong>92.00</strong>");
	assert_has(text, "32.00 ± 1.00†");
	assert_has(text, "<u>else</u> <u>else</u> <u>else</u> <del>four</del>");
	assert_has(text, "download=\"lengths.csv\"");
	assert_has(text, "%0Anews,good,2,2,15,"); /* class of two words: 15 sentences */
	free(text);
}

static void test_untested(void **state)
{
	struct report_fixture *f = *state;
	char *text;

	report_add_done(f, "lstm", 2, "{\"a\": 1}", 20); /* scores without hypotheses */
	report_add_done(f, "convs2s", 2, "{\"a\": 2}", 30);
	text = report_text(f, DOCUMENT_MARKDOWN);
	assert_has(text, "No difference is tested: ");
	assert_lacks(text, "†");
	free(text);
}

/* Nothing is drawn over the length where there is one length; a section with nothing in it is left
 * out. */
static void test_one_length(void **state)
{
	struct report_fixture *f = *state;
	struct translation t[SENTENCES];
	const long run = report_begin(f, "lstm", 1, "{\"a\": 1}");
	char *text;

	for (int i = 0; i < SENTENCES; i++)
		t[i] = (struct translation){ "a b c", "one", "one", -1, 0.01 };
	report_score(f, run, "news", "BLEU", 90);
	report_check(f, database_hypotheses(&f->database, run, "news", t, SENTENCES, &f->error));
	report_finish(f, run, RUN_DONE, NULL);
	text = report_text(f, DOCUMENT_MARKDOWN);
	assert_lacks(text, "Does quality fall");
	assert_lacks(text, "\n## Sentences");
	free(text);
	add_tested(f, "convs2s", "{\"a\": 2}", 1);
	text = report_text(f, DOCUMENT_MARKDOWN);
	assert_has(text, "\n## Sentences");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_word_differences),
		cmocka_unit_test_setup_teardown(test_costs, report_set_up, report_tear_down),
		cmocka_unit_test_setup_teardown(test_attention, report_set_up, report_tear_down),
		cmocka_unit_test_setup_teardown(test_variations, report_set_up, report_tear_down),
		cmocka_unit_test_setup_teardown(test_verdicts_and_sentences, report_set_up,
		                                report_tear_down),
		cmocka_unit_test_setup_teardown(test_untested, report_set_up, report_tear_down),
		cmocka_unit_test_setup_teardown(test_one_length, report_set_up, report_tear_down),
	};

	return cmocka_run_group_tests_name("report_sections", tests, NULL, NULL);
}
