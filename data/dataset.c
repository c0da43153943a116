/* dataset.c - opens the data of an experiment: files or a generated task, vocabularies, corpora. */
#include "data/corpus.h"
#include "data/generated.h"
#include "data/labels.h"
#include "data/task.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

/* What the steps of dataset_open share. */
struct opening {
	struct dataset *data;
	const struct data_settings *settings;
	const char *folder;
	struct pool *pool;
	dataset_report *report;
	void *context;
	struct error *error;
};

static void say(const struct opening *opening, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(const struct opening *opening, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	if (!opening->report)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	opening->report(opening->context, line);
}

/* The name of a vocabulary: a hash of its text and settings. */
static char *vocabulary_path(const struct opening *opening, const struct line *line, size_t lines)
{
	const struct data_settings *settings = opening->settings;
	const long kind[] = { settings->subword_model, settings->subword_size,
		              settings->lowercase };
	XXH64_hash_t hash = XXH64(kind, sizeof kind, 0);
	size_t size = strlen(opening->folder) + 64;
	char *path = memory_new(size, 1);

	for (size_t i = 0; i < lines; i++)
		hash = XXH64(line[i].text, line[i].bytes + 1, hash);
	snprintf(path, size, "%s/vocabulary-%016" PRIx64 ".model", opening->folder, (uint64_t)hash);
	return path;
}

static struct vocabulary *learn(const struct opening *opening, const struct line *line,
                                size_t lines, const char *from)
{
	const struct data_settings *settings = opening->settings;
	struct vocabulary *vocabulary;

	say(opening, "learning a vocabulary from %s (%zu lines)", from, lines);
	vocabulary = vocabulary_train((enum subword_model)settings->subword_model,
	                              settings->subword_size, settings->lowercase, line, lines,
	                              opening->error);
	if (!vocabulary)
		error_prefix(opening->error, "%s", from);
	return vocabulary;
}

/* The vocabulary of these lines out of the folder; learned and put there where it is not there
 * yet. */
static struct vocabulary *take_vocabulary(const struct opening *opening, const struct line *line,
                                          size_t lines, const char *from)
{
	char *path = vocabulary_path(opening, line, lines);
	struct vocabulary *vocabulary;
	struct error reason;

	if (!access(path, F_OK)) {
		vocabulary = vocabulary_load(path, &reason);
		if (!vocabulary)
			error_set(opening->error, "%s: delete the file, it is learned again",
			          reason.message);
	} else {
		vocabulary = learn(opening, line, lines, from);
		if (vocabulary && !vocabulary_save(vocabulary, path, opening->error)) {
			vocabulary_free(vocabulary);
			vocabulary = NULL;
		}
	}
	free(path);
	return vocabulary;
}

static bool take_joint(const struct opening *opening, const struct parallel *train)
{
	const struct text *source = &train->side[SIDE_SOURCE], *target = &train->side[SIDE_TARGET];
	size_t lines = source->lines + target->lines;
	struct line *line = memory_new(lines, sizeof *line);
	struct vocabulary *vocabulary;
	char from[512];

	memcpy(line, source->line, source->lines * sizeof *line);
	memcpy(line + source->lines, target->line, target->lines * sizeof *line);
	snprintf(from, sizeof from, "%s, %s", train->file[SIDE_SOURCE], train->file[SIDE_TARGET]);
	vocabulary = take_vocabulary(opening, line, lines, from);
	free(line);
	for (int side = 0; side < SIDES; side++)
		opening->data->vocabulary[side] = vocabulary;
	return vocabulary;
}

static bool take_alone(const struct opening *opening, const struct parallel *train)
{
	const struct text *text = &train->side[SIDE_TARGET];
	struct vocabulary *vocabulary =
		take_vocabulary(opening, text->line, text->lines, train->file[SIDE_TARGET]);

	for (int side = 0; side < SIDES; side++)
		opening->data->vocabulary[side] = vocabulary;
	return vocabulary;
}

static bool has_labels(const struct opening *opening)
{
	return objective_labels(task_of(opening->settings)->objective);
}

/* Labels are words as they are written, all of them. */
static struct vocabulary *take_labels(const struct opening *opening, const struct parallel *train)
{
	const struct text *text = &train->side[SIDE_TARGET];
	struct data_settings settings = *opening->settings; /* owns nothing */
	struct opening labels = *opening;

	settings.subword_model = SUBWORD_WORDS;
	settings.subword_size = VOCABULARY_MOST;
	settings.lowercase = false;
	labels.settings = &settings;
	return take_vocabulary(&labels, text->line, text->lines, train->file[SIDE_TARGET]);
}

static bool take_vocabularies(const struct opening *opening, const struct parallel *train)
{
	if (!train->file[SIDE_SOURCE])
		return take_alone(opening, train);
	if (opening->settings->joint && !has_labels(opening))
		return take_joint(opening, train);
	for (int side = 0; side < SIDES; side++) {
		const struct text *text = &train->side[side];
		struct vocabulary *vocabulary =
			side == SIDE_TARGET && has_labels(opening)
				? take_labels(opening, train)
				: take_vocabulary(opening, text->line, text->lines,
		                                  train->file[side]);

		if (!vocabulary)
			return false;
		opening->data->vocabulary[side] = vocabulary;
	}
	return true;
}

static bool files_named(const struct opening *opening, const struct text_pair *pair,
                        const char *key)
{
	const bool alone = task_of(opening->settings)->objective == OBJECTIVE_CONTINUE;

	if (alone)
		return (!pair->file[SIDE_SOURCE] && pair->file[SIDE_TARGET]) ||
		       error_set(opening->error, "data.%s: needs one file", key);
	return (pair->file[SIDE_SOURCE] && pair->file[SIDE_TARGET]) ||
	       error_set(opening->error, "data.%s: needs two files: [source, target]", key);
}

static bool encode_train(const struct opening *opening, struct parallel *train)
{
	const struct data_settings *settings = opening->settings;
	struct corpus *corpus = &opening->data->train;

	if (train->file[SIDE_SOURCE])
		return corpus_of_training(corpus, train, opening->data->vocabulary,
		                          settings->longest, (enum bad_lines)settings->bad_lines,
		                          opening->pool, opening->error);
	corpus_of_stream(corpus, "train", train, opening->data->vocabulary, settings->longest,
	                 opening->pool);
	return true;
}

/* Labels as many as they must be; other targets are what they are. */
static bool check_labels(const struct opening *opening, const struct parallel *pairs)
{
	return !has_labels(opening) || labels_check(pairs, task_of(opening->settings)->objective,
	                                            opening->data->vocabulary, opening->error);
}

static bool open_train(const struct opening *opening)
{
	const struct data_settings *settings = opening->settings;
	enum bad_lines bad_lines = (enum bad_lines)settings->bad_lines;
	struct parallel train;
	char dropped[1024];
	bool good;

	if (!files_named(opening, &settings->train, "train") ||
	    !parallel_read(&train, &settings->train, opening->error))
		return false;
	good = parallel_clean(&train, bad_lines, opening->error) &&
	       take_vocabularies(opening, &train) && check_labels(opening, &train) &&
	       encode_train(opening, &train);
	parallel_describe(&train, settings->longest, dropped, sizeof dropped);
	if (good && *dropped)
		say(opening, "%s", dropped);
	parallel_free(&train);
	return good;
}

static void encode_test(const struct opening *opening, struct corpus *corpus, const char *name,
                        const struct parallel *pairs)
{
	const struct data_settings *settings = opening->settings;

	if (!pairs->file[SIDE_SOURCE]) {
		corpus_of_stream(corpus, name, pairs, opening->data->vocabulary, settings->longest,
		                 opening->pool);
		return;
	}
	corpus_of_test(corpus, name, pairs, opening->data->vocabulary, settings->longest,
	               settings->lowercase);
	if (corpus->cut)
		say(opening, "%s, %s: cut %zu of %zu pairs to data.longest = %ld tokens",
		    pairs->file[SIDE_SOURCE], pairs->file[SIDE_TARGET], corpus->cut,
		    corpus->sentences, settings->longest);
}

static bool open_test(const struct opening *opening, struct corpus *corpus, const char *name,
                      const char *key, const struct text_pair *files)
{
	struct parallel pairs;
	bool good;

	if (!files_named(opening, files, key) || !parallel_read(&pairs, files, opening->error))
		return false;
	good = parallel_check(&pairs, opening->error) && check_labels(opening, &pairs);
	if (good)
		encode_test(opening, corpus, name, &pairs);
	parallel_free(&pairs);
	return good;
}

static bool open_tests(const struct opening *opening)
{
	const struct data_settings *settings = opening->settings;
	struct dataset *data = opening->data;

	data->test = memory_new((size_t)settings->tests, sizeof *data->test);
	for (; data->tests < settings->tests; data->tests++) {
		const struct text_pair *files = &settings->test[data->tests];

		if (!open_test(opening, &data->test[data->tests],
		               files->name ? files->name : "test", "test", files))
			return false;
	}
	return true;
}

static bool open_files(const struct opening *opening)
{
	return open_train(opening) &&
	       open_test(opening, &opening->data->valid, "valid", "valid",
	                 &opening->settings->valid) &&
	       open_tests(opening);
}

static bool learn_words(const struct opening *opening, const struct generated *made, enum side side)
{
	const struct text *words = &made->words[side];

	opening->data->vocabulary[side] =
		vocabulary_train(SUBWORD_WORDS, generated_vocabulary(opening->settings, side),
	                         false, words->line, words->lines, opening->error);
	return opening->data->vocabulary[side];
}

static bool take_words(const struct opening *opening, const struct generated *made)
{
	if (!learn_words(opening, made, SIDE_SOURCE))
		return false;
	if (!task_is_joint(opening->settings))
		return learn_words(opening, made, SIDE_TARGET);
	opening->data->vocabulary[SIDE_TARGET] = opening->data->vocabulary[SIDE_SOURCE];
	return true;
}

static bool encode_generated(const struct opening *opening, struct generated *made)
{
	struct parallel *set = made->set;
	const struct data_settings *settings = opening->settings;
	struct dataset *data = opening->data;

	if (!encode_train(opening, &set[GENERATED_TRAIN]))
		return false;
	encode_test(opening, &data->valid, "valid", &set[GENERATED_VALID]);
	data->test = memory_new(GENERATED_SETS, sizeof *data->test);
	for (int i = GENERATED_TEST; i < GENERATED_SETS; i++)
		if (generated_has(settings, (enum generated_set)i))
			encode_test(opening, &data->test[data->tests++], generated_set_name[i],
			            &set[i]);
	return true;
}

static bool open_generated(const struct opening *opening)
{
	struct generated made;
	bool good;

	if (!generated_make(&made, opening->settings, opening->error))
		return false;
	if (made.shared)
		say(opening,
		    "generated: %zu validation and test sentences are in an earlier set too: "
		    "there are too few different ones",
		    made.shared);
	if (*made.note)
		say(opening, "%s", made.note);
	good = take_words(opening, &made) && encode_generated(opening, &made);
	generated_free(&made);
	return good;
}

/* Batches, losses and scores go by it. */
static void set_objective(struct dataset *data, enum objective objective)
{
	data->train.objective = data->valid.objective = objective;
	for (int i = 0; i < data->tests; i++)
		data->test[i].objective = objective;
}

static uint64_t hash_all(const struct dataset *data)
{
	XXH64_hash_t hash = XXH64(&data->train.hash, sizeof data->train.hash, 0);

	hash = XXH64(&data->valid.hash, sizeof data->valid.hash, hash);
	for (int i = 0; i < data->tests; i++)
		hash = XXH64(&data->test[i].hash, sizeof data->test[i].hash, hash);
	for (int side = 0; side < SIDES; side++) {
		uint64_t one = vocabulary_hash(data->vocabulary[side]);

		hash = XXH64(&one, sizeof one, hash);
	}
	return hash;
}

bool dataset_open(struct dataset *data, const struct data_settings *settings, const char *folder,
                  struct pool *pool, dataset_report *report, void *context, struct error *error)
{
	const struct opening opening = { data, settings, folder, pool, report, context, error };

	*data = (struct dataset){ 0 };
	if (task_of(settings)->generator ? open_generated(&opening) : open_files(&opening)) {
		data->hash = hash_all(data);
		set_objective(data, task_of(settings)->objective);
		for (int side = 0; side < SIDES; side++)
			vocabulary_forget(data->vocabulary[side]);
		return true;
	}
	dataset_free(data);
	return false;
}

bool dataset_open_tests(struct dataset *data, const struct data_settings *settings,
                        struct pool *pool, dataset_report *report, void *context,
                        struct error *error)
{
	const struct opening opening = { data, settings, NULL, pool, report, context, error };

	if (task_of(settings)->generator)
		return error_set(error, "data.task: a generated task has no files to test on");
	return open_tests(&opening);
}

void dataset_free(struct dataset *data)
{
	if (!data)
		return;
	if (data->vocabulary[SIDE_TARGET] != data->vocabulary[SIDE_SOURCE])
		vocabulary_free(data->vocabulary[SIDE_TARGET]);
	vocabulary_free(data->vocabulary[SIDE_SOURCE]);
	corpus_free(&data->train);
	corpus_free(&data->valid);
	for (int i = 0; i < data->tests; i++)
		corpus_free(&data->test[i]);
	free(data->test);
	*data = (struct dataset){ 0 };
}
