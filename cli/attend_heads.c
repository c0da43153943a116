/* attend_heads.c - what each attention head of a run does, and is worth, as a table. */
#include "cli/attend.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output.h"
#include "data/labels.h"
#include "eval/head_statistics.h"
#include "results/table.h"
#include "results/translations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool attend_table_format(const char *name, struct error *error)
{
	enum table_format format;

	return !name || table_format_find(name, &format, error);
}

/* The sentences that heads are measured on. */
struct sample {
	struct corpus corpus;
	char name[256]; /* for people */
};

static bool make_sample(struct sample *s, const struct attend_options *o, const struct trained *t,
                        char **source, char **target, size_t lines, struct error *error)
{
	const size_t n = lines < (size_t)o->sentences ? lines : (size_t)o->sentences;

	corpus_of_lines(&s->corpus, t->vocabulary, source, target, n, t->longest);
	warn_cut("attend", s->corpus.cut, t->longest);
	s->corpus.objective = model_objective(&t->model);
	return labels_check_corpus(&s->corpus, "line", error);
}

static bool sample_of_files(struct sample *s, const struct attend_options *o,
                            const struct trained *t, struct error *error)
{
	char **source = NULL, **target = NULL;
	size_t sources = 0, targets = 0;
	bool whole = read_lines(o->source_file, &source, &sources, error) &&
	             read_lines(o->target_file, &target, &targets, error);

	if (whole && sources != targets)
		whole = error_set(error, "%s has %zu lines, %s %zu", o->source_file, sources,
		                  o->target_file, targets);
	if (whole && !sources)
		whole = error_set(error, "%s is empty", o->source_file);
	if (whole) {
		whole = make_sample(s, o, t, source, target, sources, error);
		snprintf(s->name, sizeof s->name, "%s", o->source_file);
	}
	free_lines(source, sources);
	free_lines(target, targets);
	return whole;
}

static bool sample_of_run(struct sample *s, const struct attend_options *o, const struct trained *t,
                          struct database *database, struct error *error)
{
	struct translations set;
	char **source, **target;
	bool whole;

	if (!translations_read(database, o->run.id, o->test_set, &set, error))
		return error_prefix(error, "--test-set");
	source = memory_new(set.count, sizeof *source);
	target = memory_new(set.count, sizeof *target);
	for (size_t i = 0; i < set.count; i++) {
		source[i] = (char *)(uintptr_t)set.translation[i].source;
		target[i] = (char *)(uintptr_t)set.translation[i].reference;
	}
	whole = make_sample(s, o, t, source, target, set.count, error);
	snprintf(s->name, sizeof s->name, "test set %s", set.test_set);
	free(source);
	free(target);
	translations_free(&set);
	return whole;
}

/* What is known of the heads; NULL where it was not asked for. */
struct findings {
	const struct heads *all;
	struct heads asked;                 /* for */
	struct head_statistics *statistics; /* of all */
	struct head_importance *importance; /* of those asked for */
	double loss;
};

/* How far it is, where somebody waits before a terminal. */
static bool tell(const char *what, size_t done, size_t all)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K%s", "");
	if (isatty(STDERR_FILENO) && done < all)
		fprintf(stderr, "%s %zu of %zu", what, done, all);
	return !interrupt_asked();
}

static bool on_sentence(void *context, size_t done, size_t all)
{
	(void)context;
	return tell("sentence", done, all);
}

static bool on_head(void *context, size_t done, size_t all)
{
	(void)context;
	return tell("head", done, all);
}

static bool choose(struct findings *f, const struct attend_options *o, struct error *error)
{
	char there[256];

	f->asked.head = memory_new(f->all->count, sizeof *f->asked.head);
	for (size_t i = 0; i < f->all->count; i++)
		if (attend_asks_for(o, &f->all->head[i]))
			f->asked.head[f->asked.count++] = f->all->head[i];
	if (f->asked.count)
		return true;
	if (!f->all->count)
		return error_set(error, "run %ld has no attention", o->run.id);
	heads_describe(f->all, there, sizeof there);
	return error_set(error, "--kind, --layer, --head: run %ld has no such head; it has %s",
	                 o->run.id, there);
}

