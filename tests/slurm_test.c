/* slurm_test.c - words of a shell and of an #SBATCH line, and what squeue and sacct print. */
#include "core/process.h"
#include "experiments/slurm.h"
#include "experiments/slurm_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef void quote(FILE *, const char *);

static char *quoted(quote *by, const char *text)
{
	char *word;
	size_t size;
	FILE *out = open_memstream(&word, &size);

	assert_non_null(out);
	by(out, text);
	fclose(out);
	return word;
}

/* Every byte but NUL and line breaks, and what a shell would act upon. */
static void a_shell_reads_back_every_text(void **state)
{
	char all[256];
	const char *const texts[] = { "",         "a b",         "it's", "'",      "''\\''",
		                      "$(false)", "`false`",     "\\",   "a\\'b",  "-n",
		                      "*",        "~",           "!!",   "\"$x\"", "a;b&c|d>e",
		                      "#",        "\xc3\xa9\xff" };
	struct error error;
	int length = 0;

	(void)state;
	for (int c = 1; c < 256; c++)
		if (c != '\n' && c != '\r')
			all[length++] = (char)c;
	all[length] = '\0';
	for (size_t i = 0; i <= sizeof texts / sizeof texts[0]; i++) {
		const char *text = i ? texts[i - 1] : all;
		char *word = quoted(shell_quote, text), command[2048], *said;
		const char *const arguments[] = { "sh", "-c", command, NULL };
		int status;

		snprintf(command, sizeof command, "printf %%s %s", word);
		assert_true(process_read(arguments, false, &said, &status, &error));
		assert_int_equal(status, 0);
		assert_string_equal(said, text);
		free(said);
		free(word);
	}
}

static void a_directive_has_one_word(void **state)
{
	static const char *const cases[][2] = {
		{ "a", "\"a\"" },     { "", "\"\"" },       { "a b # c", "\"a b # c\"" },
		{ "\"", "\"\\\"\"" }, { "\\", "\"\\\\\"" }, { "it's $(x)", "\"it's $(x)\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *word = quoted(sbatch_quote, cases[i][0]);

		assert_string_equal(word, cases[i][1]);
		free(word);
	}
}

static void expect(const struct slurm_queue *q, long job, int task, const char *want)
{
	const struct slurm_task *t = slurm_queue_find(q, job, task);
	char got[256] = "nothing";

	if (t)
		snprintf(got, sizeof got, "%s|%s|%s", t->state, t->node, t->reason);
	if (strcmp(got, want) != 0)
		fail_msg("%ld_%d: %s, expected %s", job, task, got, want);
}

static void queues_are_read(void **state)
{
	/* squeue and sacct of Slurm 22.05 */
	static const char lines[] = "4_1|COMPLETED|n1|None\n"
				    "4_2|RUNNING|n2|None\n"
				    "4_[3-5,8,10-11%2]|PENDING||JobArrayTaskLimit\n"
				    "5_1|NODE_FAIL|n1|None\n"
				    "5_1|PENDING||BeginTime\n"
				    "6_2|CANCELLED by 1000|None assigned|None\n"
				    "6_3|OUT_OF_MEMORY+|n3\n"
				    "7_[1-2,4...]|PENDING||(Priority)\n"
				    "9|RUNNING|n1|None\n"
				    "4_1.batch|FAILED|n1|None";
	struct slurm_queue q = { 0 };

	(void)state;
	slurm_queue_parse(&q, lines);
	expect(&q, 4, 2, "RUNNING|n2|");
	expect(&q, 4, 3, "PENDING||JobArrayTaskLimit");
	expect(&q, 4, 5, "PENDING||JobArrayTaskLimit");
	expect(&q, 4, 6, "nothing");
	expect(&q, 4, 8, "PENDING||JobArrayTaskLimit");
	expect(&q, 4, 11, "PENDING||JobArrayTaskLimit");
	expect(&q, 5, 1, "PENDING||BeginTime");
	expect(&q, 6, 2, "CANCELLED||");
	expect(&q, 6, 3, "OUT_OF_MEMORY|n3|");
	expect(&q, 7, 4, "PENDING||(Priority)");
	expect(&q, 9, 1, "nothing");
	slurm_queue_free(&q);
}

/* Anything may come out of a program of that name. */
static void garbage_is_passed_over(void **state)
{
	static const char *const cases[] = {
		"",
		"\n\n",
		"|||",
		"4_",
		"_1|RUNNING|n|r",
		"4_|RUNNING",
		"4_1",
		"4_1|",
		"4_1||n|r",
		"4_[|RUNNING|",
		"4_[1-|PENDING",
		"4_[3-1]|PENDING",
		"4_[,]|PENDING",
		"4_x|RUNNING",
		"99999999999999999999_1|RUNNING|n|r",
		"4_99999999999999999999|RUNNING",
		"slurm_load_jobs error: Invalid job id specified\n",
		"4_[1--2]|PENDING",
		"4_1-2|RUNNING|n|r",
		"-4_1|RUNNING|n|r",
	};
	struct slurm_queue q = { 0 };
	char line[600] = "4_1|";

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		slurm_queue_parse(&q, cases[i]);
		if (q.tasks)
			fail_msg("%s: is no task", cases[i]);
	}
	memset(line + 4, 'A', sizeof line - 5);
	slurm_queue_parse(&q, line);
	assert_int_equal(q.tasks, 1);
	assert_int_equal(strlen(q.task[0].state), sizeof q.task[0].state - 1);
	slurm_queue_free(&q);
	slurm_queue_parse(&q, "4_1|RUN\033[31m|\001|x\n");
	assert_string_equal(q.task[0].state, "RUN?[31m");
	slurm_queue_free(&q);
}

static void programs_are_read(void **state)
{
	const char *const fails[] = { "sh", "-c", "printf 'a\\nb'; exit 3", NULL };
	const char *const dies[] = { "sh", "-c", "kill -9 $$", NULL };
	const char *const none[] = { "no-such-program-here", NULL };
	struct error error;
	char *text;
	int status;

	(void)state;
	assert_true(process_read(fails, true, &text, &status, &error));
	assert_string_equal(text, "a\nb");
	assert_int_equal(status, 3);
	free(text);
	assert_true(process_read(dies, true, &text, &status, &error));
	assert_string_equal(text, "");
	assert_int_equal(status, 128 + 9);
	free(text);
	assert_false(process_read(none, true, &text, &status, &error));
	assert_string_equal(error.message, "no-such-program-here is not in PATH");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shell_reads_back_every_text),
		cmocka_unit_test(a_directive_has_one_word),
		cmocka_unit_test(queues_are_read),
		cmocka_unit_test(garbage_is_passed_over),
		cmocka_unit_test(programs_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
