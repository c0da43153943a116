/* data_fixture.h - a folder of its own, which is the current one while its tests run. */
#ifndef BAKEOFF_TESTS_DATA_FIXTURE_H
#define BAKEOFF_TESTS_DATA_FIXTURE_H

#include <stddef.h>

/* Where the tests run, and where they were started. */
struct data_place {
	char folder[32];
	char start[4096];
};

/* Makes the folder and goes there; *state becomes a struct data_place. Then deletes it with the
 * files that are in it. */
int data_enter(void **state);
int data_leave(void **state);

void data_write(const char *path, const char *bytes, size_t size);
void data_write_text(const char *path, const char *text);

/* A dataset_report that puts lines one behind the other into `all`, a text of DATA_REPORTS bytes.
 */
enum { DATA_REPORTS = 4096 };
void data_collect(void *all, const char *line);

#endif
