/* checkpoint.c - weights and the state of training as safetensors. */
#include "train/checkpoint.h"
#include "core/error.h"
#include "core/safetensors.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

/* The key of a checkpoint's metadata that has hash_of its tensors; older versions wrote none. */
#define NUMBERS "xxh64"

static const long COUNT_MOST = 1000000000000000;

enum field_type { FIELD_LONG, FIELD_DOUBLE, FIELD_BOOL };

struct field {
	const char *name;
	enum field_type type;
	size_t offset;
};

#define LONG(name)                                                                                 \
	{                                                                                          \
#name, FIELD_LONG, offsetof(struct progress, name)                                 \
	}
#define DOUBLE(name)                                                                               \
	{                                                                                          \
#name, FIELD_DOUBLE, offsetof(struct progress, name)                               \
	}
static const struct field progress_fields[] = {
	LONG(update),
	LONG(epoch),
	LONG(batch),
	LONG(batches),
	DOUBLE(target_tokens),
	DOUBLE(source_tokens),
	DOUBLE(padded_tokens),
	DOUBLE(multiply_adds),
	DOUBLE(train_seconds),
	DOUBLE(valid_seconds),
	DOUBLE(io_seconds),
	DOUBLE(learning_rate),
	DOUBLE(gradient_norm),
	DOUBLE(report_loss),
	DOUBLE(report_nll),
	DOUBLE(report_target_tokens),
	DOUBLE(report_source_tokens),
	DOUBLE(report_padded_tokens),
	DOUBLE(report_seconds),
	LONG(validations),
	DOUBLE(valid_nll),
	DOUBLE(best_nll),
	LONG(best_update),
	LONG(bad_validations),
	DOUBLE(first_loss),
	LONG(bad_reports),
	{ NULL, FIELD_LONG, 0 },
};
#undef LONG
#undef DOUBLE

static const struct field schedule_fields[] = {
	{ "schedule.rate", FIELD_DOUBLE, offsetof(struct schedule_state, rate) },
	{ "schedule.best", FIELD_DOUBLE, offsetof(struct schedule_state, best) },
	{ "schedule.bad", FIELD_LONG, offsetof(struct schedule_state, bad) },
	{ "schedule.started", FIELD_BOOL, offsetof(struct schedule_state, started) },
	{ NULL, FIELD_LONG, 0 },
};

static const struct field optimizer_fields[] = {
	{ "optimizer.step", FIELD_LONG, offsetof(struct optimizer, step) },
	{ NULL, FIELD_LONG, 0 },
};

static const char *const vocabulary_key[SIDES] = { "vocabulary.source", "vocabulary.target" };

/* Doubles in hexadecimal, so that reading gives the same bits. */
static void write_fields(json_t *metadata, const struct field *fields, const void *base)
{
	for (const struct field *f = fields; f->name; f++) {
		const char *at = (const char *)base + f->offset;
		char text[64];

		if (f->type == FIELD_DOUBLE)
			snprintf(text, sizeof text, "%a", *(const double *)(const void *)at);
		else if (f->type == FIELD_LONG)
			snprintf(text, sizeof text, "%ld", *(const long *)(const void *)at);
		else
			snprintf(text, sizeof text, "%d", *(const bool *)at);
		json_object_set_new(metadata, f->name, json_string(text));
	}
}

/* Counts go on from there, so that none may be near the end of its range. */
static bool read_count(const char *text, char **end, long *count)
{
	*count = strtol(text, end, 10);
	return *count >= 0 && *count <= COUNT_MOST;
}

static bool read_fields(const struct safetensors *file, const struct field *fields, void *base,
                        struct error *error)
{
	for (const struct field *f = fields; f->name; f++) {
		const char *text = safetensors_metadata(file, f->name);
		char *at = (char *)base + f->offset, *end;
		bool good = true;

		if (!text)
			return error_set(
				error,
				"has no %s: it holds weights alone, not a state to resume from",
				f->name);
		if (f->type == FIELD_DOUBLE)
			*(double *)(void *)at = strtod(text, &end);
		else if (f->type == FIELD_LONG)
			good = read_count(text, &end, (long *)(void *)at);
		else
			*(bool *)at = strtol(text, &end, 10) != 0;
		if (!good || end == text || *end)
			return error_set(error, "%s = '%.40s' is not a number that it can have",
			                 f->name, text);
	}
	return true;
}

