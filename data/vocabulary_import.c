/* vocabulary_import.c - vocabularies of SentencePiece's own model files: protocol buffers, as in
 * its sentencepiece_model.proto. Nothing in them is believed before it is checked. */
#include "core/printable.h"
#include "data/vocabulary_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MOST = 64 << 20, PIECE_BYTES = 256, NAME_SIZE = 32 };
enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };
enum { MODEL_PIECE = 1, MODEL_TRAINER = 2, MODEL_NORMALIZER = 3 };
enum { PIECE_TEXT = 1, PIECE_SCORE = 2, PIECE_TYPE = 3 };
enum { TYPE_NORMAL = 1, TYPE_UNKNOWN = 2, TYPE_CONTROL = 3 };
enum { TRAINER_MODEL_TYPE = 3, TRAINER_BLANK_BEHIND = 24, TRAINER_BYTES = 35 };
enum { MODEL_UNIGRAM = 1, MODEL_BPE = 2 };
enum { NORMALIZER_NAME = 1, NORMALIZER_BLANK_BEFORE = 3, NORMALIZER_BLANKS = 4 };

/* A message, or what is left of it. */
struct wire {
	const unsigned char *at, *end;
	bool damaged;
};

struct field {
	unsigned number;
	int type;
	uint64_t value;
	struct wire inner; /* of bytes */
};

static uint64_t read_varint(struct wire *w)
{
	uint64_t value = 0;

	for (int shift = 0; shift < 64; shift += 7) {
		if (w->at == w->end)
			break;
		value |= (uint64_t)(*w->at & 127) << shift;
		if (!(*w->at++ & 128))
			return value;
	}
	w->damaged = true;
	return 0;
}

static uint64_t read_fixed(struct wire *w, size_t bytes)
{
	uint64_t value = 0;

	if ((size_t)(w->end - w->at) < bytes) {
		w->damaged = true;
		return 0;
	}
	for (size_t i = bytes; i; i--)
		value = value << 8 | w->at[i - 1];
	w->at += bytes;
	return value;
}

/* False at the end, or where it is damaged. */
static bool next_field(struct wire *w, struct field *f)
{
	uint64_t head;

	if (w->at == w->end)
		return false;
	head = read_varint(w);
	*f = (struct field){ .number = (unsigned)(head >> 3), .type = (int)(head & 7) };
	if (f->type == WIRE_VARINT)
		f->value = read_varint(w);
	else if (f->type == WIRE_FIXED64 || f->type == WIRE_FIXED32)
		f->value = read_fixed(w, f->type == WIRE_FIXED64 ? 8 : 4);
	else if (f->type == WIRE_BYTES)
		f->value = read_varint(w);
	else
		w->damaged = true;
	if (f->type == WIRE_BYTES && !w->damaged) {
		if (f->value > (uint64_t)(w->end - w->at)) {
			w->damaged = true;
			return false;
		}
		f->inner = (struct wire){ .at = w->at, .end = w->at + f->value };
		w->at += f->value;
	}
	return !w->damaged;
}

/* What a model says. */
struct model {
	struct entries entries;
	int pieces;
	uint64_t type;
	bool bytes, blank_behind, no_blank_before, keeps_blanks;
	char normalizer[NAME_SIZE];
};

static bool damaged(struct error *error)
{
	return error_set(error,
	                 "is neither a vocabulary of bakeoff nor a whole model of SentencePiece");
}

struct piece {
	const char *text;
	size_t bytes;
	float score;
	uint64_t type;
};

