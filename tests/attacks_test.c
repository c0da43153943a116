/* attacks_test.c - texts made to harm, in every column of a database, crossed with all that prints
 * or writes: nothing acts where it arrives. */
#include "cli/commands.h"
#include "experiments/slurm.h"
#include "results/escape.h"
#include "tests/report_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Where a text may arrive. */
enum channel {
	LINES = 1, /* what people read, on a terminal or in a file */
	HTML = 2,  /* pages and SVG */
	LATEX = 4,
	MARKDOWN = 8,
	CSV = 16, /* at the start of a cell: a spreadsheet opens it */
	READ = LINES | HTML | LATEX | MARKDOWN,
};

static const struct attack {
	const char *text;
	const char *acts; /* the part that must not arrive as it is */
	int channels;
} attacks[] = {
	{ "\x1b]0;owned\x07", "\x1b]0", READ },
	{ "\x1b[2J\x1b[31mred", "\x1b[2J", READ },
	{ "\xc2\x9b"
	  "31mred",
	  "\xc2\x9b"
	  "31m",
	  READ },
	{ "\x9b"
	  "31mred \xff",
	  "\x9b"
	  "31m",
	  READ },
	{ "\xe2\x80\xaegpj.exe", "\xe2\x80\xae", READ },
	{ "gone\x08\x08\x7f", "\x08", READ },
	{ "over\rwritten", "\rwritten", READ },
	{ "two\nlines | forged", "\nlines", LINES | MARKDOWN | LATEX },
	{ "<script>alert(1)</script>", "<script>alert", HTML | MARKDOWN },
	{ "\" onload=\"alert(1)", "\" onload=\"", HTML },
	{ "' onload='alert(1)", "' onload='", HTML },
	{ "]]></text></svg><img src=x>", "<img src=x>", HTML | MARKDOWN },
	{ "&lt;b&gt;", "&lt;b&gt;", HTML },
	{ "\\input{/etc/passwd}", "\\input", LATEX },
	{ "\\immediate\\write18{id}", "\\write18", LATEX },
	{ "$x_1^2$ 50% #1 }{", "$x_1", LATEX },
	{ "[link](javascript:alert)", "[link](javascript", MARKDOWN },
	{ "a | cell `code` *b*", "a | cell", MARKDOWN },
	{ "=HYPERLINK(\"http://x\")", "=HYPERLINK", CSV },
	{ "@SUM(1+1)", "@SUM", CSV },
	{ "+cmd|' /C calc'!A0", "+cmd", CSV },
	{ "-2+3+cmd|' /C calc'!A0", "-2+3", CSV },
	{ "\t=1+1", "\t=1", CSV },
	{ "x'); DROP TABLE runs; --", NULL, 0 },
	{ "\" OR 1=1 --", NULL, 0 },
	{ "$(touch owned) `touch owned`; touch owned #", NULL, 0 },
	{ "../../owned", NULL, 0 },
	{ "/owned", NULL, 0 },
	{ "%s%n%s%n %100000d", NULL, 0 },
	{ "{\"a\": \"b\\", NULL, 0 },
	{ "'\\''\\", NULL, 0 },
};
enum { ATTACKS = sizeof attacks / sizeof attacks[0] };

static void execute(struct report_fixture *f, const char *sql, const char *text, long run)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(f->database.handle, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(f->database.handle));
	sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
	if (run)
		sqlite3_bind_int64(statement, 2, run);
	if (sqlite3_step(statement) != SQLITE_DONE)
		fail_msg("%s: %s", sql, sqlite3_errmsg(f->database.handle));
	sqlite3_finalize(statement);
}

