/* spec_garbage_test.c - experiment files that chance has changed. */
#include "tests/spec_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MUTATIONS = 10000, TEXT_SIZE = 8192 };

/* xorshift64* */
static uint64_t chance(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1d;
}

static size_t insert(char *text, size_t size, size_t at, const char *bytes, size_t count)
{
	if (size + count > TEXT_SIZE)
		return size;
	memmove(text + at + count, text + at, size - at);
	memcpy(text + at, bytes, count);
	return size + count;
}

static size_t mutate(char *text, size_t size, uint64_t *state)
{
	static const char *const bits[] = { "&a ",
		                            "*a",
		                            "[",
		                            "{",
		                            "]",
		                            "}",
		                            ": ",
		                            "\n  ",
		                            "\t",
		                            "!!x",
		                            "\xff",
		                            "- ",
		                            "? ",
		                            "---\n",
		                            "\"",
		                            "'",
		                            "|\n",
		                            "grid: {lstm.hidden: [2, 4]}\n",
		                            "999999999999999999999",
		                            "\xef\xbb\xbf",
		                            "%YAML 9.9\n",
		                            "<<: ",
		                            "\\0",
		                            "~",
		                            ",",
		                            "#" };
	const size_t at = chance(state) % (size + 1), left = size - at;
	const size_t count = left ? 1 + chance(state) % (left < 40 ? left : 40) : 0;
	const char *bit = bits[chance(state) % (sizeof bits / sizeof bits[0])];
	char copy[40];

	switch (chance(state) % 5) {
	case 0:
		if (left)
			text[at] = (char)chance(state);
		return size;
	case 1:
		memmove(text + at, text + at + count, left - count);
		return size - count;
	case 2:
		memcpy(copy, text + at, count);
		return insert(text, size, chance(state) % (size + 1), copy, count);
	default:
		return insert(text, size, at, bit, strlen(bit));
	}
}

static void no_mutation_of_a_file_crashes_or_fails_without_a_message(void **state)
{
	uint64_t random = 20240229;
	int taken = 0;

	(void)state;
	for (int i = 0; i < MUTATIONS; i++) {
		size_t size = strlen(SPEC_WHOLE);
		struct error error = { "" };
		char text[TEXT_SIZE];
		struct experiment e;

		memcpy(text, SPEC_WHOLE, size);
		for (int n = 1 + (int)(chance(&random) % 4); n; n--)
			size = mutate(text, size, &random);
		spec_write("toy.yaml", text, size);
		if (experiment_read(&e, "toy.yaml", NULL, 0, &error))
			taken++;
		else if (strncmp(error.message, "toy.yaml:", 9))
			fail_msg("mutation %d: %s", i, error.message);
		experiment_free(&e);
	}
	assert_in_range(taken, 1, MUTATIONS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_mutation_of_a_file_crashes_or_fails_without_a_message),
	};

	return cmocka_run_group_tests(tests, spec_enter, spec_leave);
}
