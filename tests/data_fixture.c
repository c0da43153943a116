/* data_fixture.c - a folder for tests that write files. */
#include "tests/data_fixture.h"
#include "core/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <dirent.h>
#include <cmocka.h>

int data_enter(void **state)
{
	struct data_place *place = memory_new(1, sizeof *place);

	*state = place;
	strcpy(place->folder, "/tmp/bakeoff-data-XXXXXX");
	return !getcwd(place->start, sizeof place->start) || !mkdtemp(place->folder) ||
	       chdir(place->folder);
}

int data_leave(void **state)
{
	struct data_place *place = *state;
	DIR *folder = opendir(place->folder); /* "." is another one where we did not get in */
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
	rmdir(place->folder);
	free(place);
	return chdir("/");
}

void data_write(const char *path, const char *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

void data_write_text(const char *path, const char *text)
{
	data_write(path, text, strlen(text));
}

void data_collect(void *all, const char *line)
{
	char *text = all;

	assert_true(strlen(text) + strlen(line) + 2 < DATA_REPORTS);
	strcat(strcat(text, line), "\n");
}
