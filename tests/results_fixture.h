/* results_fixture.h - a folder of its own with a database, and runs to fill it with. */
#ifndef BAKEOFF_TESTS_RESULTS_FIXTURE_H
#define BAKEOFF_TESTS_RESULTS_FIXTURE_H

#include "results/database.h"

enum { PATH_SIZE = 256 };

struct results_fixture {
	char folder[PATH_SIZE];
	char path[PATH_SIZE + 32]; /* of results.db in the folder */
	struct database database;  /* open to be written */
	struct error error;
	long keys; /* of runs, given so far */
};

/* The test fails with the fixture's error. */
#define assert_good(fixture, expression)                                                           \
	do {                                                                                       \
		if (!(expression))                                                                 \
			fail_msg("%s", (fixture)->error.message);                                  \
	} while (0)

/* What a command prints, standard error too, in a process of its own; returns its status. Of its
 * arguments (NULL after the last, nine at most) "DB" stands for the database. */
int results_command(const struct results_fixture *, int command(int, char **),
                    const char *const *arguments, char *output, size_t size);

int results_set_up(void **state);
int results_tear_down(void **state);

/* The path of a file in the folder. */
void results_file(const struct results_fixture *, const char *name, char path[2 * PATH_SIZE]);

/* One number. */
long results_ask(struct database *, const char *sql);
void results_execute(struct database *, const char *sql);

/* A run of the experiment "toy", its points and its end. */
long results_begin(struct results_fixture *, const char *contestant, long seed,
                   const char *settings);
void results_point(struct results_fixture *, long run, const char *metric, long step, double value);
void results_finish(struct results_fixture *, long run, enum run_status, const char *reason);

/* Two contestants of two seeds, and a run that failed. */
void results_fill(struct results_fixture *);

#endif
