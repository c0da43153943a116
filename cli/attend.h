/* attend.h - what the parts of `bakeoff attend` share. */
#ifndef BAKEOFF_ATTEND_H
#define BAKEOFF_ATTEND_H

#include "cli/run_choice.h"
#include "eval/attention.h"
#include "eval/heads.h"
#include "experiments/trial.h"

/* What was asked for. */
struct attend_options {
	struct run_choice run;
	const char *mask, *format, *out;
	const char *kind; /* NULL: not given */
	long layer, head; /* 0: not given */
	bool no_end;
	bool statistics, importance;
	long sentences, threads;
	const char *source_file, *target_file, *test_set;
	char *source, *target; /* target NULL: the run's own translation; both: with statistics */
};

/* A sentence pair under a run, to be shown. */
struct attend_pair {
	const struct attend_options *options;
	const struct trained *trained;
	const struct heads *heads;
	struct attention_maps maps;
	char *target; /* as text */
};

/* Whether the head is of the kind, layer and number that were asked for, if any. */
bool attend_asks_for(const struct attend_options *, const struct head_place *head);

/* Translates where no target is given, and makes the maps. Free it with attend_pair_free. */
bool attend_pair_open(struct attend_pair *, const struct attend_options *, const struct trained *,
                      const struct heads *, struct error *);
void attend_pair_free(struct attend_pair *);

/* The map that was asked for: kind and layer are resolved; head -1 is the mean. False and an error
 * that says what there is where it does not exist. */
bool attend_choose(const struct attend_pair *, struct head_place *, struct error *);

/* "cross-attention, layer 2, head 1 of 4" */
void attend_name(const struct attend_pair *, const struct head_place *, char *text, size_t size);

/* The map that was asked for, in the terminal. */
bool attend_terminal(const struct attend_pair *, struct error *);

/* As options->format says, to options->out: the map that was asked for as SVG; all maps, or those
 * of the kind, layer and head that were asked for, as JSON or as an HTML page. */
bool attend_export(const struct attend_pair *, struct error *);

/* Whether there is a format of that name for a table of heads. */
bool attend_table_format(const char *name, struct error *);

/* What each head does, or is worth, over the sentences that were asked for, as a table. */
bool attend_heads(const struct attend_options *, const struct trained *, const struct heads *,
                  struct database *, struct error *);

#endif
