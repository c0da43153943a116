/* import_test.c - weights of PyTorch models say here what they say there; rules of a map do what
 * they say, and no file of a stranger does harm. */
#include "core/error.h"
#include "core/gemm.h"
#include "eval/evaluate.h"
#include "experiments/import.h"
#include "experiments/trial.h"
#include "experiments/weight_map.h"

#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define GOLDEN "tests/golden/import/"
#define MAPS "experiments/import/"

enum { PATH = 128 };

struct folder {
	char path[64], vocabulary[PATH], database[PATH], map[PATH], weights[PATH];
};

static int make_folder(void **state)
{
	struct folder *f = memory_new(1, sizeof *f);
	struct error error;

	snprintf(f->path, sizeof f->path, "/tmp/import_test.XXXXXX");
	if (!mkdtemp(f->path) || !gemm_init(&error))
		return -1;
	snprintf(f->vocabulary, PATH, "%s/words", f->path);
	snprintf(f->database, PATH, "%s/runs.db", f->path);
	snprintf(f->map, PATH, "%s/map.yaml", f->path);
	snprintf(f->weights, PATH, "%s/weights.safetensors", f->path);
	*state = f;
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

static int remove_folder(void **state)
{
	struct folder *f = *state;
	const int failed = nftw(f->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);

	free(f);
	return failed;
}

/* Words a to h, ids 4 to 11. */
static void save_words(const struct folder *f)
{
	static const char text[] = "a b c d e f g h";
	const struct line line = { text, sizeof text - 1, 1 };
	struct error error;
	struct vocabulary *v = vocabulary_train(SUBWORD_WORDS, 12, false, &line, 1, &error);

	if (!v || !vocabulary_save(v, f->vocabulary, &error))
		fail_msg("%s", error.message);
	vocabulary_free(v);
}

static void write_text(const char *path, const char *text, size_t bytes)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, bytes, file), bytes);
	assert_int_equal(fclose(file), 0);
}

static char *read_bytes(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	char *bytes = memory_new(1 << 20, 1);

	if (!file)
		fail_msg("%s cannot be read; run the tests from the source's root", path);
	*size = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	return bytes;
}

/* Lines of fields with tabs between, ended by NULs; field [lines][fields] points into the text. */
static char *read_table(const char *path, char *field[][3], int fields, size_t *lines)
{
	size_t size;
	char *text = read_bytes(path, &size), *at = text, *line;

	for (*lines = 0; (line = strsep(&at, "\n")) && *line; ++*lines)
		for (int i = 0; i < fields; i++)
			field[*lines][i] = strsep(&line, "\t");
	return text;
}

static long import(const struct folder *f, const char *name, bool *again)
{
	char weights[PATH], map[PATH];
	struct experiment experiment;
	struct import_request r = {
		.weights = weights,
		.map = map,
		.vocabulary = { f->vocabulary, NULL },
		.database = f->database,
		.experiment = &experiment,
		.contestant = name,
	};
	struct error error;
	long run = 0;

	snprintf(weights, PATH, GOLDEN "%s.safetensors", name);
	snprintf(map, PATH, MAPS "torch_seq2seq-%s.yaml", name);
	if (!experiment_read_settings(&experiment, GOLDEN "models.yaml", NULL, 0, &error) ||
	    !import_run(&r, &run, again, NULL, NULL, &error))
		fail_msg("%s", error.message);
	experiment_free(&experiment);
	return run;
}

static void compare(const struct folder *f, long run, const char *name)
{
	char path[PATH], *field[16][3], *source[16], *target[16], *text;
	struct database database;
	struct trained trained;
	struct corpus corpus;
	struct error error;
	struct pool *pool = pool_open(1, &error);
	double said[16];
	size_t lines;

	snprintf(path, PATH, GOLDEN "%s.tsv", name);
	text = read_table(path, field, 3, &lines);
	assert_true(lines > 3);
	for (size_t i = 0; i < lines; i++) {
		source[i] = field[i][0];
		target[i] = field[i][1];
	}
	if (!database_open(&database, f->database, DATABASE_READ, &error) ||
	    !trained_open(&trained, &database, run, &error))
		fail_msg("%s", error.message);
	corpus_of_lines(&corpus, trained.vocabulary, source, target, lines, trained.longest);
	evaluate(&trained.model, &corpus, 1000, pool, said);
	pool_close(pool);
	for (size_t i = 0; i < lines; i++)
		if (!(fabs(said[i] - atof(field[i][2])) < 1e-4))
			fail_msg("%s, line %zu: log p is %.7f, wanted %s", name, i + 1, said[i],
			         field[i][2]);
	corpus_free(&corpus);
	trained_close(&trained);
	database_close(&database);
	free(text);
}