/* A run every text of which is the attack; every other is done, and tested. */
static void plant(struct report_fixture *f, int i)
{
	static const char *const everywhere[] = {
		"UPDATE runs SET reason = ?1, host = ?1, cpu = ?1, note = ?1, folder = ?1, blas = "
		"?1,"
		" compiler = ?1, compiler_flags = ?1, source_commit = ?1, program_version = ?1,"
		" data_hash = ?1, architecture = ?1, started = ?1, contestant = ?1,"
		" key = printf('%016x', ?2), settings = json_object('train', json_object('note', "
		"?1),"
		" 'settings', json_object('width', 8, 'word', CAST(CAST(?1 AS BLOB) AS TEXT)))"
		" WHERE id = ?2",
		"INSERT INTO tags (name, run) VALUES (?1, ?2)",
		"INSERT INTO hypotheses (run, test_set, sentence, source, reference, hypothesis)"
		" VALUES (?2, ?1, 0, ?1, ?1 || ' b', ?1 || ' c')",
	};
	const struct attack *a = &attacks[i];
	const long run = report_begin(f, "planted", i, "{}");

	report_score(f, run, a->text, "BLEU", 20 + i);
	report_finish(f, run, i % 2 ? RUN_DONE : i % 4 ? RUN_FAILED : RUN_RUNNING, a->text);
	for (size_t k = 0; k < sizeof everywhere / sizeof *everywhere; k++)
		execute(f, everywhere[k], a->text, run);
	execute(f, "INSERT INTO experiments (name, specification) VALUES (?1, ?1)", a->text, 0);
	execute(f,
	        "INSERT INTO metrics (name, unit, direction, help) VALUES (?1, ?1, 'higher', ?1)",
	        a->text, 0);
}

static int set_up(void **state)
{
	struct report_fixture *f;

	if (report_set_up(state))
		return 1;
	f = *state;
	for (int i = 0; i < ATTACKS; i++)
		plant(f, i);
	return chdir(f->folder);
}

static int tear_down(void **state)
{
	return chdir("/") || report_tear_down(state);
}

/* All that a command prints to standard output and error, to a terminal or a file. The caller frees
 * it. */
static char *said(int (*command)(int, char **), const char *const *arguments, bool terminal,
                  size_t *size, int *exit_status)
{
	const int master = terminal ? posix_openpt(O_RDWR | O_NOCTTY) : -1;
	char *argv[16] = { 0 }, *text = NULL, piece[4096];
	int ends[2], status, argc = 0;
	FILE *all = open_memstream(&text, size);
	ssize_t got;
	pid_t child;

	for (; arguments[argc]; argc++)
		argv[argc] = strdup(arguments[argc]);
	if (terminal) {
		assert_true(master >= 0 && !grantpt(master) && !unlockpt(master));
		ends[0] = master;
		ends[1] = open(ptsname(master), O_RDWR | O_NOCTTY);
		assert_true(ends[1] >= 0);
	} else {
		assert_int_equal(pipe(ends), 0);
	}
	fflush(stdout);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		status = command(argc, argv);
		fflush(NULL);
		_exit(status);
	}
	close(ends[1]);
	while ((got = read(ends[0], piece, sizeof piece)) > 0)
		fwrite(piece, 1, (size_t)got, all);
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	fclose(all);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
	if (!WIFEXITED(status))
		fail_msg("%s ended by signal %d: %s", arguments[0], WTERMSIG(status), text);
	*exit_status = WEXITSTATUS(status);
	return text;
}

static bool is_cell_start(const char *text, const char *at)
{
	if (at > text && at[-1] == '"')
		at--;
	return at == text || at[-1] == ',' || at[-1] == '\n';
}

/* The part of an attack that has arrived, or NULL. */
static const char *arrived(const struct attack *a, int channel, const char *text, size_t size)
{
	const char *at = text;

	if (!(a->channels & channel))
		return NULL;
	while ((at = memmem(at, size - (size_t)(at - text), a->acts, strlen(a->acts)))) {
		if (channel != CSV || is_cell_start(text, at))
			return at;
		at++;
	}
	return NULL;
}

static void check(const char *where, int channel, const char *text, size_t size)
{
	for (int i = 0; i < ATTACKS; i++) {
		const char *at = arrived(&attacks[i], channel, text, size);

		if (at)
			fail_msg("%s lets attack %d (%s) through: %.40s", where, i, attacks[i].text,
			         at);
	}
}

struct call {
	int (*command)(int, char **);
	const char *arguments[12];
	int channel, status;
};

/* The name of a contestant that is done. */
#define DONE "x'); DROP TABLE runs; --"

