/* spec_fixture.h - a folder to read experiment files in. */
#ifndef BAKEOFF_TESTS_SPEC_FIXTURE_H
#define BAKEOFF_TESTS_SPEC_FIXTURE_H

#include "core/error.h"
#include "experiments/spec.h"

/* What many files begin with; the text files are in the folder, empty. */
#define HEAD "experiment: toy\ndata: {task: copy}\ntrain: {stop: {epochs: 1}}\n"
#define LSTM "contestants:\n  lstm: {architecture: rnn}\n"
#define FILES "experiment: toy\ntrain: {stop: {epochs: 1}}\n" LSTM "data:\n"

/* A file that has every section. */
extern const char SPEC_WHOLE[];

/* Set-up and tear-down of a program: into a folder of its own that has empty text files and the
 * folder sub, and out again. */
int spec_enter(void **state);
int spec_leave(void **state);

void spec_write(const char *path, const char *bytes, size_t size);

/* Reads the text as toy.yaml, with what --set gives. */
bool spec_read(struct experiment *, const char *text, char *const *set, int sets, struct error *);
/* The same of a text that is right: the test fails where it is not. */
void spec_read_good(struct experiment *, const char *text, char *const *set, int sets);

#endif
