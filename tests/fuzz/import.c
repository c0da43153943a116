/* import.c - what other programs made: maps of names with the tensors that they are applied to, and
 * models of SentencePiece. */
#include "data/vocabulary.h"
#include "experiments/weight_map.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/tensors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DATA = 96 }; /* bytes of all tensors */

static void check_weights(const struct parameters *all)
{
	for (int i = 0; i < all->count; i++)
		for (int n = 0; n < all->list[i].rows * all->list[i].columns; n++)
			fuzz_check(isfinite(all->x[all->list[i].offset + (size_t)n]),
			           "weights are finite");
}

static void apply(const struct weight_map *map, const struct safetensors *file)
{
	struct parameters all = { 0 };
	struct error error;
	bool good;

	parameter_add(&all, 2, 3, START_CONSTANT, 0, "layer.0.weight");
	parameter_add(&all, 2, 3, START_CONSTANT, 0, "layer.1.weight");
	parameter_add(&all, 1, 6, START_CONSTANT, 0, "bias");
	good = weight_map_apply(map, file, &all, &error);
	fuzz_said(good, &error);
	fuzz_check(good == (all.x != NULL), "there are weights, or an error");
	if (good)
		check_weights(&all);
	parameters_free(&all);
}

static void one_map(struct fuzz_input *in)
{
	struct weight_map map;
	struct safetensors file;
	struct error error;
	size_t size, whole;
	const char *text = fuzz_part(in, &size), *path;
	char map_path[FUZZ_PATH], *bytes;
	bool good;

	fuzz_file("map.yaml", text, size);
	fuzz_path("map.yaml", map_path);
	good = weight_map_read(&map, map_path, &error);
	fuzz_said(good, &error);
	if (!good)
		return;
	bytes = tensors_file((const char *)in->bytes, in->size, DATA, &whole);
	path = fuzz_file("x.safetensors", bytes, whole);
	free(bytes);
	if (safetensors_read(&file, path, &error)) {
		apply(&map, &file);
		safetensors_free(&file);
	}
	weight_map_free(&map);
}

static void say(void *context, const char *line)
{
	(void)context;
	fuzz_harmless(line, strlen(line));
}

static void one_model(const struct fuzz_input *in)
{
	static const char text[] = "ab a\xc3\xa4 b";
	const char *path = fuzz_file("pieces.model", in->bytes, in->size);
	struct error error;
	struct vocabulary *v = vocabulary_import(path, say, NULL, &error);
	int id[32];
	size_t count;

	fuzz_said(v != NULL, &error);
	if (!v)
		return;
	count = vocabulary_encode(v, text, sizeof text - 1, id, 32);
	for (size_t i = 0; i < count && i < 32; i++)
		fuzz_check(id[i] >= 0 && id[i] < vocabulary_size(v), "ids are those of entries");
	free(vocabulary_decode(v, id, count < 32 ? count : 32));
	vocabulary_free(v);
}

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };

	if (fuzz_byte(&in) & 1)
		one_model(&in);
	else
		one_map(&in);
}

#define TENSOR(name, shape, from, to)                                                              \
	"\"" name "\":{\"dtype\":\"F32\",\"shape\":[" shape "],\"data_offsets\":[" from "," to "]" \
	                                                                                       "}"
#define TENSORS                                                                                    \
	PART "{" TENSOR("w.0", "2,3", "0", "24") "," TENSOR("w.1", "3,2", "24", "48") "," TENSOR(  \
		"b", "6", "48", "72") "," TENSOR("c", "1,3,2", "72", "96") "}"
/* A piece of so many bytes: text, score 0, type. */
#define PIECE(size, length, text, type) "\n" size "\n" length text "\x15\1\1\1\1\x18" type
#define SPECIALS                                                                                   \
	PIECE("\x0a", "\1", "p", "\3")                                                             \
	PIECE("\x0a", "\1", "u", "\2") PIECE("\x0a", "\1", "s", "\3") PIECE("\x0a", "\1", "e", "\3")

static const char *const seeds[] = {
	"0parameters:\n  layer.*.weight: w.*\n  bias: b\nignore: [c]\n" TENSORS,
	"0parameters:\n  layer.*.weight: {from: c, axes: [0, 2, 1], scale: 0.5}\n  bias: {join: "
	"[b], "
	"rows: [2/2, 1/2]}\nignore: [w.*]\nsame: {w.1: w.0}\nprefix: x.\n" TENSORS,
	"0parameters:\n  layer.*.weight: {sum: [w.0, c], transpose: true, columns: 1/1}\n  bias: "
	"{constant: 3}\n" TENSORS,
	"0parameters:\n  layer.0.weight: {product: [w.0, w.1]}\n  layer.1.weight: {identity: 2}\n  "
	"bias: "
	"{from: gone, absent: 1}\nignore: [b, c]\n" TENSORS,
	"1" SPECIALS PIECE("\x0a", "\1", "a", "\1")
		PIECE("\x0a", "\1", "b", "\1") "\x12\2\x18\2\x1a\x0a\n\x08identity",
	"1" SPECIALS PIECE("\x0b", "\2", "ab", "\1") "\x12\2\x18\1\x1a\x0d\n\x0bnmt_nfkc_cf",
	NULL,
};

const struct fuzz_target fuzz_import = {
	"import", "maps of other programs' tensors, models of SentencePiece", NULL, one, seeds,
	NULL,
};
