/* vocabulary_test.c - text to ids and back, and vocabularies as files. */
#include "data/sentencepiece.h"
#include "data/vocabulary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { GENERATED = 400, MOST_IDS = 2000 };

static const int every_model[] = { SUBWORD_BPE, SUBWORD_UNIGRAM, SUBWORD_WORDS, SUBWORD_CHARS };

/* Sentences of words that are made of few syllables, so that there is something to learn. */
struct sample {
	struct line line[GENERATED];
	char text[GENERATED][128];
};

static uint32_t next(uint32_t *chance)
{
	*chance = *chance * 1664525u + 1013904223u;
	return *chance >> 16;
}

static int make_sample(void **state)
{
	static const char *const syllable[] = { "ba", "r\xc3\xbc", "\xd0\xb6\xd0\xb8", "Ton",
		                                "es", "x,",        "\xe8\xaa\x9e" };
	struct sample *sample = memory_new(1, sizeof *sample);
	uint32_t chance = 1;

	for (size_t i = 0; i < GENERATED; i++) {
		char *at = sample->text[i];

		for (uint32_t words = 1 + next(&chance) % 6; words; words--) {
			for (uint32_t parts = 1 + next(&chance) % 4; parts; parts--)
				at = stpcpy(at, syllable[next(&chance) % COUNT(syllable)]);
			at = stpcpy(at, words > 1 ? " " : "");
		}
		sample->line[i] =
			(struct line){ sample->text[i], (size_t)(at - sample->text[i]), i + 1 };
	}
	*state = sample;
	return 0;
}

static int free_sample(void **state)
{
	free(*state);
	return 0;
}

static struct vocabulary *learn_sample(void **state, int model, long size)
{
	const struct sample *sample = *state;
	struct error error;
	struct vocabulary *vocabulary = vocabulary_train((enum subword_model)model, size, false,
	                                                 sample->line, GENERATED, &error);

	if (!vocabulary)
		fail_msg("%s", error.message);
	return vocabulary;
}

static struct vocabulary *learn(int model, long size, bool lowercase, const char *const *text,
                                struct error *error)
{
	struct line line[16];
	size_t lines = 0;

	for (; text[lines]; lines++)
		line[lines] = (struct line){ text[lines], strlen(text[lines]), lines + 1 };
	return vocabulary_train((enum subword_model)model, size, lowercase, line, lines, error);
}

static void decoding_gives_back_what_was_encoded(void **state)
{
	const struct sample *sample = *state;

	for (size_t m = 0; m < COUNT(every_model); m++) {
		struct vocabulary *vocabulary = learn_sample(state, every_model[m], 60);
		bool words = every_model[m] == SUBWORD_WORDS; /* 60 are not all of them */

		assert_in_range(vocabulary_size(vocabulary), 5, 60);
		for (size_t i = 0; i < GENERATED && !words; i++) {
			const struct line *line = &sample->line[i];
			int id[MOST_IDS];
			size_t count = vocabulary_encode(vocabulary, line->text, line->bytes, id,
			                                 MOST_IDS);
			char *text = vocabulary_decode(vocabulary, id, count);

			assert_string_equal(text, line->text);
			free(text);
		}
		vocabulary_free(vocabulary);
	}
}

static void assert_same_ids(const struct pieces *pieces, const char *text)
{
	int id[MOST_IDS], whole[MOST_IDS];
	const size_t count = pieces_encode(pieces, text, strlen(text), id, MOST_IDS);

	assert_int_equal(pieces_encode_whole(pieces, text, strlen(text), whole, MOST_IDS), count);
	assert_memory_equal(id, whole, count * sizeof *id);
}

