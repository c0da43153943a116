/* database_file_test.c - which files are opened as a database, and what is said of others. */
#include "results/schema.h"
#include "tests/results_fixture.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOBODY = 65534 };

static void write_file(const char *path, const char *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

struct refusal_case {
	const char *name, *bytes;
	size_t length;
	enum database_mode mode;
	const char *says; /* part of the error */
};

static void a_file_that_is_no_database_is_refused(void **state)
{
	static const struct refusal_case cases[] = {
		{ "garbage.db",
		  "this is no database, it is a text of a user who named the wrong file", 68,
		  DATABASE_WRITE, "is not an SQLite database" },
		{ "garbage.db",
		  "this is no database, it is a text of a user who named the wrong file", 68,
		  DATABASE_READ, "is not an SQLite database" },
		{ "truncated.db", "SQLite format 3\0\x10\x00\x01\x01\x00\x40\x20\x20", 24,
		  DATABASE_WRITE, "database" },
		{ "empty.db", "", 0, DATABASE_READ, "holds no results yet" },
		{ "missing.db", NULL, 0, DATABASE_READ, "name one with --db FILE" },
		{ "no/folder.db", NULL, 0, DATABASE_WRITE, "No such file or directory" },
		{ ".", NULL, 0, DATABASE_WRITE, "Is a directory" },
		{ ".", NULL, 0, DATABASE_READ, "Is a directory" },
		{ "garbage.db/results.db", NULL, 0, DATABASE_WRITE, "Not a directory" },
	};
	struct results_fixture *f = *state;
	char path[2 * PATH_SIZE];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct database database;

		results_file(f, cases[i].name, path);
		if (cases[i].bytes)
			write_file(path, cases[i].bytes, cases[i].length);
		if (database_open(&database, path, cases[i].mode, &f->error))
			fail_msg("%s was opened", cases[i].name);
		if (!strstr(f->error.message, cases[i].says))
			fail_msg("%s: %s", cases[i].name, f->error.message);
		assert_null(database.handle);
	}
	assert_false(database_open(&(struct database){ 0 }, "", DATABASE_WRITE, &f->error));
}

static void a_newer_schema_is_refused_with_both_versions(void **state)
{
	struct results_fixture *f = *state;
	struct database other;

	results_execute(&f->database, "PRAGMA user_version = 7");
	for (int mode = DATABASE_READ; mode <= DATABASE_WRITE; mode++) {
		assert_false(database_open(&other, f->path, (enum database_mode)mode, &f->error));
		assert_non_null(strstr(f->error.message,
		                       "schema version 7, this bakeoff knows versions up to 3; "
		                       "use a newer bakeoff"));
	}
}

static void a_database_of_another_program_is_left_alone(void **state)
{
	struct results_fixture *f = *state;
	struct database other;
	char path[2 * PATH_SIZE];
	sqlite3 *handle;

	results_file(f, "other.db", path);
	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
	assert_false(database_open(&other, path, DATABASE_WRITE, &f->error));
	assert_non_null(strstr(f->error.message, "a database of another program"));
}

/* In a process without privileges; its exit status is 0 where `mode` opens or fails as expected. */
static int open_as_nobody(const char *path, enum database_mode mode, bool works)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct database database;
		struct error error;
		bool good;

		if (geteuid() == 0 && (setegid(NOBODY) != 0 || seteuid(NOBODY) != 0))
			_exit(2);
		good = database_open(&database, path, mode, &error);
		if (!good && !strstr(error.message, "name another file with --db"))
			_exit(3);
		_exit(good == works ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void a_folder_that_cannot_be_written_can_be_read(void **state)
{
	struct results_fixture *f = *state;
	char path[2 * PATH_SIZE];

	results_fill(f);
	database_close(&f->database);
	results_file(f, "new.db", path);
	assert_int_equal(chmod(f->folder, 0555), 0);
	assert_int_equal(open_as_nobody(path, DATABASE_WRITE, false), 0);
	assert_int_equal(open_as_nobody(f->path, DATABASE_WRITE, false), 0);
	assert_int_equal(open_as_nobody(f->path, DATABASE_READ, true), 0);
	assert_int_equal(chmod(f->folder, 0755), 0);
}

static const char *const grow_statements[] = { "ALTER TABLE runs ADD COLUMN colour TEXT", NULL };
static const char *const bad_statements[] = { "ALTER TABLE runs ADD COLUMN taste TEXT",
	                                      "ALTER TABLE no_such ADD COLUMN x", NULL };

static void an_older_file_is_backed_up_and_migrated(void **state)
{
	struct results_fixture *f = *state;
	const char *const *scripts[] = { schema_scripts[0], schema_scripts[1], schema_scripts[2],
		                         grow_statements, bad_statements };
	struct database backup;
	char *copy;
	char path[2 * PATH_SIZE];

	results_fill(f);
	assert_good(f, schema_migrate(f->database.handle, f->path, scripts, 4, &copy, &f->error));
	assert_int_equal(results_ask(&f->database, "PRAGMA user_version"), 4);
	assert_int_equal(
		results_ask(&f->database, "SELECT count(*) FROM runs WHERE colour IS NULL"), 5);
	results_file(f, "results.db.v3.backup", path);
	assert_string_equal(copy, path);
	free(copy);
	assert_good(f, database_open(&backup, path, DATABASE_WRITE, &f->error));
	assert_int_equal(results_ask(&backup, "SELECT count(*) FROM runs"), 5);
	database_close(&backup);
	assert_false(schema_migrate(f->database.handle, f->path, scripts, 5, &copy, &f->error));
	assert_null(copy);
	assert_int_equal(results_ask(&f->database, "PRAGMA user_version"), 4);
	assert_int_equal(results_ask(&f->database, "SELECT count(*) FROM pragma_table_info('runs')"
	                                           " WHERE name = 'taste'"),
	                 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, results_set_up, results_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_that_is_no_database_is_refused),
		TEST(a_newer_schema_is_refused_with_both_versions),
		TEST(a_database_of_another_program_is_left_alone),
		TEST(a_folder_that_cannot_be_written_can_be_read),
		TEST(an_older_file_is_backed_up_and_migrated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