static const struct call calls[] = {
	{ runs_command, { "runs" }, LINES, 0 },
	{ runs_command, { "runs", "--where", "tag ~ '*'", "--sort", "note" }, LINES, 0 },
	{ runs_command, { "runs", "nowhere" }, LINES, 1 },
	{ runs_command, { "runs", "--where", "x\x1b]0;owned\x07 = 1" }, LINES, 1 },
	{ runs_command, { "runs", "--format", "markdown" }, MARKDOWN, 0 },
	{ runs_command, { "runs", "--format", "latex" }, LATEX, 0 },
	{ runs_command, { "runs", "--format", "html" }, HTML, 0 },
	{ runs_command, { "runs", "--format", "csv" }, CSV, 0 },
	{ runs_command, { "runs", "--format", "json" }, LINES, 0 },
	{ compare_command, { "compare", "try", "--baseline", DONE }, LINES, 0 },
	{ compare_command, { "compare", "try", "--format", "latex" }, LATEX, 0 },
	{ compare_command, { "compare", "try", "--format", "html" }, HTML, 0 },
	{ compare_command, { "compare", "try", "--format", "markdown" }, MARKDOWN, 0 },
	{ compare_command, { "compare", "try", "--pairs", "--format", "csv" }, CSV, 0 },
	{ curves_command, { "curves", "try", "--target", "5" }, LINES, 0 },
	{ query_command, { "query", "metrics" }, LINES, 0 },
	{ query_command, { "query", "settings", "try" }, LINES, 0 },
	{ query_command, { "query", "--sql", "SELECT * FROM hypotheses" }, LINES, 0 },
	{ query_command, { "query", "--sql", "SELECT * FROM runs", "--format", "csv" }, CSV, 0 },
	{ query_command,
	  { "query", "--sql", "SELECT * FROM runs", "--format", "jsonl" },
	  LINES,
	  0 },
	{ report_command, { "report", "try", "--format", "markdown" }, MARKDOWN, 0 },
	{ report_command, { "report", "try", "--format", "latex" }, LATEX, 0 },
	{ report_command, { "report", "try", "--format", "html", "--baseline", DONE }, HTML, 0 },
	{ report_command, { "report", "try", "--format", "html" }, HTML, 0 },
	{ report_command, { "report", "<script>alert(1)</script>" }, HTML, 0 },
	{ watch_command, { "watch", "--once" }, LINES, 0 },
	{ watch_command, { "watch", "--once", "--json" }, LINES, 0 },
	{ rm_command, { "rm", "--where", "seed >= 0" }, LINES, 2 },
	{ export_command, { "export", "try", "--format", "tensorboard" }, LINES, 0 },
	{ export_command, { "export", "try" }, LINES, 0 },
	{ merge_command, { "merge", "into.db", "results.db", "results.db" }, LINES, 0 },
	{ pack_command, { "pack", "2" }, LINES, 1 },
	{ translate_command, { "translate", "--run", "2" }, LINES, 1 },
	{ attend_command, { "attend", "--run", "2", "x" }, LINES, 1 },
	{ rerun_command, { "rerun", "2" }, LINES, 1 },
	{ score_command, { "score", "--run", "2" }, LINES, 0 },
};

static void no_command_lets_a_text_act(void **state)
{
	struct report_fixture *f = *state;

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		const struct call *c = &calls[i];
		size_t size;
		int status;
		char *text = said(c->command, c->arguments, false, &size, &status);

		if (status != c->status || !size)
			fail_msg("call %zu, %s: exit status %d: %s", i, c->arguments[0], status,
			         text);
		check(c->arguments[0], c->channel, text, size);
		free(text);
	}
	assert_int_equal(access("owned", F_OK), -1);
	assert_int_equal(access("../owned", F_OK), -1);
	assert_int_equal(access("../../owned", F_OK), -1);
	execute(f, "DELETE FROM runs WHERE contestant = ?1", "none", 0); /* it is still there */
}