/* Words are looked up and merged here, where that gives what SentencePiece gives for the line. */
static void words_have_the_ids_of_the_whole_line(void **state)
{
	const struct sample *sample = *state;
	char message[256], longer[128 * 4], strange[256];

	for (int size = 20; size <= 80; size += 20)
		for (int unigram = 0; unigram < 2; unigram++) {
			struct pieces *pieces = pieces_train(unigram, size, sample->line, GENERATED / 2,
			                                     message, sizeof message);

			assert_non_null(pieces);
			for (size_t i = 0; i < GENERATED; i++) {
				const char *text = sample->text[i];

				snprintf(longer, sizeof longer, "%s%s%s", text, text, text);
				snprintf(strange, sizeof strange, "Q%s??%s q", text, text);
				assert_same_ids(pieces, text);
				assert_same_ids(pieces, longer);
				assert_same_ids(pieces, strange);
				if (i % 100 == 0)
					pieces_forget(pieces);
			}
			pieces_free(pieces);
		}
}

static void pieces_have_exactly_the_size_that_was_asked(void **state)
{
	for (long size = 30; size <= 60; size += 15)
		for (int model = SUBWORD_BPE; model <= SUBWORD_UNIGRAM; model++) {
			struct vocabulary *vocabulary = learn_sample(state, model, size);

			assert_int_equal(vocabulary_size(vocabulary), size);
			vocabulary_free(vocabulary);
		}
}

static void special_tokens_have_the_same_ids_everywhere(void **state)
{
	for (size_t m = 0; m < COUNT(every_model); m++) {
		struct vocabulary *vocabulary = learn_sample(state, every_model[m], 50);

		assert_string_equal(vocabulary_token(vocabulary, TOKEN_PAD), "<pad>");
		assert_string_equal(vocabulary_token(vocabulary, TOKEN_UNKNOWN), "<unk>");
		assert_string_equal(vocabulary_token(vocabulary, TOKEN_BEGIN), "<s>");
		assert_string_equal(vocabulary_token(vocabulary, TOKEN_END), "</s>");
		vocabulary_free(vocabulary);
	}
}

static void special_tokens_in_text_are_text(void **state)
{
	(void)state;
	for (size_t m = 0; m < COUNT(every_model); m++) {
		const char *const text[] = { "<s> a </s>", "<pad> <unk>", "<s> <s> ab >", NULL };
		long size = 16; /* special tokens and the 12 characters */
		struct error error;
		struct vocabulary *vocabulary = learn(every_model[m], size, false, text, &error);
		int id[64];
		size_t count;
		char *decoded;

		if (!vocabulary)
			fail_msg("%s", error.message);
		count = vocabulary_encode(vocabulary, "<s> a </s>", 10, id, COUNT(id));
		for (size_t i = 0; i < count; i++)
			assert_true(id[i] >= TOKEN_SPECIALS);
		decoded = vocabulary_decode(vocabulary, id, count);
		assert_string_equal(decoded, "<s> a </s>");
		free(decoded);
		vocabulary_free(vocabulary);
	}
}

