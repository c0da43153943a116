/* head_statistics.c - what each attention head does, as numbers over a corpus. */
#include "eval/head_statistics.h"
#include "core/error.h"
#include "eval/evaluate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64, EVALUATION_TOKENS = 4096 }; /* sentences; padded positions a batch */

static double bits(double w)
{
	return w > 0 ? -w * log2(w) : 0;
}

static double entropy(const real *w, int keys)
{
	double sum = 0;

	for (int k = 0; k < keys; k++)
		sum += bits((double)w[k]);
	return sum;
}

static bool sees_a_key(const real *w, int keys)
{
	for (int k = 0; k < keys; k++)
		if (w[k] > 0)
			return true;
	return false;
}

static double weight_at(const real *w, int keys, int k)
{
	return k >= 0 && k < keys ? (double)w[k] : 0;
}

static void add_query(struct head_sums *sums, const real *w, int q, int keys, const int *token)
{
	bool begins = false, ends = false;

	sums->queries++;
	sums->entropy += entropy(w, keys);
	sums->previous += weight_at(w, keys, q - 1);
	sums->same += weight_at(w, keys, q);
	sums->next += weight_at(w, keys, q + 1);
	for (int k = 0; k < keys; k++) {
		sums->distance += (double)w[k] * abs(q - k);
		sums->begin += token[k] == TOKEN_BEGIN ? (double)w[k] : 0;
		sums->end += token[k] == TOKEN_END ? (double)w[k] : 0;
		begins |= token[k] == TOKEN_BEGIN;
		ends |= token[k] == TOKEN_END;
	}
	sums->begins += begins;
	sums->ends += ends;
}

static double agreement(const real *v, const real *w, int keys, double entropies)
{
	double both = 0, divergence;

	for (int k = 0; k < keys; k++)
		both += bits(((double)v[k] + (double)w[k]) / 2);
	divergence = both - entropies / 2;
	return 1 - (divergence > 0 ? sqrt(divergence) : 0);
}

/* One query of all heads of a kind, map[0 .. heads - 1]. */
static void compare_heads(struct head_sums *sums, const struct attention_map *map, int heads, int q)
{
	const int keys = map->keys;
	const size_t at = (size_t)q * (size_t)keys;

	for (int i = 0; i < heads; i++) {
		const real *v = map[i].weight + at;
		const double own = entropy(v, keys);

		for (int j = 0; j < i && sees_a_key(v, keys); j++) {
			const real *w = map[j].weight + at;
			double value;

			if (!sees_a_key(w, keys))
				continue;
			value = agreement(v, w, keys, own + entropy(w, keys));
			sums[i].agreement += value;
			sums[j].agreement += value;
			sums[i].others++;
			sums[j].others++;
		}
	}
}

static int heads_of_kind(const struct attention_maps *m, int first)
{
	int i = first;

	while (i < m->maps && m->map[i].kind == m->map[first].kind)
		i++;
	return i - first;
}

void head_sums_add(struct head_sums *sums, const struct attention_maps *m)
{
	for (int i = 0; i < m->maps; i++) {
		const struct attention_map *map = &m->map[i];

		for (int q = 0; q < map->queries; q++) {
			const real *w = map->weight + (size_t)q * (size_t)map->keys;

			if (sees_a_key(w, map->keys))
				add_query(&sums[i], w, q, map->keys, m->key[map->kind].token);
		}
	}
	for (int i = 0; i < m->maps; i += heads_of_kind(m, i))
		for (int q = 0; q < m->map[i].queries; q++)
			compare_heads(sums + i, m->map + i, heads_of_kind(m, i), q);
}

struct measuring {
	const struct model *model;
	const struct corpus *corpus;
	size_t heads, first;          /* sentence of task 0 */
	struct attention_maps **maps; /* [workers], NULL until a worker works */
	struct head_sums *sums;       /* [CHUNK][heads] */
};

static void measure_sentence(void *context, int task, int worker)
{
	struct measuring *m = context;
	struct attention_maps **maps = &m->maps[worker];
	struct head_sums *sums = m->sums + (size_t)task * m->heads;

	if (!*maps) {
		*maps = memory_new(1, sizeof **maps);
		attention_maps_init(*maps, m->model, NULL);
	}
	attention_maps_make(*maps, m->corpus, (uint32_t)(m->first + (size_t)task));
	memset(sums, 0, m->heads * sizeof *sums);
	head_sums_add(sums, *maps);
}