static void models_say_what_they_say_in_pytorch(void **state)
{
	static const char *const names[] = { "transformer", "lstm", "conv" };
	const struct folder *f = *state;
	bool again;

	save_words(f);
	for (int i = 0; i < 3; i++) {
		const long run = import(f, names[i], &again);

		assert_false(again);
		assert_int_equal(run, i + 1);
		compare(f, run, names[i]);
	}
	assert_int_equal(import(f, "lstm", &again), 2);
	assert_true(again);
}

static void pieces_are_those_of_sentencepiece(void **state)
{
	const struct folder *f = *state;
	char *field[16][3], *text = read_table(GOLDEN "pieces.tsv", field, 2, &(size_t){ 0 }),
			    ids[512];
	struct error error;
	struct vocabulary *v = vocabulary_import(GOLDEN "pieces.model", NULL, NULL, &error), *again;
	size_t lines;

	free(text);
	text = read_table(GOLDEN "pieces.tsv", field, 2, &lines);
	if (!v || !vocabulary_save(v, f->vocabulary, &error))
		fail_msg("%s", error.message);
	again = vocabulary_load(f->vocabulary, &error);
	assert_non_null(again);
	for (size_t i = 0; i < lines; i++) {
		int id[64];
		const size_t count =
			vocabulary_encode(again, field[i][0], strlen(field[i][0]), id, 64);
		size_t used = 0;

		assert_true(count <= 64);
		for (size_t k = 0; k < count; k++)
			used += (size_t)sprintf(ids + used, "%s%d", k ? " " : "", id[k]);
		assert_string_equal(ids, field[i][1]);
	}
	vocabulary_free(v);
	vocabulary_free(again);
	free(text);
}

/* Wherever it is cut, and whatever a byte becomes, a model is read or refused with its path. */
static void no_model_of_pieces_does_harm(void **state)
{
	const struct folder *f = *state;
	size_t size;
	char *bytes = read_bytes(GOLDEN "pieces.model", &size);
	struct error error;

	for (size_t cut = 0; cut < 2 * size; cut++) {
		const size_t at = cut % size;
		struct vocabulary *v;

		if (cut >= size)
			bytes[at] ^= (char)0xff;
		write_text(f->weights, bytes, cut < size ? cut : size);
		if (cut >= size)
			bytes[at] ^= (char)0xff;
		v = vocabulary_import(f->weights, NULL, NULL, &error);
		if (!v)
			assert_int_equal(strncmp(error.message, f->weights, strlen(f->weights)), 0);
		vocabulary_free(v);
	}
	free(bytes);
}

/* Two layers of [2][3], a vector of 6, and what is theirs. */
static void open_parameters(struct parameters *all)
{
	*all = (struct parameters){ 0 };
	parameter_add(all, 2, 3, START_CONSTANT, 0, "layer.0.weight");
	parameter_add(all, 2, 3, START_CONSTANT, 0, "layer.1.weight");
	parameter_add(all, 1, 6, START_CONSTANT, 0, "bias");
}

static const float six[] = { 1, 2, 3, 4, 5, 6 }, ones[] = { 1, 1, 1 };
static const float holes[] = { 1, NAN, 3, 4, 5, 6 };
static const double large[] = { 1, 2, 3, 4, 5, 1e300 };
static const int32_t whole[] = { 1, 2, 3, 4, 5, 6 };