static void frequent_tokens_come_first_and_ties_by_code_point(void **state)
{
	static const struct {
		int model;
		long size;
		const char *text[4];
		const char *token[6];
	} cases[] = {
		{ SUBWORD_WORDS, 100, { "b a", "c a c", "a" }, { "a", "c", "b" } },
		{ SUBWORD_WORDS, 6, { "b a", "c a c", "a" }, { "a", "c" } },
		{ SUBWORD_WORDS, 100, { "\xc3\xbc z a" }, { "a", "z", "\xc3\xbc" } },
		{ SUBWORD_CHARS,
		  100,
		  { "aba \xc3\xbc" },
		  { "a", "\xe2\x96\x81", "b", "\xc3\xbc" } },
		{ SUBWORD_CHARS, 6, { "zzyyx" }, { "y", "z" } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error error;
		struct vocabulary *vocabulary =
			learn(cases[i].model, cases[i].size, false, cases[i].text, &error);
		int size = TOKEN_SPECIALS;

		assert_non_null(vocabulary);
		for (; cases[i].token[size - TOKEN_SPECIALS]; size++)
			assert_string_equal(vocabulary_token(vocabulary, size),
			                    cases[i].token[size - TOKEN_SPECIALS]);
		assert_int_equal(vocabulary_size(vocabulary), size);
		vocabulary_free(vocabulary);
	}
}

static void what_was_not_learned_is_unknown(void **state)
{
	static const struct {
		int model;
		const char *text, *decoded;
	} cases[] = {
		{ SUBWORD_WORDS, "a zzz b", "a \xe2\x81\x87 b" },
		{ SUBWORD_WORDS, " zzz\t\tzz ", "\xe2\x81\x87 \xe2\x81\x87" },
		{ SUBWORD_WORDS, "", "" },
		{ SUBWORD_CHARS, "azb", "a \xe2\x81\x87 b" },
		{ SUBWORD_BPE, "a z b", "a  \xe2\x81\x87  b" },
		{ SUBWORD_UNIGRAM, "a z b", "a  \xe2\x81\x87  b" },
		{ SUBWORD_BPE, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *const text[] = { "a b a b", "b a", "ab ba ab", NULL };
		struct error error;
		struct vocabulary *vocabulary = learn(cases[i].model, 8, false, text, &error);
		int id[32];
		size_t count;
		char *decoded;

		if (!vocabulary)
			fail_msg("%s", error.message);
		count = vocabulary_encode(vocabulary, cases[i].text, strlen(cases[i].text), id,
		                          COUNT(id));
		decoded = vocabulary_decode(vocabulary, id, count);
		assert_string_equal(decoded, cases[i].decoded);
		free(decoded);
		vocabulary_free(vocabulary);
	}
}

static void special_tokens_vanish_from_decoded_text(void **state)
{
	const struct sample *sample = *state;

	for (size_t m = 0; m < COUNT(every_model); m++) {
		struct vocabulary *vocabulary =
			learn_sample(state, every_model[m], 1000 * (m > 1) + 50);
		int id[MOST_IDS] = { TOKEN_BEGIN };
		size_t count = 1 + vocabulary_encode(vocabulary, sample->text[0],
		                                     sample->line[0].bytes, id + 1, MOST_IDS - 3);
		char *text;

		id[count++] = TOKEN_END;
		id[count++] = TOKEN_PAD;
		text = vocabulary_decode(vocabulary, id, count);
		assert_string_equal(text, sample->text[0]);
		free(text);
		vocabulary_free(vocabulary);
	}
}

static void encoding_needs_no_more_room_than_it_says(void **state)
{
	const struct sample *sample = *state;

	for (size_t m = 0; m < COUNT(every_model); m++) {
		struct vocabulary *vocabulary = learn_sample(state, every_model[m], 50);
		int all[MOST_IDS], part[MOST_IDS];
		const struct line *line = &sample->line[3];
		size_t count =
			vocabulary_encode(vocabulary, line->text, line->bytes, all, MOST_IDS);

		for (size_t room = 0; room <= count; room++) {
			memset(part, 0xff, sizeof part);
			assert_int_equal(
				vocabulary_encode(vocabulary, line->text, line->bytes, part, room),
				count);
			assert_memory_equal(part, all, room * sizeof *all);
			assert_int_equal(part[room], -1);
		}
		assert_int_equal(vocabulary_encode(vocabulary, "\xff", 1, all, 0), 1);
		assert_int_equal(vocabulary_encode(vocabulary, "\xff", 1, all, 1), 1);
		assert_int_equal(all[0], TOKEN_UNKNOWN);
		vocabulary_free(vocabulary);
	}
}

static void lowercase_vocabularies_do_not_see_case(void **state)
{
	(void)state;
	for (size_t m = 0; m < COUNT(every_model); m++) {
		const char *const text[] = { "\xc3\x9c"
			                     "ber Aber",
			                     "aber ABER", NULL };
		struct error error;
		struct vocabulary *vocabulary = learn(every_model[m], 12, true, text, &error);
		int upper[16], lower[16];
		size_t count;

		if (!vocabulary)
			fail_msg("%s", error.message);
		count = vocabulary_encode(vocabulary,
		                          "\xc3\x9c"
		                          "BER",
		                          5, upper, COUNT(upper));
		assert_int_equal(vocabulary_encode(vocabulary,
		                                   "\xc3\xbc"
		                                   "ber",
		                                   5, lower, COUNT(lower)),
		                 count);
		assert_memory_equal(upper, lower, count * sizeof *upper);
		vocabulary_free(vocabulary);
	}
}

static void learning_refuses_text_that_does_not_fit(void **state)
{
	static const struct {
		int model;
		long size;
		const char *text[3];
		const char *message;
	} cases[] = {
		{ SUBWORD_BPE,
		  7,
		  { "a b c" },
		  "data.subwords.size = 7: less than the text's different characters: set it to 8 "
		  "or more" },
		{ SUBWORD_UNIGRAM,
		  7,
		  { "a b c" },
		  "data.subwords.size = 7: less than the text's different characters: set it to 8 "
		  "or more" },
		{ SUBWORD_BPE,
		  8000,
		  { "aab ab cd", "ab cd" },
		  "data.subwords.size = 8000: the text has too few pieces: set it to 18 or less" },
		{ SUBWORD_UNIGRAM,
		  8000,
		  { "aab ab cd", "ab cd" },
		  "data.subwords.size = 8000: the text has too few pieces: set it to 10 or less" },
		{ SUBWORD_UNIGRAM,
		  100,
		  { " \xe2\x96\x81 ", "\xe2\x96\x85" },
		  "the text has no line to learn subwords from: give text with lines of at most "
		  "4192 bytes" },
		{ SUBWORD_BPE,
		  100,
		  { "" },
		  "the text has no line to learn subwords from: give text with lines of at most "
		  "4192 bytes" },
		{ SUBWORD_WORDS,
		  100,
		  { "", "  " },
		  "the text has no word to learn: every line is empty" },
		{ SUBWORD_CHARS,
		  100,
		  { NULL },
		  "the text has no word to learn: every line is empty" },
		{ SUBWORD_BPE,
		  1000001,
		  { "a" },
		  "data.subwords.size = 1000001: set it to 1000000 or less" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error error;

		assert_null(learn(cases[i].model, cases[i].size, false, cases[i].text, &error));
		assert_string_equal(error.message, cases[i].message);
	}
}

static void the_size_that_an_error_names_fits(void **state)
{
	(void)state;
	for (int model = SUBWORD_BPE; model <= SUBWORD_UNIGRAM; model++)
		for (long size = 5; size <= 30; size += 25) {
			const char *const text[] = { "aab ab cd", "ab cd abab", "ba cab", NULL };
			struct error error;
			struct vocabulary *vocabulary;
			long better;

			assert_null(learn(model, size, false, text, &error));
			better = strtol(strstr(error.message, "set it to ") + 10, NULL, 10);
			vocabulary = learn(model, better, false, text, &error);
			if (!vocabulary)
				fail_msg("%s", error.message);
			vocabulary_free(vocabulary);
		}
}

static void a_line_too_long_to_learn_from_is_no_harm(void **state)
{
	size_t bytes = 200000;
	char *word = memory_new(bytes + 1, 1);
	const char *const text[] = { word, "ab ab", "abb", NULL };

	(void)state;
	memset(word, 'b', bytes);
	for (int model = SUBWORD_BPE; model <= SUBWORD_UNIGRAM; model++) {
		struct error error;
		struct vocabulary *vocabulary = learn(model, 7, false, text, &error);
		int id[1];

		if (!vocabulary)
			fail_msg("%s", error.message);
		assert_in_range(vocabulary_encode(vocabulary, word, bytes, id, 1), 1000, bytes + 1);
		vocabulary_free(vocabulary);
	}
	free(word);
}

static void assert_same(const struct vocabulary *a, const struct vocabulary *b)
{
	assert_true(vocabulary_hash(a) == vocabulary_hash(b));
	assert_int_equal(vocabulary_size(a), vocabulary_size(b));
	for (int id = 0; id < vocabulary_size(a); id++)
		assert_string_equal(vocabulary_token(a, id), vocabulary_token(b, id));
}

static void learning_is_deterministic_and_saving_loses_nothing(void **state)
{
	const struct sample *sample = *state;

	for (size_t m = 0; m < COUNT(every_model); m++) {
		struct vocabulary *first = learn_sample(state, every_model[m], 55);
		struct vocabulary *again = learn_sample(state, every_model[m], 55);
		struct vocabulary *other = learn_sample(state, every_model[m], 30 - 5 * (m > 1));
		struct vocabulary *loaded;
		struct error error;
		char path[] = "/tmp/bakeoff-vocabulary-XXXXXX";

		close(mkstemp(path));
		assert_true(vocabulary_save(first, path, &error));
		loaded = vocabulary_load(path, &error);
		unlink(path);
		if (!loaded)
			fail_msg("%s", error.message);
		assert_same(first, again);
		assert_same(first, loaded);
		if (every_model[m] != SUBWORD_CHARS) /* both have all characters */
			assert_false(vocabulary_hash(first) == vocabulary_hash(other));
		for (size_t i = 0; i < GENERATED; i++) {
			const struct line *line = &sample->line[i];
			int a[MOST_IDS], b[MOST_IDS];
			size_t count =
				vocabulary_encode(first, line->text, line->bytes, a, MOST_IDS);

			assert_int_equal(
				vocabulary_encode(loaded, line->text, line->bytes, b, MOST_IDS),
				count);
			assert_memory_equal(a, b, count * sizeof *a);
		}
		vocabulary_free(first);
		vocabulary_free(again);
		vocabulary_free(other);
		vocabulary_free(loaded);
	}
}

/* The bytes of a saved vocabulary; `path` stays. */
static char *saved_bytes(void **state, int model, const char *path, size_t *size)
{
	struct vocabulary *vocabulary = learn_sample(state, model, 40);
	struct error error;
	FILE *file;
	char *bytes = memory_new(1 << 16, 1);

	assert_true(vocabulary_save(vocabulary, path, &error));
	vocabulary_free(vocabulary);
	file = fopen(path, "rb");
	*size = fread(bytes, 1, 1 << 16, file);
	fclose(file);
	assert_in_range(*size, 100, (1 << 16) - 1);
	return bytes;
}

static void assert_refused(const char *path, const char *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");
	struct error error;

	fwrite(bytes, 1, size, file);
	fclose(file);
	error.message[0] = '\0';
	assert_null(vocabulary_load(path, &error));
	assert_non_null(strstr(error.message, "the vocabulary is damaged or cut short"));
}

static void a_file_that_is_cut_is_refused_at_every_length(void **state)
{
	for (size_t m = 0; m < COUNT(every_model); m++) {
		char path[] = "/tmp/bakeoff-vocabulary-XXXXXX";
		size_t size;
		char *bytes;

		close(mkstemp(path));
		bytes = saved_bytes(state, every_model[m], path, &size);
		for (size_t cut = 0; cut < size - 1; cut++) /* the last byte is a line feed */
			assert_refused(path, bytes, cut);
		unlink(path);
		free(bytes);
	}
}

static void a_file_with_changed_bytes_is_refused_or_the_same(void **state)
{
	uint32_t chance = 5;

	for (size_t m = 0; m < COUNT(every_model); m++) {
		char path[] = "/tmp/bakeoff-vocabulary-XXXXXX";
		struct vocabulary *vocabulary = learn_sample(state, every_model[m], 40);
		size_t size;
		char *bytes;

		close(mkstemp(path));
		bytes = saved_bytes(state, every_model[m], path, &size);
		for (int i = 0; i < 1000; i++) {
			size_t at = next(&chance) % size;
			char before = bytes[at];
			FILE *file = fopen(path, "wb");
			struct vocabulary *loaded;
			struct error error;

			bytes[at] = (char)next(&chance);
			fwrite(bytes, 1, size, file);
			fclose(file);
			loaded = vocabulary_load(path, &error);
			if (loaded) /* 1 and +1, or a digit too many to matter */
				assert_same(loaded, vocabulary);
			vocabulary_free(loaded);
			bytes[at] = before;
		}
		vocabulary_free(vocabulary);
		unlink(path);
		free(bytes);
	}
}

static void hostile_files_are_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"\n",
		"hello\n",
		"bakeoff-vocabulary-1\n",
		"bakeoff-vocabulary-1 bpe as-is 99999999999999999999 0\n",
		"bakeoff-vocabulary-1 bpe as-is 1000000 0\n0\t<pad>\n",
		"bakeoff-vocabulary-1 bpe as-is -5 0\n",
		"bakeoff-vocabulary-1 bpe as-is 4 0\n0\t<pad>\n0\t<unk>\n0\t<s>\n0\t</s>\n",
		"bakeoff-vocabulary-2 words as-is 5 0\n0\t<pad>\n0\t<unk>\n0\t<s>\n0\t</s>\n0\ta\n",
		"bakeoff-vocabulary-1 none as-is 5 0\n0\t<pad>\n0\t<unk>\n0\t<s>\n0\t</s>\n0\ta\n",
		"bakeoff-vocabulary-1 words as-is 5 0\n0\t<pad>\n0\t<unk>\n0\t<s>\n0\t</s>\n0\ta\n",
		"bakeoff-vocabulary-1 words as-is 5 0\n0\t<pad>\nnan\t<unk>\n\t<s>\n0</s>\n0\t\n",
	};
	char path[] = "/tmp/bakeoff-vocabulary-XXXXXX";

	(void)state;
	close(mkstemp(path));
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(path, cases[i], strlen(cases[i]));
	unlink(path);
}

static void saving_where_there_is_no_place_is_an_error(void **state)
{
	static const struct {
		const char *path, *message;
	} cases[] = {
		{ "/nowhere/at/all.model",
		  "/nowhere/at/all.model: cannot be written: No such file or "
		  "directory: make room or choose another folder" },
		{ "/tmp", "/tmp: cannot be written: " },
	};
	struct vocabulary *vocabulary = learn_sample(state, SUBWORD_WORDS, 40);

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error error;

		assert_false(vocabulary_save(vocabulary, cases[i].path, &error));
		assert_non_null(strstr(error.message, cases[i].message));
	}
	vocabulary_free(vocabulary);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decoding_gives_back_what_was_encoded),
		cmocka_unit_test(words_have_the_ids_of_the_whole_line),
		cmocka_unit_test(pieces_have_exactly_the_size_that_was_asked),
		cmocka_unit_test(special_tokens_have_the_same_ids_everywhere),
		cmocka_unit_test(special_tokens_in_text_are_text),
		cmocka_unit_test(frequent_tokens_come_first_and_ties_by_code_point),
		cmocka_unit_test(what_was_not_learned_is_unknown),
		cmocka_unit_test(special_tokens_vanish_from_decoded_text),
		cmocka_unit_test(encoding_needs_no_more_room_than_it_says),
		cmocka_unit_test(lowercase_vocabularies_do_not_see_case),
		cmocka_unit_test(learning_refuses_text_that_does_not_fit),
		cmocka_unit_test(the_size_that_an_error_names_fits),
		cmocka_unit_test(a_line_too_long_to_learn_from_is_no_harm),
		cmocka_unit_test(learning_is_deterministic_and_saving_loses_nothing),
		cmocka_unit_test(a_file_that_is_cut_is_refused_at_every_length),
		cmocka_unit_test(a_file_with_changed_bytes_is_refused_or_the_same),
		cmocka_unit_test(hostile_files_are_refused),
		cmocka_unit_test(saving_where_there_is_no_place_is_an_error),
	};

	return cmocka_run_group_tests_name("vocabulary", tests, make_sample, free_sample);
}
