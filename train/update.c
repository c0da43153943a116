/* update.c - one update: shards of a batch to gradients, which update_pieces.c sums and applies. */
#include "core/machine.h"
#include "train/update_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* Weights in bfloat16 beside those in float, from here on kept up to date by update_apply_block. */
static bool start_bfloat16(struct updater *u, struct error *error)
{
	struct parameters *p = &u->model->parameters;

	if (!gemm_for_processor()->bfloat16)
		return error_set(
			error, "train.precision = bfloat16: this processor (or this build) has no "
			       "bfloat16 products; use float32");
	p->bfloat16 = memory_aligned(p->size, sizeof *p->bfloat16);
	vector_kernels()->to_bfloat16(p->size, p->x, p->bfloat16);
	for (int i = 0; i < pool_workers(u->pool); i++)
		u->tape[i].bfloat16 = true;
	return true;
}

/* Memory for the shards of this rank. */
static void open_shards(struct updater *u)
{
	const size_t shards = (size_t)u->settings->shards, size = u->model->parameters.size;
	const int rank = ranks_number(u->ranks);

	u->first_shard = (int)ranks_first(u->ranks, shards, rank);
	u->shards = (int)ranks_first(u->ranks, shards, rank + 1) - u->first_shard;
	u->gradient = memory_new(shards, sizeof *u->gradient);
	for (int i = u->first_shard; i < u->first_shard + u->shards; i++)
		u->gradient[i] = memory_map(size, sizeof(real));
	if (ranks_count(u->ranks) > 1) {
		u->spare = memory_map(size, sizeof(real));
		u->overlap = overlap_open(u->ranks, &u->model->parameters, u->shards,
		                          pool_workers(u->pool));
	}
	u->sum = u->gradient[u->first_shard];
	u->shard = memory_new(shards, sizeof *u->shard);
}

bool updater_open_on_ranks(struct updater *u, struct model *model, const struct corpus *corpus,
                           const struct train_settings *settings, struct optimizer *optimizer,
                           struct pool *pool, struct ranks *ranks, uint64_t seed,
                           struct error *error)
{
	const size_t workers = (size_t)pool_workers(pool);

	*u = (struct updater){ .model = model,
		               .corpus = corpus,
		               .settings = settings,
		               .optimizer = optimizer,
		               .pool = pool,
		               .ranks = ranks,
		               .seed = seed };
	open_shards(u);
	u->tape = memory_new(workers, sizeof *u->tape);
	u->batch = memory_new(workers, sizeof *u->batch);
	for (size_t i = 0; i < workers; i++) {
		tape_init(&u->tape[i]);
		u->tape[i].checkpointing = settings->checkpointing;
	}
	update_cut_gradient(u);
	u->square = memory_new(u->pieces, sizeof *u->square);
	if (settings->precision != PRECISION_FLOAT32 && !start_bfloat16(u, error))
		return false;
	normed_open(&u->normed, &model->parameters, model->parameters.bfloat16 != NULL);
	for (size_t i = 0; i < workers; i++)
		u->tape[i].normed = &u->normed;
	return true;
}

bool updater_open(struct updater *u, struct model *model, const struct corpus *corpus,
                  const struct train_settings *settings, struct optimizer *optimizer,
                  struct pool *pool, uint64_t seed, struct error *error)
{
	return updater_open_on_ranks(u, model, corpus, settings, optimizer, pool, NULL, seed,
	                             error);
}

void updater_close(struct updater *u)
{
	for (long i = 0; u->gradient && i < u->settings->shards; i++)
		memory_unmap(u->gradient[i], u->model->parameters.size, sizeof(real));
	if (u->spare)
		memory_unmap(u->spare, u->model->parameters.size, sizeof(real));
	overlap_close(u->overlap);
	for (int i = 0; u->tape && i < pool_workers(u->pool); i++) {
		tape_free(&u->tape[i]);
		batch_free(&u->batch[i]);
	}
	free(u->gradient);
	free(u->shard);
	free(u->tape);
	free(u->batch);
	free(u->piece);
	free(u->square);
	normed_close(&u->normed);
	if (u->model) {
		free(u->model->parameters.bfloat16);
		u->model->parameters.bfloat16 = NULL;
	}
	*u = (struct updater){ 0 };
}

void updater_rest(struct updater *u)
{
	for (int i = 0; i < pool_workers(u->pool); i++)
		tape_rest(&u->tape[i]);
}

static uint64_t dropout_key(const struct update_job *job, long batch, int shard, size_t sentence)
{
	const uint64_t parts[5] = { job->updater->seed, (uint64_t)job->number, (uint64_t)batch,
		                    (uint64_t)shard, sentence };

	return XXH64(parts, sizeof parts, 0);
}

/* Sentences of from .. to that make the next micro-batch: as many as stay within the setting. */
static size_t micro_batch(const struct updater *u, const uint32_t *sentence, size_t from, size_t to)
{
	const size_t most = (size_t)u->settings->micro_batch_tokens;
	size_t longest = 0, n = 0;

	if (!most)
		return to - from;
	for (; from + n < to; n++) {
		for (enum side side = 0; side < SIDES; side++) {
			const size_t own = corpus_steps(u->corpus, side, sentence[from + n]);

			longest = own > longest ? own : longest;
		}
		if (n && (n + 1) * longest > most)
			break;
	}
	return n;
}

/* Forward and backward of some sentences, whose gradient is added to the shard's. `last`: there are
 * no more of them. */