static const struct tensor theirs[] = {
	{ "w.0", TENSOR_F32, 2, { 2, 3 }, 6, six },
	{ "w.1", TENSOR_F32, 2, { 3, 2 }, 6, six },
	{ "b1", TENSOR_F32, 1, { 3 }, 3, six },
	{ "b2", TENSOR_F32, 2, { 1, 3 }, 3, ones },
	{ "cube", TENSOR_F32, 3, { 1, 3, 2 }, 6, six },
	{ "square", TENSOR_F32, 2, { 3, 1 }, 3, six },
	{ "nan", TENSOR_F32, 2, { 2, 3 }, 6, holes },
	{ "large", TENSOR_F64, 2, { 2, 3 }, 6, large },
	{ "whole", TENSOR_I32, 2, { 2, 3 }, 6, whole },
	{ "copy", TENSOR_F32, 2, { 2, 3 }, 6, six },
	{ "none", TENSOR_F32, 2, { 0, 3 }, 0, six },
};
enum { THEIRS = sizeof theirs / sizeof theirs[0] };

#define REST "ignore: [b1, b2, cube, square, nan, large, whole, copy, none, w.*]\n"

static bool apply(const struct folder *f, const char *text, struct parameters *all,
                  struct error *error)
{
	struct weight_map map = { 0 };
	struct safetensors file;
	bool good;

	write_text(f->map, text, strlen(text));
	assert_true(safetensors_write(f->weights, theirs, THEIRS, NULL, error));
	assert_true(safetensors_read(&file, f->weights, error));
	open_parameters(all);
	good = weight_map_read(&map, f->map, error) && weight_map_apply(&map, &file, all, error);
	weight_map_free(&map);
	safetensors_free(&file);
	if (!good)
		parameters_free(all);
	return good;
}

static void rules_do_what_they_say(void **state)
{
	static const struct {
		const char *rule; /* of layer.0.weight */
		double wanted[6];
	} cases[] = {
		{ "w.0", { 1, 2, 3, 4, 5, 6 } },
		{ "{from: w.1, transpose: true}", { 1, 3, 5, 2, 4, 6 } },
		{ "{from: cube, axes: [0, 2, 1]}", { 1, 3, 5, 2, 4, 6 } },
		{ "{from: cube, axes: [2, 0, 1], scale: -2}", { -2, -6, -10, -4, -8, -12 } },
		{ "{join: [b2, b1], axes: [0]}", { 0 } }, /* refused: b2 has two axes */
		{ "{sum: [w.0, copy]}", { 2, 4, 6, 8, 10, 12 } },
		{ "{from: w.0, rows: [2/2, 1/2]}", { 4, 5, 6, 1, 2, 3 } },
		{ "{from: w.0, columns: [3/3, 1/3, 2/3]}", { 3, 1, 2, 6, 4, 5 } },
		{ "{product: [w.0, w.1], columns: [1/1]}", { 0 } }, /* refused: [2][2] */
		{ "{constant: 7}", { 7, 7, 7, 7, 7, 7 } },
		{ "{identity: 0.5}", { 0.5, 0, 0, 0, 0.5, 0 } },
		{ "{from: absent.0, absent: 3}", { 3, 3, 3, 3, 3, 3 } },
	};
	const struct folder *f = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const bool refused = cases[i].wanted[1] == 0 && cases[i].wanted[0] == 0;
		struct parameters all;
		struct error error;
		char text[1024];

		snprintf(text, sizeof text,
		         REST "parameters:\n  layer.0.weight: %s\n  layer.1.weight: {from: w.1, "
		              "transpose: true}\n"
		              "  bias: {join: [b1, b2]}\n",
		         cases[i].rule);
		if (apply(f, text, &all, &error) == refused)
			fail_msg("%s: %s", cases[i].rule, refused ? "taken" : error.message);
		if (refused)
			continue;
		for (int n = 0; n < 6; n++)
			assert_true((double)all.x[all.list[0].offset + (size_t)n] ==
			            cases[i].wanted[n]);
		assert_true((double)all.x[all.list[2].offset + 4] == 1);
		parameters_free(&all);
	}
}