struct checkpoint_identity checkpoint_identity_of(const struct dataset *dataset)
{
	struct checkpoint_identity identity;

	for (int side = 0; side < SIDES; side++)
		identity.vocabulary[side] = vocabulary_hash(dataset->vocabulary[side]);
	return identity;
}

static const enum tensor_type real_type = sizeof(real) == sizeof(double) ? TENSOR_F64 : TENSOR_F32;

static struct tensor flat_tensor(const char *name, const real *x, size_t n)
{
	return (struct tensor){ name, real_type, 1, { n }, n, x };
}

static size_t describe(const struct model *model, const struct optimizer *optimizer,
                       struct tensor *t)
{
	const struct parameters *all = &model->parameters;
	size_t count = 0;

	for (int i = 0; i < all->count; i++) {
		const struct parameter *p = &all->list[i];
		const size_t rows = (size_t)p->rows, columns = (size_t)p->columns;

		t[count++] =
			(struct tensor){ p->name,           real_type,
			                 rows == 1 ? 1 : 2, { rows == 1 ? columns : rows, columns },
			                 rows * columns,    all->x + p->offset };
	}
	if (optimizer && optimizer->m)
		t[count++] = flat_tensor("optimizer.m", optimizer->m, optimizer->n);
	if (optimizer && optimizer->v)
		t[count++] = flat_tensor("optimizer.v", optimizer->v, optimizer->n);
	return count;
}

/* Of names and numbers, in whatever order: a sum of hashes. */
static uint64_t hash_of(const struct tensor *t, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += XXH64(t[i].data, tensor_bytes(&t[i]),
		             XXH64(t[i].name, strlen(t[i].name), 0));
	return sum;
}

static bool same_numbers(const struct safetensors *file, struct error *error)
{
	const char *text = safetensors_metadata(file, NUMBERS);

	if (!text || strtoull(text, NULL, 16) == hash_of(file->list, file->count))
		return true;
	return error_set(error,
	                 "its numbers are not those that were written: it is damaged, copy it "
	                 "again (or, where they were changed on purpose, leave " NUMBERS
	                 " out of its metadata)");
}

bool checkpoint_save(const char *path, const struct model *model,
                     const struct checkpoint_identity *identity, const struct optimizer *optimizer,
                     const struct schedule_state *schedule, const struct progress *progress,
                     struct error *error)
{
	struct tensor *t = memory_new((size_t)model->parameters.count + 2, sizeof *t);
	const size_t count = describe(model, optimizer, t);
	json_t *metadata = json_object();
	char text[32];
	bool saved;

	json_object_set_new(metadata, "format", json_string("pt"));
	json_object_set_new(metadata, "architecture", json_string(model->name));
	snprintf(text, sizeof text, "%016" PRIx64, hash_of(t, count));
	json_object_set_new(metadata, NUMBERS, json_string(text));
	for (int side = 0; side < SIDES; side++) {
		snprintf(text, sizeof text, "%016" PRIx64, identity->vocabulary[side]);
		json_object_set_new(metadata, vocabulary_key[side], json_string(text));
	}
	if (optimizer)
		write_fields(metadata, optimizer_fields, optimizer);
	if (schedule)
		write_fields(metadata, schedule_fields, schedule);
	if (progress)
		write_fields(metadata, progress_fields, progress);
	saved = safetensors_write(path, t, count, metadata, error);
	json_decref(metadata);
	free(t);
	return saved;
}

