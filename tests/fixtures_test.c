/* fixtures_test.c - reference values that others computed: those in tests/golden, or a folder given
 * as argument. */
#include "core/error.h"
#include "core/gemm.h"
#include "tests/fixtures_bleu.h"
#include "tests/fixtures_torch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void values_of_pytorch_are_ours(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	assert_true(fixtures_torch("tests/golden/torch", true, &tally));
	assert_int_equal(tally.failed, 0);
	assert_int_equal(tally.missing, 0);
	assert_true(tally.passed >= 97);
}

static bool has(const char *folder, const char *file)
{
	char path[8192];

	snprintf(path, sizeof path, "%s/%s", folder, file);
	return access(path, R_OK) == 0;
}

/* A folder in the format of tests/golden/torch or tests/golden/bleu, or one that holds both: a line
 * for every case. */
static int run_folder(const char *folder)
{
	static const char *const inside[] = { "", "/torch", "/bleu" };
	struct tally tally = { 0 };

	for (int i = 0; i < 3; i++) {
		char path[4096];

		snprintf(path, sizeof path, "%s%s", folder, inside[i]);
		if (has(path, "index.tsv"))
			fixtures_torch(path, false, &tally);
		if (has(path, "cases.jsonl"))
			fixtures_bleu(path, &tally);
	}
	if (!tally.passed && !tally.failed && !tally.missing) {
		fprintf(stderr, "%s: has neither an index.tsv nor a cases.jsonl\n", folder);
		return 2;
	}
	printf("%s: %d passed, %d failed, %d not implemented\n", REAL_NAME, tally.passed,
	       tally.failed, tally.missing);
	return tally.failed || !tally.passed;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(values_of_pytorch_are_ours) };
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	if (argc > 1)
		return run_folder(argv[1]);
	return cmocka_run_group_tests_name("fixtures", tests, NULL, NULL);
}