static void add_sums(struct head_sums *to, const struct head_sums *from)
{
	to->queries += from->queries;
	to->others += from->others;
	to->begins += from->begins;
	to->ends += from->ends;
	to->entropy += from->entropy;
	to->distance += from->distance;
	to->previous += from->previous;
	to->same += from->same;
	to->next += from->next;
	to->begin += from->begin;
	to->end += from->end;
	to->agreement += from->agreement;
}

static double mean(double sum, size_t count)
{
	return count ? sum / (double)count : (double)NAN;
}

static struct head_statistics means_of(const struct head_sums *sums, struct head_place head)
{
	return (struct head_statistics){
		.head = head,
		.queries = sums->queries,
		.entropy = mean(sums->entropy, sums->queries),
		.distance = mean(sums->distance, sums->queries),
		.previous = mean(sums->previous, sums->queries),
		.same = mean(sums->same, sums->queries),
		.next = mean(sums->next, sums->queries),
		.begin = mean(sums->begin, sums->begins),
		.end = mean(sums->end, sums->ends),
		.agreement = mean(sums->agreement, sums->others),
	};
}

static bool measure_all(struct measuring *m, struct pool *pool, head_watch *watch, void *context,
                        struct head_sums *total)
{
	const size_t n = m->corpus->sentences;

	for (; m->first < n; m->first += CHUNK) {
		const size_t left = n - m->first, tasks = left < CHUNK ? left : CHUNK;

		pool_run(pool, (int)tasks, measure_sentence, m);
		for (size_t i = 0; i < tasks * m->heads; i++)
			add_sums(&total[i % m->heads], &m->sums[i]);
		if (watch && !watch(context, m->first + tasks, n))
			return false;
	}
	return true;
}

bool heads_measure(const struct heads *heads, const struct model *model,
                   const struct corpus *corpus, struct pool *pool, head_watch *watch, void *context,
                   struct head_statistics *result)
{
	const int workers = pool_workers(pool);
	struct measuring m = { .model = model, .corpus = corpus, .heads = heads->count };
	struct head_sums *total = memory_new(heads->count, sizeof *total);
	bool whole;

	m.maps = memory_new((size_t)workers, sizeof(struct attention_maps *));
	m.sums = memory_new(CHUNK * heads->count, sizeof *m.sums);
	whole = measure_all(&m, pool, watch, context, total);
	for (size_t i = 0; i < heads->count; i++)
		result[i] = means_of(&total[i], heads->head[i]);
	for (int i = 0; i < workers; i++) {
		if (m.maps[i])
			attention_maps_free(m.maps[i]);
		free(m.maps[i]);
	}
	free(m.maps);
	free(m.sums);
	free(total);
	return whole;
}

/* The loss of a corpus, and log p of each sentence, with these heads switched off. */
static double loss_under(const struct model *model, const struct head_place *masked, size_t masks,
                         const struct corpus *corpus, struct pool *pool, double *log_probability)
{
	struct model view = *model;
	struct loss loss;

	view.masked = masked;
	view.masks = masks;
	loss = evaluate(&view, corpus, EVALUATION_TOKENS, pool, log_probability);
	return loss.nll / (double)loss.tokens;
}

/* The standard error of a ratio: what sentences lost, over their tokens (Cochran 1977, section
 * 6.4). */
static double error_of(double change, const struct corpus *corpus, const double *before,
                       const double *after)
{
	const double n = (double)corpus->sentences;
	double sum = 0, tokens = 0;

	for (size_t i = 0; i < corpus->sentences; i++) {
		const double length = (double)corpus_steps(corpus, SIDE_TARGET, i);
		const double off = before[i] - after[i] - change * length;

		sum += off * off;
		tokens += length;
	}
	return n > 1 ? sqrt(sum * n / (n - 1)) / tokens : (double)NAN;
}

bool heads_importance(const struct heads *heads, const struct model *model,
                      const struct corpus *corpus, struct pool *pool, head_watch *watch,
                      void *context, double *loss, struct head_importance *result)
{
	const size_t before = model->masks;
	struct head_place *masked = memory_new(before + 1, sizeof *masked);
	double *whole = memory_new(corpus->sentences, sizeof *whole);
	double *without = memory_new(corpus->sentences, sizeof *without);
	bool done = true;

	for (size_t i = 0; i < before; i++)
		masked[i] = model->masked[i];
	*loss = loss_under(model, masked, before, corpus, pool, whole);
	for (size_t i = 0; i < heads->count && done; i++) {
		masked[before] = heads->head[i];
		result[i].change =
			loss_under(model, masked, before + 1, corpus, pool, without) - *loss;
		result[i].error = error_of(result[i].change, corpus, whole, without);
		done = !watch || watch(context, i + 1, heads->count);
	}
	free(masked);
	free(whole);
	free(without);
	return done;
}