static bool check_piece(const struct piece *p, int id, struct error *error)
{
	static const uint64_t special[TOKEN_SPECIALS] = { TYPE_CONTROL, TYPE_UNKNOWN, TYPE_CONTROL,
		                                          TYPE_CONTROL };

	if (id >= VOCABULARY_MOST)
		return error_set(error, "more than %d pieces", VOCABULARY_MOST);
	if (id < TOKEN_SPECIALS && p->type != special[id])
		return error_set(error,
		                 "its pieces 0 to 3 must be padding, unknown, begin and end of "
		                 "sentence: train it with pad_id=0, unk_id=1, bos_id=2, eos_id=3");
	if (id >= TOKEN_SPECIALS && p->type != TYPE_NORMAL)
		return error_set(error, "piece %d is no plain one (type %" PRIu64 ")", id, p->type);
	if (id >= TOKEN_SPECIALS &&
	    (!p->bytes || p->bytes > PIECE_BYTES || text_bad_byte(p->text, p->bytes) ||
	     memchr(p->text, '\n', p->bytes) || memchr(p->text, '\r', p->bytes) ||
	     !(fabsf(p->score) <= VOCABULARY_MOST)))
		return error_set(error,
		                 "piece %d: is not 1 to %d bytes of UTF-8 in a line, with a score",
		                 id, PIECE_BYTES);
	return true;
}

static bool read_piece(struct model *m, struct wire w, struct error *error)
{
	struct piece p = { .text = "", .type = TYPE_NORMAL };
	struct field f;

	while (next_field(&w, &f)) {
		const uint32_t bits = (uint32_t)f.value;

		if (f.number == PIECE_TEXT && f.type == WIRE_BYTES) {
			p.text = (const char *)f.inner.at;
			p.bytes = (size_t)f.value;
		} else if (f.number == PIECE_SCORE && f.type == WIRE_FIXED32) {
			memcpy(&p.score, &bits, sizeof p.score);
		} else if (f.number == PIECE_TYPE && f.type == WIRE_VARINT) {
			p.type = f.value;
		}
	}
	if (w.damaged)
		return damaged(error);
	if (!check_piece(&p, m->pieces, error))
		return false;
	if (m->pieces++ >= TOKEN_SPECIALS)
		entries_add(&m->entries, p.text, p.bytes, p.score);
	return true;
}

static bool read_trainer(struct model *m, struct wire w, struct error *error)
{
	struct field f;

	while (next_field(&w, &f)) {
		if (f.number == TRAINER_MODEL_TYPE)
			m->type = f.value;
		else if (f.number == TRAINER_BLANK_BEHIND)
			m->blank_behind = f.value;
		else if (f.number == TRAINER_BYTES)
			m->bytes = f.value;
	}
	return !w.damaged || damaged(error);
}

/* A name that a line for people may have. */
static void read_name(char name[NAME_SIZE], const struct wire *w)
{
	const size_t size = (size_t)(w->end - w->at);
	const size_t length = size < NAME_SIZE ? size : NAME_SIZE - 1;

	for (size_t i = 0; i < length; i++)
		name[i] = w->at[i] > ' ' && w->at[i] < 127 ? (char)w->at[i] : '?';
	name[length] = '\0';
}

static bool read_normalizer(struct model *m, struct wire w, struct error *error)
{
	struct field f;

	while (next_field(&w, &f)) {
		if (f.number == NORMALIZER_NAME && f.type == WIRE_BYTES)
			read_name(m->normalizer, &f.inner);
		else if (f.number == NORMALIZER_BLANK_BEFORE)
			m->no_blank_before = !f.value;
		else if (f.number == NORMALIZER_BLANKS)
			m->keeps_blanks = !f.value;
	}
	return !w.damaged || damaged(error);
}

static bool read_model(struct model *m, struct wire w, struct error *error)
{
	struct field f;
	bool good = true;

	entries_add_specials(&m->entries);
	while (good && next_field(&w, &f)) {
		if (f.type != WIRE_BYTES)
			continue;
		if (f.number == MODEL_PIECE)
			good = read_piece(m, f.inner, error);
		else if (f.number == MODEL_TRAINER)
			good = read_trainer(m, f.inner, error);
		else if (f.number == MODEL_NORMALIZER)
			good = read_normalizer(m, f.inner, error);
	}
	return good && ((!w.damaged && m->pieces > TOKEN_SPECIALS) || damaged(error));
}

