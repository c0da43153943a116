/* filesystem_test.c - network file systems are known by their numbers; a file that is not there is
 * where its folder is. */
#include "core/filesystem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(network_file_systems_have_names),
		cmocka_unit_test(a_file_that_is_not_there_is_where_its_folder_is),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
