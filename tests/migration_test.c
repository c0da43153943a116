/* migration_test.c - a database of an older bakeoff is read, or becomes one of this, and loses
 * nothing. */
#include "core/error.h"
#include "results/database.h"
#include "results/functions.h"
#include "results/schema.h"
#include "results/statement.h"

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

enum { PATH_SIZE = 256 };

/* A folder with results.db of version 1 in it. */
struct fixture {
	char folder[PATH_SIZE];
	char path[PATH_SIZE + 64];
	struct error error;
};

static void run_sql(sqlite3 *handle, const char *sql)
{
	if (sqlite3_exec(handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(handle));
}

static void make_old(const char *path)
{
	FILE *file = fopen("tests/golden/results_v1.sql", "r");
	char *sql = NULL;
	size_t size = 0;
	char log[PATH_SIZE + 128];
	sqlite3 *handle;

	assert_non_null(file);
	assert_true(getdelim(&sql, &size, '\0', file) > 0);
	fclose(file);
	unlink(path);
	snprintf(log, sizeof log, "%s-wal", path);
	unlink(log);
	snprintf(log, sizeof log, "%s-shm", path);
	unlink(log);
	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	run_sql(handle, "PRAGMA synchronous = OFF");
	run_sql(handle, sql);
	run_sql(handle, "PRAGMA journal_mode = WAL");
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
	free(sql);
}

static int set_up(void **state)
{
	const char *temporary = getenv("TMPDIR");
	struct fixture *f = memory_new(1, sizeof *f);

	snprintf(f->folder, sizeof f->folder, "%.200s/bakeoff_migration_XXXXXX",
	         temporary ? temporary : "/tmp");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/results.db", f->folder);
	make_old(f->path);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[PATH_SIZE + 16];

	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static long ask(sqlite3 *handle, const char *sql)
{
	struct error error;
	long value = -1;
	bool found;

	if (!statement_integer(handle, "the database", &error, &value, &found, sql, ""))
		fail_msg("%s: %s", sql, error.message);
	return value;
}

static long ask_file(const char *path, const char *sql)
{
	sqlite3 *handle;
	long value;

	assert_int_equal(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	value = ask(handle, sql);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
	return value;
}

static uint64_t add_bytes(uint64_t hash, const void *bytes, int count)
{
	for (int i = 0; i < count; i++)
		hash = (hash ^ ((const unsigned char *)bytes)[i]) * 1099511628211u;
	return hash;
}

/* A hash of all that a statement returns. */
static uint64_t hash_rows(sqlite3 *handle, const char *sql)
{
	uint64_t hash = 14695981039346656037u;
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(handle));
	while (sqlite3_step(statement) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(statement); i++) {
			int type = sqlite3_column_type(statement, i);

			hash = add_bytes(hash, &type, sizeof type);
			hash = add_bytes(hash, sqlite3_column_blob(statement, i),
			                 sqlite3_column_bytes(statement, i));
		}
	sqlite3_finalize(statement);
	return hash;
}

static const char *const tables[] = { "experiments", "runs",   "metrics",   "points",
	                              "summaries",   "scores", "hypotheses" };

enum { TABLES = sizeof tables / sizeof *tables };

/* The columns that version 1 has, in a list for SELECT; of the caller. */
static char *old_columns(sqlite3 *old, const char *table)
{
	char *sql = sqlite3_mprintf("SELECT group_concat(name) FROM pragma_table_info(%Q)", table);
	char *columns;
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_prepare_v2(old, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	columns = memory_text((const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_free(sql);
	return columns;
}

/* Every row that the old database has, the new one has too, and no other. Metrics are read by id:
 * later ones are added behind. */
static void assert_same_rows(sqlite3 *old, sqlite3 *new)
{
	for (int i = 0; i < TABLES; i++) {
		char *columns = old_columns(old, tables[i]);
		char *sql = sqlite3_mprintf(
			"SELECT %s FROM %s ORDER BY 1, 2, 3 LIMIT %ld", columns, tables[i],
			strcmp(tables[i], "metrics") ? -1L
						     : ask(old, "SELECT count(*) FROM metrics"));

		if (hash_rows(old, sql) != hash_rows(new, sql))
			fail_msg("%s has changed", tables[i]);
		sqlite3_free(sql);
		free(columns);
	}
}

static sqlite3 *golden(const struct fixture *f, char path[PATH_SIZE + 64])
{
	sqlite3 *handle;

	snprintf(path, PATH_SIZE + 64, "%s/golden.db", f->folder);
	make_old(path);
	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	return handle;
}

static void assert_as_it_was(struct fixture *f, const char *path)
{
	char name[PATH_SIZE + 64];
	sqlite3 *old = golden(f, name), *now;

	assert_int_equal(sqlite3_open_v2(path, &now, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(ask(now, "PRAGMA user_version"), 1);
	assert_int_equal(ask(now, "PRAGMA application_id"), SCHEMA_APPLICATION);
	assert_int_equal(ask(now, "SELECT quick_check = 'ok' FROM pragma_quick_check"), 1);
	if (hash_rows(old, "SELECT type, name, sql FROM sqlite_schema ORDER BY name") !=
	    hash_rows(now, "SELECT type, name, sql FROM sqlite_schema ORDER BY name"))
		fail_msg("the schema has changed");
	assert_same_rows(old, now);
	assert_same_rows(now, old);
	sqlite3_close(old);
	sqlite3_close(now);
}

static void migration_keeps_every_row_and_a_copy(void **state)
{
	struct fixture *f = *state;
	struct database database;
	char name[PATH_SIZE + 64], copy[PATH_SIZE + 128];
	sqlite3 *old;

	if (!database_open(&database, f->path, DATABASE_WRITE, &f->error))
		fail_msg("%s", f->error.message);
	snprintf(copy, sizeof copy, "%s.v1.backup", f->path);
	assert_string_equal(database.backup, copy);
	assert_as_it_was(f, copy);
	assert_int_equal(ask(database.handle, "PRAGMA user_version"), SCHEMA_VERSION);
	old = golden(f, name);
	assert_same_rows(old, database.handle);
	sqlite3_close(old);
	assert_int_equal(ask(database.handle, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	assert_int_equal(
		ask(database.handle, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"),
		1);
	database_close(&database);
	if (!database_open(&database, f->path, DATABASE_WRITE, &f->error))
		fail_msg("%s", f->error.message);
	assert_null(database.backup); /* the second time there is nothing to do */
	database_close(&database);
}

/* What version 2 adds is there for rows of version 1 too. */
static void migration_counts_what_is_new(void **state)
{
	struct fixture *f = *state;
	struct database database;

	assert_true(database_open(&database, f->path, DATABASE_WRITE, &f->error));
	assert_int_equal(ask(database.handle, "SELECT count(*) FROM summaries s WHERE median IS NOT"
	                                      " (SELECT median(value) FROM points p"
	                                      "  WHERE p.run = s.run AND p.metric = s.metric)"),
	                 0);
	assert_true(ask(database.handle, "SELECT count(*) FROM summaries WHERE median > 0") > 20);
	assert_int_equal(ask(database.handle, "SELECT count(*) FROM runs WHERE note IS NULL"), 4);
	assert_true(ask(database.handle, "SELECT count(*) FROM best WHERE metric = 'BLEU'") > 0);
	assert_true(ask(database.handle, "SELECT count(*) FROM differences"
	                                 " WHERE setting = 'settings.cell'") == 2);
	database_close(&database);
}

static void an_older_copy_is_not_lost(void **state)
{
	struct fixture *f = *state;
	struct database database;
	char first[PATH_SIZE + 128], second[PATH_SIZE + 128];
	FILE *file;

	snprintf(first, sizeof first, "%s.v1.backup", f->path);
	snprintf(second, sizeof second, "%s.v1.2.backup", f->path);
	file = fopen(first, "w");
	assert_non_null(file);
	fputs("precious", file);
	fclose(file);
	assert_true(database_open(&database, f->path, DATABASE_WRITE, &f->error));
	assert_string_equal(database.backup, second);
	database_close(&database);
	assert_as_it_was(f, second);
	file = fopen(first, "r");
	assert_int_equal(fgetc(file), 'p');
	fclose(file);
}

static void reading_an_older_file_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct database database;
	char copy[PATH_SIZE + 128];

	if (!database_open(&database, f->path, DATABASE_READ, &f->error))
		fail_msg("%s", f->error.message);
	assert_null(database.backup);
	assert_int_equal(database.version, 1);
	assert_int_equal(ask(database.handle, "SELECT count(*) FROM run_list WHERE tags IS NULL"),
	                 4);
	assert_true(ask(database.handle, "SELECT count(*) FROM curves") > 200);
	assert_int_not_equal(sqlite3_exec(database.handle, "DELETE FROM runs", NULL, NULL, NULL),
	                     SQLITE_OK);
	database_close(&database);
	assert_as_it_was(f, f->path);
	snprintf(copy, sizeof copy, "%s.v1.backup", f->path);
	assert_int_not_equal(access(copy, F_OK), 0);
}

static int count_down(void *context)
{
	return --*(long *)context <= 0;
}

/* Migrates until `steps` of SQLite's machine are done; true where it came to its end. */
static bool migrate_for(struct fixture *f, long steps)
{
	char *backup;
	sqlite3 *handle;
	bool good;

	assert_int_equal(sqlite3_open(f->path, &handle), SQLITE_OK);
	assert_true(functions_register(handle, f->path, &f->error));
	sqlite3_progress_handler(handle, 1, count_down, &steps);
	good = schema_migrate(handle, f->path, schema_scripts, SCHEMA_VERSION, &backup, &f->error);
	assert_true(good == (backup != NULL));
	free(backup);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
	return good;
}

static void a_migration_that_is_cut_off_leaves_the_old_file(void **state)
{
	struct fixture *f = *state;
	char copy[PATH_SIZE + 128];
	long steps = 1, failures = 0;

	snprintf(copy, sizeof copy, "%s.v1.backup", f->path);
	for (; !migrate_for(f, steps); steps += 1 + steps / 2, failures++) {
		assert_as_it_was(f, f->path);
		assert_int_not_equal(access(copy, F_OK), 0);
	}
	assert_true(failures > 10);
	assert_int_equal(ask_file(f->path, "PRAGMA user_version"), SCHEMA_VERSION);
	assert_as_it_was(f, copy);
}

static int die(void *context)
{
	if (count_down(context))
		_exit(1);
	return 0;
}

/* Migrates in a process of its own, which dies after so many steps; true where it came to its end
 * before. */
static bool migrate_and_die(struct fixture *f, long steps)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		char *backup;
		sqlite3 *handle;

		if (sqlite3_open(f->path, &handle) != SQLITE_OK ||
		    !functions_register(handle, f->path, &f->error))
			_exit(2);
		sqlite3_progress_handler(handle, 1, die, &steps);
		if (!schema_migrate(handle, f->path, schema_scripts, SCHEMA_VERSION, &backup,
		                    &f->error))
			_exit(3);
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 0;
}

static void a_process_that_dies_while_migrating_leaves_the_old_file(void **state)
{
	struct fixture *f = *state;
	struct database database;
	long steps = 100, deaths = 0;

	for (; !migrate_and_die(f, steps); steps *= 2, deaths++)
		assert_as_it_was(f, f->path);
	assert_true(deaths > 3);
	assert_int_equal(ask_file(f->path, "PRAGMA user_version"), SCHEMA_VERSION);
	make_old(f->path);
	assert_true(database_open(&database, f->path, DATABASE_WRITE, &f->error));
	assert_as_it_was(f, database.backup);
	database_close(&database);
}

/* Without room for the copy's name, and with a full disk. */
static void without_a_copy_nothing_is_migrated(void **state)
{
	struct fixture *f = *state;
	struct database database;
	char *backup, sql[64], path[PATH_SIZE + 128];
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(f->path, &handle), SQLITE_OK);
	assert_true(functions_register(handle, f->path, &f->error));
	snprintf(sql, sizeof sql, "PRAGMA max_page_count = %ld", ask(handle, "PRAGMA page_count"));
	run_sql(handle, sql);
	assert_false(schema_migrate(handle, f->path, schema_scripts, SCHEMA_VERSION, &backup,
	                            &f->error));
	assert_non_null(strstr(f->error.message, "free space"));
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
	assert_as_it_was(f, f->path);
	/* a folder of that name: the copy cannot be put there while it is written */
	snprintf(path, sizeof path, "%s.v1.backup.part", f->path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(database_open(&database, f->path, DATABASE_WRITE, &f->error));
	assert_null(strchr(f->error.message, '\n'));
	assert_as_it_was(f, f->path);
}

static void a_newer_file_is_refused_in_a_line(void **state)
{
	struct fixture *f = *state;
	struct database database;
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(f->path, &handle), SQLITE_OK);
	run_sql(handle, "PRAGMA user_version = 9");
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
	for (int mode = DATABASE_READ; mode <= DATABASE_WRITE; mode++) {
		assert_false(
			database_open(&database, f->path, (enum database_mode)mode, &f->error));
		assert_non_null(strstr(f->error.message, "schema version 9"));
		assert_non_null(strstr(f->error.message, "use a newer bakeoff"));
		assert_null(strchr(f->error.message, '\n'));
	}
	assert_int_equal(ask_file(f->path, "PRAGMA user_version"), 9);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(migration_keeps_every_row_and_a_copy),
		TEST(migration_counts_what_is_new),
		TEST(an_older_copy_is_not_lost),
		TEST(reading_an_older_file_changes_nothing),
		TEST(a_migration_that_is_cut_off_leaves_the_old_file),
		TEST(a_process_that_dies_while_migrating_leaves_the_old_file),
		TEST(without_a_copy_nothing_is_migrated),
		TEST(a_newer_file_is_refused_in_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