static void products_are_of_rows_and_columns(void **state)
{
	struct parameters all;
	struct error error;

	if (!apply(*state,
	           REST "parameters:\n  layer.*.weight: {product: [w.0, product]}\n  bias: {join: "
	                "[b1, b1]}\n",
	           &all, &error))
		assert_non_null(strstr(error.message, "product, which is not in the file"));
	else
		fail_msg("taken");
	if (!apply(*state,
	           REST "parameters:\n  layer.*.weight: {product: [square, b2], rows: [1/3, 2/3]}\n"
	                "  bias: {join: [b1, b1]}\n",
	           &all, &error))
		assert_non_null(strstr(error.message, "rows and columns of the product"));
	else
		fail_msg("taken");
}

/* One line each, with both names where there are two. */
static void every_mistake_is_named(void **state)
{
#define GOOD "  layer.*.weight: w.0\n  bias: {join: [b1, b1]}\n"
	static const char *const cases[][3] = {
		{ "parameters:\n  layer.*.weight: w.0\n", "no rule for our bias [1][6]", "" },
		{ "parameters:\n" GOOD, "no rule reads w.1", "" },
		{ "parameters:\n  layer.*.weight: w.*\n  bias: {join: [b1, b1]}\n",
		  "layer.1.weight [2][3]", "made of w.1 [3][2]" },
		{ "parameters:\n  layer.*.weight: gone.*\n  bias: b1\n", "layer.0.weight",
		  "gone.0, which is not in the file" },
		{ REST "parameters:\n  layer.*.weight: nan\n  bias: {join: [b1, b1]}\n",
		  "layer.0.weight", "nan: number [0][1] would be nan" },
		{ REST "parameters:\n  layer.*.weight: whole\n  bias: {join: [b1, b1]}\n",
		  "layer.0.weight", "whole: its dtype is I32" },
		{ REST "parameters:\n  layer.*.weight: none\n  bias: {join: [b1, b1]}\n",
		  "layer.0.weight", "none [0][3]" },
		{ REST "parameters:\n  layer.0.weight: w.0\n" GOOD,
		  "layer.0.weight has a rule in line 3", "" },
		{ "ignore: [b1, b2, square, nan, large, whole, copy, none, w.*]\nparameters:\n" GOOD
		  "  more.*.weight: cube\n",
		  "cube is left over", "our more.*.weight" },
		{ "ignore: [b2, square, nan, large, whole, copy, none, w.1]\nparameters:\n" GOOD
		  "  tail.weight: cube\n",
		  "cube is left over", "our tail.weight" },
		{ REST "parameters:\n  layer.*.weight: w.0\n  bias: {join: [b1, b2], rows: 1/3}\n",
		  "bias [1][6]", "b1 [3] and others" },
		{ "ignore: [b2, cube, square, nan, large, whole, copy, none, w.1]\nparameters:\n"
		  "  layer.*.weight: w.0\n  bias: {join: [b1, b1], rows: [1/3, 1/3, 1/3]}\n",
		  "", "" },
		{ REST "same: {copy: w.1}\nparameters:\n" GOOD, "", "" },
		{ "ignore: [b2, cube, square, nan, large, whole, none, w.1]\nsame: {copy: "
		  "w.0}\nparameters:\n" GOOD,
		  "", "" },
		{ "ignore: [b2, cube, square, large, whole, none, copy, w.1]\nsame: {nan: "
		  "w.0}\nparameters:\n" GOOD,
		  "nan does not have the numbers of w.0", "" },
		{ "parameters: 3\n", "must be a map", "" },
		{ "parameter: {}\n", "did you mean parameters", "" },
		{ "parameters: {bias: {frm: b1}}\n", "did you mean from", "" },
		{ "parameters: {bias: {from: b1, sum: [b1, b1]}}\n", "has sum and from", "" },
		{ "parameters: {bias: {scale: 2}}\n", "says not what it is made of", "" },
		{ "parameters: {bias: {join: b1}}\n", "must be a list of names", "" },
		{ "parameters: {bias: {join: []}}\n", "must be a list of names", "" },
		{ "parameters: {bias: {join: [[b1]]}}\n", "name of a tensor", "" },
		{ "parameters: {bias: {product: [b1, b1, b1]}}\n", "two matrices", "" },
		{ "parameters: {bias: 'b.*'}\n", "has a layer's number", "" },
		{ "parameters: {bias: {from: b1, axes: [1, 1]}}\n", "each number from 0 to 1 once",
		  "" },
		{ "parameters: {bias: {from: b1, axes: [2, 1]}}\n", "each number from 0 to 1 once",
		  "" },
		{ "parameters: {bias: {from: b1, transpose: yes}}\n", "must be true", "" },
		{ "parameters: {bias: {from: b1, rows: 3/2}}\n", "must be a piece", "" },
		{ "parameters: {bias: {from: b1, rows: 1/0}}\n", "must be a piece", "" },
		{ "parameters: {bias: {from: b1, rows: [1/2, 1/3]}}\n", "pieces of 2 and of 3",
		  "" },
		{ "parameters: {bias: {from: b1, scale: nan}}\n", "scale = nan", "" },
		{ "parameters: {bias: {from: b1}, ignored: {}}\n", "says not what", "" },
		{ "ignore: b1\nparameters: {bias: b1}\n", "must be like [name", "" },
		{ "", "map.yaml", "" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct parameters all;
		struct error error;

		if (apply(*state, cases[i][0], &all, &error)) {
			parameters_free(&all);
			if (*cases[i][1])
				fail_msg("taken: %s", cases[i][0]);
		} else if (!*cases[i][1] || !strstr(error.message, cases[i][1]) ||
		           !strstr(error.message, cases[i][2]) || strchr(error.message, '\n')) {
			fail_msg("%s says \"%s\"", cases[i][0], error.message);
		}
	}
#undef GOOD
}

static void a_number_too_large_for_real_is_refused(void **state)
{
	struct parameters all;
	struct error error;
	const bool taken = apply(
		*state, REST "parameters:\n  layer.*.weight: large\n  bias: {join: [b1, b1]}\n",
		&all, &error);

	assert_int_equal(taken, sizeof(real) == sizeof(double));
	if (taken)
		parameters_free(&all);
	else
		assert_non_null(strstr(error.message, "large: number [1][2] would be inf"));
}

/* Every shipped map, cut at each line and with one byte changed, is read or refused. */
static void no_map_does_harm(void **state)
{
	const struct folder *f = *state;
	size_t size;
	char *bytes = read_bytes(MAPS "torch_seq2seq-conv.yaml", &size);

	for (size_t i = 0; i < size; i++) {
		struct weight_map map;
		struct error error;
		const char was = bytes[i];

		bytes[i] = "[]{}:*/\n\"\t,0\xff"[i % 13];
		write_text(f->map, bytes, i % 2 ? size : i);
		bytes[i] = was;
		if (weight_map_read(&map, f->map, &error))
			weight_map_free(&map);
		else
			assert_null(strchr(error.message, '\n'));
	}
	free(bytes);
}

static void layers_are_whole_numbers(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool matches;
		int number;
	} cases[] = {
		{ "a.*.b", "a.12.b", true, 12 },  { "a.*.b", "a.0.b", true, 0 },
		{ "a.*.b", "a.01.b", false, 0 },  { "a.*.b", "a..b", false, 0 },
		{ "a.*.b", "a.-1.b", false, 0 },  { "a.*.*", "a.1.1", true, 1 },
		{ "a.*.*", "a.1.2", false, 0 },   { "a.*", "a.1_reverse", false, 0 },
		{ "*", "99999999999", false, 0 }, { "plain", "plain", true, -1 },
		{ "plain", "plai", false, 0 },    { "plai", "plain", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int number;

		assert_int_equal(weight_name_matches(cases[i].pattern, cases[i].name, &number),
		                 cases[i].matches);
		if (cases[i].matches)
			assert_int_equal(number, cases[i].number);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(models_say_what_they_say_in_pytorch),
		TEST(pieces_are_those_of_sentencepiece),
		TEST(no_model_of_pieces_does_harm),
		TEST(rules_do_what_they_say),
		TEST(products_are_of_rows_and_columns),
		TEST(every_mistake_is_named),
		TEST(a_number_too_large_for_real_is_refused),
		TEST(no_map_does_harm),
		TEST(layers_are_whole_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
