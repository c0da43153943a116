/* report_fixture.c - a database to report on, and what every report must be. */
#include "tests/report_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void report_check(const struct report_fixture *f, bool good)
{
	if (!good)
		fail_msg("%s", f->error.message);
}

int report_set_up(void **state)
{
	const char *temporary = getenv("TMPDIR");
	struct report_fixture *f = memory_new(1, sizeof *f);

	snprintf(f->folder, sizeof f->folder, "%.200s/bakeoff_report_XXXXXX",
	         temporary ? temporary : "/tmp");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/results.db", f->folder);
	report_check(f, database_open(&f->database, f->path, DATABASE_WRITE, &f->error));
	report_check(f,
	             database_experiment(&f->database, "try", "text", &f->experiment, &f->error));
	*state = f;
	return 0;
}

int report_tear_down(void **state)
{
	struct report_fixture *f = *state;
	char command[300];

	database_close(&f->database);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static void add_points(struct report_fixture *f, long run, double level)
{
	for (long step = 1; step <= 40; step++) {
		const double fall = level / (double)step;

		report_check(
			f, database_point(&f->database, run, "train_nll", step, fall, &f->error) &&
				   database_point(&f->database, run, "seconds", step,
		                                  (double)step / 2, &f->error) &&
				   database_point(&f->database, run, "target_tokens", step,
		                                  100.0 * (double)step, &f->error));
		if (step % 10 == 0)
			report_check(f, database_point(&f->database, run, "valid_perplexity", step,
			                               exp(fall), &f->error));
	}
	report_check(f, database_flush(&f->database, &f->error));
}

long report_begin(struct report_fixture *f, const char *contestant, long seed, const char *settings)
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
	report_check(f, database_run_begin(&f->database, &record, &id, &f->error));
	add_points(f, id, 3 + (double)seed / 10 + (double)strlen(contestant) / 100);
	return id;
}

void report_finish(struct report_fixture *f, long run, enum run_status status, const char *reason)
{
	const struct run_totals totals = {
		.train_seconds = 20, .updates = 40, .target_tokens = 4000, .source_tokens = 4000
	};

	report_check(f, database_run_finish(&f->database, run, status, reason, &totals, &f->error));
}

void report_score(struct report_fixture *f, long run, const char *test_set, const char *metric,
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

	report_check(f, database_score(&f->database, run, &s, &f->error));
}

void report_add_done(struct report_fixture *f, const char *contestant, int seeds,
                     const char *settings, double bleu)
{
	for (int seed = 1; seed <= seeds; seed++) {
		const long run = report_begin(f, contestant, seed, settings);

		report_score(f, run, "news", "BLEU", bleu + seed);
		report_score(f, run, HOSTILE, "BLEU", bleu / 2 + seed);
		report_finish(f, run, RUN_DONE, NULL);
	}
}

char *report_text(struct report_fixture *f, enum document_format format)
{
	struct document document = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	report_check(f, report_make(&document, &f->database, "try", &(struct report_guide){ 0 },
	                            &f->error));
	report_check(f, document_write(out, &document, format, false, &f->error));
	document_free(&document);
	assert_int_equal(fclose(out), 0);
	return text;
}

void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("the report lacks \"%s\"", part);
}

void assert_lacks(const char *text, const char *part)
{
	const char *at = strstr(text, part);

	if (at)
		fail_msg("the report has \"%s\": %.80s", part, at);
}

void assert_well_formed(const char *html)
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

void assert_self_contained(const char *html)
{
	static const char *const outside[] = { " src=",       "@import",  "url(",
		                               "<script",     "<link",    "<iframe",
		                               "href=\"http", "href=\"/", " onload=\"" };

	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
		assert_lacks(html, outside[i]);
}