/* What a file has as it is, a terminal is given escaped. */
static void a_terminal_is_given_no_command(void **state)
{
	static const struct call on_terminal[] = {
		{ query_command,
		  { "query", "--sql", "SELECT * FROM runs", "--format", "csv" },
		  LINES,
		  0 },
		{ query_command,
		  { "query", "--sql", "SELECT * FROM runs", "--format", "tsv" },
		  LINES,
		  0 },
		{ query_command, { "query", "--sql", "SELECT * FROM hypotheses" }, LINES, 0 },
		{ runs_command, { "runs" }, LINES, 0 },
		{ compare_command, { "compare", "try", "--baseline", DONE }, LINES, 0 },
		{ runs_command, { "runs", "nowhere" }, LINES, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof on_terminal / sizeof *on_terminal; i++) {
		const struct call *c = &on_terminal[i];
		size_t size;
		int status;
		char *text = said(c->command, c->arguments, true, &size, &status);

		assert_true(size > 0);
		assert_int_equal(status, c->status);
		for (int k = 0; k < ATTACKS; k++)
			if (!strpbrk(attacks[k].text, "\r\n")) { /* lines end in both there */
				const char *at = arrived(&attacks[k], LINES, text, size);

				if (at)
					fail_msg("%s: attack %d reaches the terminal",
					         c->arguments[0], k);
			}
		free(text);
	}
}

/* A spreadsheet finds no formula in what was exported, and other programs find all other texts. */
static void an_export_has_no_formulas(void **state)
{
	static const char *const arguments[] = { "export", "try", NULL };
	static const char *const names[] = { "runs", "scores", "hypotheses" };
	size_t size;
	int status;

	(void)state;
	free(said(export_command, arguments, false, &size, &status));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[64], *text = memory_new(1 << 20, 1);
		FILE *file;

		snprintf(path, sizeof path, "export/%s.csv", names[i]);
		file = fopen(path, "rb");
		assert_non_null(file);
		size = fread(text, 1, 1 << 20, file);
		assert_true(size > 0 && size < 1 << 20);
		fclose(file);
		check(path, CSV, text, size);
		assert_non_null(memmem(text, size, "'=HYPERLINK", 11));
		assert_non_null(memmem(text, size, "\x1b]0;owned\x07", 10));
		free(text);
	}
}

struct cell_case {
	const char *text, *csv;
};

/* Numbers and texts that only begin like a formula stay as they are. */
static void what_is_no_formula_is_left_alone(void **state)
{
	static const struct cell_case cases[] = {
		{ "-0.5", "-0.5" },
		{ "- Ja.", "- Ja." },
		{ "-", "-" },
		{ "+1", "+1" },
		{ "a=b", "a=b" },
		{ "=1", "'=1" },
		{ "=a,b", "\"'=a,b\"" },
		{ "-f(x)", "'-f(x)" },
		{ "+a[1]", "'+a[1]" },
		{ "\xef\xbc\x9d"
		  "1",
		  "'\xef\xbc\x9d"
		  "1" },
		{ "\r=1", "\"'\r=1\"" },
		{ "", "\"\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = escape_text(TABLE_CSV, cases[i].text, strlen(cases[i].text));

		assert_string_equal(text, cases[i].csv);
		free(text);
	}
}

/* The job script is what comes nearest to a shell. */
static void no_text_leaves_a_job_script(void **state)
{
	(void)state;
	for (int i = 0; i < ATTACKS; i++) {
		const char *text = attacks[i].text;
		char *option[] = { (char *)(uintptr_t)text }, *script = NULL;
		const struct slurm_job job = { .program = text,
			                       .directory = text,
			                       .spec = text,
			                       .shared = "/x",
			                       .name = text,
			                       .plan = "0",
			                       .option = option,
			                       .options = 1,
			                       .trials = 1,
			                       .pack = 1,
			                       .cpus = 1 };
		struct error error;
		size_t size;
		FILE *out = open_memstream(&script, &size);
		const bool good = slurm_script(out, &job, &error);

		fclose(out);
		assert_int_equal(good, !strpbrk(text, "\r\n"));
		if (good) {
			char *last = strstr(script, "\n\n# One task");
			FILE *shell = popen("bash", "w");

			assert_true(last && shell);
			assert_int_equal(fwrite(script, 1, (size_t)(last - script), shell),
			                 last - script);
			assert_int_equal(pclose(shell), 0);
			assert_int_equal(access("owned", F_OK), -1);
		}
		free(script);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_command_lets_a_text_act),
		TEST(a_terminal_is_given_no_command),
		TEST(an_export_has_no_formulas),
		cmocka_unit_test(what_is_no_formula_is_left_alone),
		TEST(no_text_leaves_a_job_script),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