static void run_sentences(struct update_job *job, int number, int worker, uint64_t key,
                          const uint32_t *sentence, size_t n, bool last)
{
	struct updater *u = job->updater;
	struct shard *shard = &u->shard[number];
	struct batch *batch = &u->batch[worker];
	struct tape *tape = &u->tape[worker];

	profile_begin(tape->profile, "fill batch", NULL, PROFILE_OTHER);
	batch_fill(batch, u->corpus, sentence, (int)n);
	profile_end(tape->profile);
	tape->completion = NULL;
	if (last && u->overlap && !tape->checkpointing && !tape->blame)
		tape->completion = overlap_follow(u->overlap, number - u->first_shard, worker);
	tape_begin(tape, &u->model->parameters, u->gradient[number], true, key);
	tape_backward(tape, model_loss(tape, u->model, batch, u->settings->label_smoothing,
	                               &shard->loss, NULL));
	shard->source_tokens += batch->source_tokens;
	shard->padded_tokens += (size_t)batch->n * (size_t)batch->target_t;
}

static void clear_gradient(struct profile *profile, real *gradient, size_t n)
{
	profile_begin(profile, "clear gradient", NULL, PROFILE_OTHER);
	memset(gradient, 0, n * sizeof *gradient);
	profile_count(profile, 0, (double)(n * sizeof *gradient));
	profile_end(profile);
}

/* Sentences from * shard / shards on: as equal a number for each shard as there can be. */
static void run_shard(void *context, int task, int worker)
{
	struct update_job *job = context;
	struct updater *u = job->updater;
	const int number = u->first_shard + task;
	const size_t shards = (size_t)u->settings->shards, s = (size_t)number;
	struct profile *profile = pool_profile_of(u->pool, worker);

	u->shard[number] = (struct shard){ 0 };
	u->tape[worker].profile = profile;
	profile_begin(profile, "between operations", NULL, PROFILE_OTHER);
	clear_gradient(profile, u->gradient[number], u->model->parameters.size);
	for (long i = 0; i < job->batches; i++) {
		const uint32_t *sentence = job->sentence + job->first[i];
		const size_t n = job->first[i + 1] - job->first[i];
		const size_t to = n * (s + 1) / shards;
		size_t from = n * s / shards, count;

		for (; from < to; from += count) {
			count = micro_batch(u, sentence, from, to);
			run_sentences(job, number, worker, dropout_key(job, i, number, from),
			              sentence + from, count,
			              i == job->batches - 1 && from + count == to);
		}
	}
	if (u->overlap)
		overlap_made(u->overlap, task, worker);
	profile_end(profile);
}

/* What the shards say, and their gradients, from all ranks. False where one is lost. */
static bool exchange(struct updater *u, struct update_result *result)
{
	const double done = machine_seconds();
	double gathered;

	if (!u->spare)
		return true;
	if (!ranks_gather(u->ranks, u->shard, sizeof *u->shard, (size_t)u->settings->shards))
		return false;
	gathered = machine_seconds();
	u->sum = overlap_end(u->overlap, u->shard[0].padded_tokens > 0);
	result->wait_seconds = gathered - done;
	result->exchange_seconds = machine_seconds() - gathered;
	return u->sum != NULL;
}

bool update(struct updater *u, long number, const uint32_t *sentence, const size_t *first,
            long batches, double rate, struct update_result *result)
{
	struct update_job job = { u, number, sentence, first, batches, rate, 1 };
	const int blocks = (int)gradient_blocks(u->model->parameters.size);
	double sum = 0;

	*result = (struct update_result){ 0 };
	pool_run(u->pool, (int)u->pieces, update_make_normed, &job);
	if (u->overlap)
		overlap_begin(u->overlap, u->gradient + u->first_shard, u->spare);
	pool_run(u->pool, u->shards, run_shard, &job);
	if (!u->trimmed)
		machine_trim();
	u->trimmed = true;
	if (!exchange(u, result))
		return false;
	for (long s = 0; s < u->settings->shards; s++) {
		const struct shard *shard = &u->shard[s];

		result->loss.smoothed += shard->loss.smoothed;
		result->loss.nll += shard->loss.nll;
		result->loss.tokens += shard->loss.tokens;
		result->loss.correct += shard->loss.correct;
		result->source_tokens += shard->source_tokens;
		result->padded_tokens += shard->padded_tokens;
	}
	pool_run(u->pool, (int)u->pieces, update_reduce_piece, &job);
	for (size_t i = 0; i < u->pieces; i++)
		sum += u->square[i];
	result->gradient_norm = sqrt(sum) / (double)result->loss.tokens;
	if (!isfinite(result->gradient_norm) || !isfinite(result->loss.smoothed))
		return false;
	job.scale = gradient_clip(result->gradient_norm, u->settings->clip) /
	            (double)result->loss.tokens;
	optimizer_begin(u->optimizer);
	pool_run(u->pool, blocks, update_apply_block, &job);
	return true;
}

struct blame update_blame(struct updater *u, long number, const uint32_t *sentence,
                          const size_t *first, long batches)
{
	struct update_job job = { u, number, sentence, first, batches, 0, 1 };
	struct blame blame = { 0 };
	struct tape *tape = &u->tape[0];
	const bool checkpointing = tape->checkpointing;
	struct graph graph;

	blame_parameters(&blame, &u->model->parameters);
	tape->checkpointing = false;
	tape->blame = &blame;
	tape->graph = &graph;
	for (int s = 0; s < u->shards && !blame.found; s++) {
		graph_init(&graph);
		run_shard(&job, s, 0);
		graph_free(&graph);
	}
	if (!blame.found && !u->spare) {
		pool_run(u->pool, (int)u->pieces, update_reduce_piece, &job);
		blame_sum(&blame, &u->model->parameters, u->sum);
	}
	tape->graph = NULL;
	tape->blame = NULL;
	tape->checkpointing = checkpointing;
	return blame;
}
