/* fuzz.h - what the targets of libFuzzer share: inputs in parts, files to read, seeds. */
#ifndef BAKEOFF_FUZZ_H
#define BAKEOFF_FUZZ_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A reader that is given garbage. */
struct fuzz_target {
	const char *name, *about;
	void (*begin)(void); /* once, before the first input; may be NULL */
	void (*one)(const uint8_t *bytes,
	            size_t size); /* one input; aborts where a rule is broken */
	const char *const *seeds; /* texts, NULL after the last; may be NULL */
	void (*more_seeds)(void); /* calls fuzz_seed; may be NULL */
};

extern const struct fuzz_target fuzz_checkpoint, fuzz_corpus, fuzz_database, fuzz_environment,
	fuzz_experiment, fuzz_filter, fuzz_import, fuzz_lexicon, fuzz_message, fuzz_options, fuzz_pack, fuzz_picture,
	fuzz_rows, fuzz_safetensors, fuzz_scores, fuzz_settings, fuzz_slurm, fuzz_submission,
	fuzz_vocabulary;

/* An input is cut into parts at this byte, which no text has. */
#define PART "\x1e"

/* What is left of an input. */
struct fuzz_input {
	const uint8_t *bytes;
	size_t size;
};

/* The next part; `*size` 0 at the end. Points into the input. */
const char *fuzz_part(struct fuzz_input *, size_t *size);
/* The same as a text, up to its first NUL; the caller frees it. */
char *fuzz_text(struct fuzz_input *);
/* The first byte of what is left, which is taken; 0 at the end. */
unsigned fuzz_byte(struct fuzz_input *);

/* The folder that targets may write to, an empty one at first. */
const char *fuzz_folder(void);
/* Writes a file of that name there; its path is good until the next call. */
const char *fuzz_file(const char *name, const void *bytes, size_t size);
/* The path of that name there, in `path`. */
enum { FUZZ_PATH = 256 };
void fuzz_path(const char *name, char path[FUZZ_PATH]);
/* Deletes all that is in the folder. */
void fuzz_clear(void);

/* Adds to the corpus that fuzzing begins with. */
void fuzz_seed(const void *bytes, size_t size);

/* Aborts, with the text, where the condition does not hold. */
void fuzz_check(bool condition, const char *what);
/* What every reader promises: where it fails it says why, in one line that a terminal may have. */
void fuzz_said(bool good, const struct error *);
/* Aborts where a text for people has what commands a terminal. */
void fuzz_harmless(const char *text, size_t size);

#endif
