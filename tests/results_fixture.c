/* results_fixture.c - a folder of its own with a database, and runs to fill it with. */
#include "tests/results_fixture.h"
#include "results/statement.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

int results_set_up(void **state)
{
	const char *temporary = getenv("TMPDIR");
	struct results_fixture *f = memory_new(1, sizeof *f);

	snprintf(f->folder, sizeof f->folder, "%.200s/bakeoff_results_XXXXXX",
	         temporary ? temporary : "/tmp");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/results.db", f->folder);
	assert_good(f, database_open(&f->database, f->path, DATABASE_WRITE, &f->error));
	*state = f;
	return 0;
}

int results_tear_down(void **state)
{
	struct results_fixture *f = *state;
	char command[sizeof f->folder + 16];

	database_close(&f->database);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

void results_file(const struct results_fixture *f, const char *name, char path[2 * PATH_SIZE])
{
	snprintf(path, 2 * PATH_SIZE, "%s/%s", f->folder, name);
}

long results_ask(struct database *database, const char *sql)
{
	struct error error;
	long value = -1;
	bool found;

	if (!statement_integer(database->handle, database->path, &error, &value, &found, sql, ""))
		fail_msg("%s", error.message);
	return value;
}

void results_execute(struct database *database, const char *sql)
{
	assert_int_equal(sqlite3_exec(database->handle, sql, NULL, NULL, NULL), SQLITE_OK);
}

long results_begin(struct results_fixture *f, const char *contestant, long seed,
                   const char *settings)
{
	char key[17];
	struct run_record record = { .contestant = contestant,
		                     .key = key,
		                     .seed = seed,
		                     .architecture = "rnn",
		                     .settings = settings,
		                     .parameters = 7500000,
		                     .multiply_adds = 6000000,
		                     .data_hash = "d1",
		                     .source_commit = "abc",
		                     .program_version = "1.0",
		                     .compiler = "gcc 12",
		                     .compiler_flags = "-O3",
		                     .cpu = "a cpu",
		                     .blas = "OpenBLAS 0.3.21",
		                     .blas_kernel = "Haswell",
		                     .vector_kernels = "avx2",
		                     .threads = 2,
		                     .host = "here",
		                     .folder = "x.runs/1" };
	long id;

	snprintf(key, sizeof key, "%016lx", 0xfeed0000 + f->keys++);
	assert_good(f, database_experiment(&f->database, "toy", "experiment: toy\n",
	                                   &record.experiment, &f->error));
	assert_good(f, database_run_begin(&f->database, &record, &id, &f->error));
	return id;
}

void results_point(struct results_fixture *f, long run, const char *metric, long step, double value)
{
	assert_good(f, database_point(&f->database, run, metric, step, value, &f->error));
}

static void add_bleu(struct results_fixture *f, long run, const char *test_set, double value)
{
	struct score score = { .test_set = test_set,
		               .metric = "BLEU",
		               .value = value,
		               .step = 20,
		               .signature = "BLEU|tok:13a",
		               .seconds = 2,
		               .sentences = 100,
		               .beam = 5,
		               .length_penalty = 1 };

	assert_good(f, database_score(&f->database, run, &score, &f->error));
	score.metric = "decode_sentences_per_second";
	score.value = 50;
	assert_good(f, database_score(&f->database, run, &score, &f->error));
}

void results_finish(struct results_fixture *f, long run, enum run_status status, const char *reason)
{
	struct run_totals totals = { .train_seconds = 120,
		                     .valid_seconds = 3,
		                     .decode_seconds = 2,
		                     .io_seconds = 1,
		                     .peak_memory = 500000000,
		                     .updates = 20,
		                     .source_tokens = 9000,
		                     .target_tokens = 10000 };

	assert_good(f, database_run_finish(&f->database, run, status, reason, &totals, &f->error));
}

void results_fill(struct results_fixture *f)
{
	static const char *const settings[] = {
		"{\"model\": {\"cell\": \"lstm\"}, \"train\": {\"warmup\": 100, \"clip\": 1.5}}",
		"{\"model\": {\"heads\": 4, \"shared\": true}, \"train\": {\"warmup\": 400, "
		"\"clip\": 1.5}}"
	};
	static const char *const names[] = { "lstm", "transformer" };

	for (int i = 0; i < 4; i++) {
		long run = results_begin(f, names[i / 2], i % 2 + 1, settings[i / 2]);
		struct translation t[] = { { "ein Hund", "a dog", i / 2 ? "a dog" : "a cat sat",
			                     -1.5 - i, 0.1 },
			                   { "zwei Katzen", "two cats", "two cats", -0.5, 0.2 } };

		for (long step = 10; step <= 20; step += 10) {
			results_point(f, run, "valid_perplexity", step, 30.0 - (double)step - i);
			results_point(f, run, "target_tokens_per_second", step,
			              1000.0 * (i / 2 + 1));
			results_point(f, run, "source_tokens_per_second", step,
			              900.0 * (i / 2 + 1));
			results_point(f, run, "seconds", step, (double)step / 2);
			results_point(f, run, "target_tokens", step, 1000.0 * (double)step);
		}
		assert_good(f, database_flush(&f->database, &f->error));
		add_bleu(f, run, "flickr", 30 + 2 * i);
		add_bleu(f, run, "coco", 25 - i);
		assert_good(f, database_hypotheses(&f->database, run, "flickr", t, 2, &f->error));
		results_finish(f, run, RUN_DONE, "stop.epochs");
	}
	results_finish(f, results_begin(f, "transformer", 3, settings[1]), RUN_FAILED,
	               "loss is not a number");
}

int results_command(const struct results_fixture *f, int command(int, char **),
                    const char *const *arguments, char *output, size_t size)
{
	char path[2 * PATH_SIZE], *argument[10] = { NULL };
	int count = 0, status;
	FILE *file;
	pid_t child;

	results_file(f, "output", path);
	for (; arguments[count]; count++)
		argument[count] =
			memory_text(strcmp(arguments[count], "DB") ? arguments[count] : f->path);
	child = fork();
	if (child == 0) {
		if (!freopen(path, "w", stdout) || dup2(fileno(stdout), 2) < 0)
			_exit(99);
		optind = 0; /* options begin anew */
		status = command(count, argument);
		fflush(stdout);
		_exit(status);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	for (int i = 0; i < count; i++)
		free(argument[i]);
	file = fopen(path, "r");
	assert_non_null(file);
	output[fread(output, 1, size - 1, file)] = '\0';
	fclose(file);
	return WEXITSTATUS(status);
}
