/* filesystem_test.c - network file systems are known by their numbers; a file that is not there is
 * where its folder is; files and memory leave nothing of theirs behind. */
#include "core/file.h"
#include "core/filesystem.h"

#include <errno.h>
#include <fcntl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static void network_file_systems_have_names(void **state)
{
	/* linux/magic.h; Lustre, GPFS and BeeGFS from their own sources */
	static const struct {
		unsigned long type;
		const char *name;
	} cases[] = {
		{ 0x6969, "NFS" },
		{ 0x0bd00bd0, "Lustre" },
		{ 0x47504653, "GPFS" },
		{ 0xff534d42, "CIFS" },
		{ 0xffffffffff534d42ul, "CIFS" },
		{ 0x65735546, "FUSE" },
		{ 0xef53, NULL },
		{ 0x58465342, NULL },
		{ 0x01021994, NULL },
		{ 0x9123683e, NULL },
		{ 0x794c7630, NULL },
		{ 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *name = filesystem_network_name(cases[i].type);

		if (cases[i].name)
			assert_string_equal(name, cases[i].name);
		else
			assert_null(name);
	}
}

static void a_file_that_is_not_there_is_where_its_folder_is(void **state)
{
	(void)state;
	assert_null(filesystem_network("/proc/self/status"));
	assert_null(filesystem_network("/proc/none.db"));
	assert_null(filesystem_network("/none.db"));
	assert_ptr_equal(filesystem_network("none.db"), filesystem_network("."));
	assert_null(filesystem_network("/none/none/none.db"));
	assert_null(filesystem_network(""));
}

/* Where the program was started without standard input, its number is that of a file. */
static void a_file_that_was_written_is_closed(void **state)
{
	const int input = dup(STDIN_FILENO);
	char path[] = "/tmp/bakeoff-file-XXXXXX";
	const int made = mkstemp(path);
	struct new_file file;
	struct error error;

	(void)state;
	assert_true(made >= 0);
	close(STDIN_FILENO);
	assert_true(new_file_begin(&file, path, &error));
	new_file_write(&file, "text", 4);
	assert_true(new_file_commit(&file, &error));
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), -1);
	if (input >= 0) {
		dup2(input, STDIN_FILENO);
		close(input);
	}
	assert_int_equal(lseek(made, 0, SEEK_END), 0); /* the old file is another */
	close(made);
	unlink(path);
}

/* Of what is reserved to begin at a huge page nothing is left behind the last page. */
static void mapped_memory_ends_with_its_last_page(void **state)
{
	static const size_t sizes[] = { (size_t)4 << 20, ((size_t)4 << 20) + 1, (size_t)2 << 20 };
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		char *memory = memory_map(sizes[i], 1);
		const size_t whole = (sizes[i] + page - 1) / page * page;
		unsigned char there;

		assert_int_equal((uintptr_t)memory % ((uintptr_t)2 << 20), 0);
		assert_int_equal(memory[sizes[i] - 1], 0);
		assert_int_equal(mincore(memory + whole - page, page, &there), 0);
		assert_int_equal(mincore(memory + whole, page, &there), -1);
		assert_int_equal(errno, ENOMEM);
		memory_unmap(memory, sizes[i], 1);
		assert_int_equal(mincore(memory + whole - page, page, &there), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(network_file_systems_have_names),
		cmocka_unit_test(a_file_that_is_not_there_is_where_its_folder_is),
		cmocka_unit_test(a_file_that_was_written_is_closed),
		cmocka_unit_test(mapped_memory_ends_with_its_last_page),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