static bool same_vocabularies(const struct safetensors *file,
                              const struct checkpoint_identity *identity, struct error *error)
{
	for (int side = 0; side < SIDES; side++) {
		const char *text = safetensors_metadata(file, vocabulary_key[side]);

		if (!text || strtoull(text, NULL, 16) != identity->vocabulary[side])
			return error_set(
				error,
				"was trained with another %s vocabulary; take the one beside it, "
				"or train again",
				side == SIDE_SOURCE ? "source" : "target");
	}
	return true;
}

static bool read_flat(const struct safetensors *file, const char *name, real *x, size_t n,
                      struct error *error)
{
	const struct tensor *t = safetensors_find(file, name);

	if (!x)
		return true;
	if (!t || t->count != n)
		return error_set(error, "%s: %zu numbers, expected %zu", name, t ? t->count : 0, n);
	tensor_to_real(t, x);
	return true;
}

static bool read_weights(const struct safetensors *file, struct parameters *all,
                         struct error *error)
{
	for (int i = 0; i < all->count; i++) {
		const struct parameter *p = &all->list[i];
		const struct tensor *t = safetensors_find(file, p->name);

		if (!t)
			return error_set(error,
			                 "has no %s: it belongs to a model with other settings",
			                 p->name);
		if (t->count != (size_t)p->rows * (size_t)p->columns ||
		    (t->dimensions && t->shape[t->dimensions - 1] != (size_t)p->columns))
			return error_set(
				error,
				"%s: its shape is not [%d][%d]: it belongs to a model with "
				"other settings",
				p->name, p->rows, p->columns);
		tensor_to_real(t, all->x + p->offset);
	}
	return true;
}

static bool read_all(const struct safetensors *file, struct model *model,
                     const struct checkpoint_identity *identity, struct optimizer *optimizer,
                     struct schedule_state *schedule, struct progress *progress,
                     struct error *error)
{
	if (!same_vocabularies(file, identity, error) || !same_numbers(file, error) ||
	    !read_weights(file, &model->parameters, error))
		return false;
	if (optimizer && (!read_flat(file, "optimizer.m", optimizer->m, optimizer->n, error) ||
	                  !read_flat(file, "optimizer.v", optimizer->v, optimizer->n, error) ||
	                  !read_fields(file, optimizer_fields, optimizer, error)))
		return false;
	return (!schedule || read_fields(file, schedule_fields, schedule, error)) &&
	       (!progress || read_fields(file, progress_fields, progress, error));
}

bool checkpoint_load(const char *path, struct model *model,
                     const struct checkpoint_identity *identity, struct optimizer *optimizer,
                     struct schedule_state *schedule, struct progress *progress,
                     struct error *error)
{
	struct safetensors file;
	bool loaded;

	if (!safetensors_read(&file, path, error))
		return false;
	loaded = read_all(&file, model, identity, optimizer, schedule, progress, error) ||
	         error_prefix(error, "%s", path);
	safetensors_free(&file);
	return loaded;
}

bool checkpoint_average(char *const *path, int paths, struct model *model,
                        const struct checkpoint_identity *identity, struct error *error)
{
	const size_t n = model->parameters.size;
	double *sum = memory_new(n, sizeof *sum);
	bool loaded = true;

	for (int i = 0; loaded && i < paths; i++) {
		loaded = checkpoint_load(path[i], model, identity, NULL, NULL, NULL, error);
		for (size_t j = 0; loaded && j < n; j++)
			sum[j] += (double)model->parameters.x[j];
	}
	for (size_t j = 0; loaded && j < n; j++)
		model->parameters.x[j] = (real)(sum[j] / paths);
	free(sum);
	return loaded;
}

bool checkpoint_update(const char *path, long *update, struct error *error)
{
	struct safetensors file;
	const char *text;

	*update = -1;
	if (access(path, F_OK) && errno == ENOENT)
		return true;
	if (!safetensors_read(&file, path, error))
		return error_prefix(error,
		                    "cannot resume (delete the file to train from the start)");
	text = safetensors_metadata(&file, "update");
	if (text)
		*update = strtol(text, NULL, 10);
	safetensors_free(&file);
	return true;
}