static bool find(struct findings *f, const struct attend_options *o, const struct trained *t,
                 const struct corpus *corpus, struct pool *pool)
{
	if (o->statistics) {
		f->statistics = memory_new(f->all->count, sizeof *f->statistics);
		if (!heads_measure(f->all, &t->model, corpus, pool, on_sentence, NULL,
		                   f->statistics))
			return false;
	}
	if (!o->importance)
		return true;
	f->importance = memory_new(f->asked.count, sizeof *f->importance);
	return heads_importance(&f->asked, &t->model, corpus, pool, on_head, NULL, &f->loss,
	                        f->importance);
}

static void add_columns(struct table *table, const struct findings *f)
{
	static const char *const place[] = { "kind", "layer", "head" };
	static const char *const number[] = { "entropy_bits", "distance", "previous", "same",
		                              "next",         "begin",    "end",      "agreement" };

	for (size_t i = 0; i < sizeof place / sizeof place[0]; i++)
		table_add_column(table, place[i], -1, false);
	for (size_t i = 0; f->statistics && i < sizeof number / sizeof number[0]; i++)
		table_add_column(table, number[i], i < 2 ? 2 : 3, false);
	if (f->importance) {
		table_add_column(table, "loss_change", 4, false);
		table_add_column(table, "standard_error", 4, false);
	}
}

static const struct head_statistics *statistics_of(const struct findings *f,
                                                   const struct head_place *head)
{
	for (size_t i = 0; f->statistics && i < f->all->count; i++)
		if (f->all->head[i].kind == head->kind && f->all->head[i].layer == head->layer &&
		    f->all->head[i].head == head->head)
			return &f->statistics[i];
	return NULL;
}

static void add_row(struct table *table, const struct findings *f, size_t i)
{
	const struct head_place *head = &f->asked.head[i];
	const struct head_statistics *s = statistics_of(f, head);
	const char *kind = attention_kind_name(head->kind);
	struct cell *cell = table_add_row(table);

	cell_text(cell++, kind, strlen(kind));
	cell_integer(cell++, head->layer + 1);
	cell_integer(cell++, head->head + 1);
	if (s) {
		const double number[] = { s->entropy, s->distance, s->previous, s->same,
			                  s->next,    s->begin,    s->end,      s->agreement };

		for (size_t k = 0; k < sizeof number / sizeof number[0]; k++)
			cell_real(cell++, number[k]);
	}
	if (f->importance) {
		cell_real(cell++, f->importance[i].change);
		cell_real(cell, f->importance[i].error);
	}
}

static bool print(const struct attend_options *o, const struct findings *f, const struct sample *s,
                  struct error *error)
{
	enum table_format format = TABLE_BOX;
	struct table table = { 0 };
	struct output out;
	char title[512], loss[64] = "";
	bool printed;

	if (o->format && !table_format_find(o->format, &format, error))
		return false;
	if (!output_begin(&out, o->out, error))
		return false;
	if (f->importance)
		snprintf(loss, sizeof loss, ", loss %.4f nats a token", f->loss);
	snprintf(title, sizeof title, "attention heads of run %ld: %zu sentences of %.200s%s",
	         o->run.id, s->corpus.sentences, s->name, loss);
	table_print_title(out.stream, title, format);
	add_columns(&table, f);
	for (size_t i = 0; i < f->asked.count; i++)
		add_row(&table, f, i);
	printed = table_print(out.stream, &table, format, error);
	table_free(&table);
	return output_end(&out, printed, error);
}

bool attend_heads(const struct attend_options *o, const struct trained *t,
                  const struct heads *heads, struct database *database, struct error *error)
{
	struct sample sample = { 0 };
	struct findings found = { .all = heads };
	struct pool *pool = NULL;
	bool done = choose(&found, o, error);

	done = done && (o->source_file ? sample_of_files(&sample, o, t, error)
	                               : sample_of_run(&sample, o, t, database, error));
	if (done)
		done = (pool = pool_open((int)o->threads, error)) != NULL;
	if (done)
		done = find(&found, o, t, &sample.corpus, pool) || error_set(error, "stopped");
	done = done && print(o, &found, &sample, error);
	pool_close(pool);
	free(found.asked.head);
	free(found.statistics);
	free(found.importance);
	corpus_free(&sample.corpus);
	return done;
}