static bool check_model(const struct model *m, struct error *error)
{
	if (m->type != MODEL_UNIGRAM && m->type != MODEL_BPE)
		return error_set(error,
		                 "is a model of type %" PRIu64 "; bpe (%d) and unigram (%d) can be "
		                 "read",
		                 m->type, MODEL_BPE, MODEL_UNIGRAM);
	if (m->bytes || m->blank_behind || m->no_blank_before || m->keeps_blanks)
		return error_set(
			error, "has pieces for bytes, or blanks elsewhere than once before each "
			       "word (byte_fallback, treat_whitespace_as_suffix, add_dummy_prefix, "
			       "remove_extra_whitespaces), which cannot be read");
	return true;
}

static struct vocabulary *make(struct model *m, struct error *error)
{
	const size_t length = strlen(m->normalizer);
	const bool folds_case = length > 3 && !strcmp(m->normalizer + length - 3, "_cf");

	return vocabulary_of_entries(m->type == MODEL_BPE ? SUBWORD_BPE : SUBWORD_UNIGRAM,
	                             folds_case, &m->entries, error);
}

static char *read_file(const char *path, size_t *size, struct error *error)
{
	FILE *file = fopen(path, "rb");
	char *bytes = NULL;
	size_t got = 1;

	*size = 0;
	if (!file) {
		error_set(error, "%s: cannot be opened: %s", path, strerror(errno));
		return NULL;
	}
	while (got && *size < FILE_MOST) {
		bytes = memory_resize(bytes, *size + (1 << 16), 1);
		got = fread(bytes + *size, 1, 1 << 16, file);
		*size += got;
	}
	if (ferror(file) || got)
		error_set(error, "%s: cannot be read: %s", path,
		          got ? "it is too large" : strerror(errno));
	got |= ferror(file) != 0;
	fclose(file);
	if (!got)
		return bytes;
	free(bytes);
	return NULL;
}

static struct vocabulary *of_sentencepiece(const char *path, const char *bytes, size_t size,
                                           void say(void *, const char *), void *context,
                                           struct error *error)
{
	struct model m = { .type = MODEL_UNIGRAM }; /* what a model that does not say it is */
	const unsigned char *first = (const unsigned char *)bytes;
	struct vocabulary *made = NULL;
	char line[512];

	if (read_model(&m, (struct wire){ .at = first, .end = first + size }, error) &&
	    check_model(&m, error))
		made = make(&m, error);
	if (!made)
		error_prefix(error, "%s", path);
	else if (say && *m.normalizer && strcmp(m.normalizer, "identity")) {
		snprintf(line, sizeof line,
		         "%s: its text was normalised by %s; here it is by NFC%s, so that rare "
		         "characters "
		         "may become other tokens",
		         path, m.normalizer, made->lowercase ? " and lower-cased" : "");
		printable_make(line);
		say(context, line);
	}
	entries_free(&m.entries);
	return made;
}

struct vocabulary *vocabulary_import(const char *path, void say(void *context, const char *line),
                                     void *context, struct error *error)
{
	static const char own[] = "bakeoff-vocabulary-";
	struct vocabulary *vocabulary = NULL;
	size_t size;
	char *bytes = read_file(path, &size, error);

	if (!bytes)
		return NULL;
	/* A model begins with its first piece. */
	if (size && bytes[0] == (MODEL_PIECE << 3 | WIRE_BYTES))
		vocabulary = of_sentencepiece(path, bytes, size, say, context, error);
	else if (size > strlen(own) && !memcmp(bytes, own, strlen(own)))
		vocabulary = vocabulary_load(path, error);
	else if (!damaged(error))
		error_prefix(error, "%s", path);
	free(bytes);
	return vocabulary;
}
