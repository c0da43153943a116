/* probe.c - the table of probes: what is asked, and what the literature says. */
#include "experiments/probe.h"

#include "core/error.h"

#include <string.h>

static double probe_edits_set(const char *test_set, const struct translation *);

#define CLAIMS(list) .claim = list, .claims = sizeof(list) / sizeof((list)[0])

static const struct claim cost_claims[] = {
	{ "an LSTM's products wait for each other, more of them the more tokens",
	  { "lstm: sequential", 0, 0 },
	  .kind = CLAIM_FACT },
	{ "attention's do not wait for any number of tokens",
	  { "transformer: sequential", 0, 0 },
	  .kind = CLAIM_EXACT },
	{ "nor a convolution's", { "convolution: sequential", 0, 0 }, .kind = CLAIM_EXACT },
	{ "what grows with n² is as much as a recurrent layer near n = d: not before d / 4",
	  { "transformer: crossing / d", 0, 0 },
	  .margin = 0.25,
	  .kind = CLAIM_FACT },
	{ "and not after 4 d",
	  { "transformer: d / crossing", 0, 0 },
	  .margin = 0.25,
	  .kind = CLAIM_FACT },
	{ "attention costs more a token the longer the sentence is",
	  { "transformer", 1024, 1024 },
	  { "transformer", 64, 64 },
	  .factor = 1.5 },
	{ "a convolution does not",
	  { "convolution", 64, 64 },
	  { "convolution", 1024, 1024 },
	  .factor = 1 / 1.5 },
	{ .text = "a sentence alone is slower through an LSTM than through convolutions, at equal "
	          "size",
	  .high = { "lstm", 64, 256 },
	  .low = { "convolution", 64, 256 } },
};

static const struct claim influence_claims[] = {
	{ "a convolution's is exactly 0 outside of its receptive field",
	  { "convolution", 9, 48 },
	  .kind = CLAIM_EXACT },
	{ "an LSTM's fades: before training less than a tenth of that of the last steps is left",
	  { "lstm, untrained", 0, 3 },
	  { "lstm, untrained", 24, 35 },
	  .factor = 10 },
	{ .text = "training on a task that needs the past opens its gates: more is left of the "
	          "farthest steps than before",
	  .high = { "lstm", 24, 35 },
	  .low = { "lstm, untrained", 24, 35 } },
	{ "a Transformer's has no floor by distance: before training the farthest steps have a "
	  "tenth "
	  "of the nearest at least",
	  { "transformer, untrained", 24, 35 },
	  { "transformer, untrained", 1, 4 },
	  .factor = 0.1 },
	{ "also after it", { "transformer", 24, 35 }, { "transformer", 1, 4 }, .factor = 0.1 },
};

/* Lengths 3 to 11 are trained, 12 to 23 are not. */
#define LEARNED(contestant)                                                                        \
	{                                                                                          \
		.text = "what was trained is learned: " contestant, .high = { contestant, 3, 11 }, \
		.margin = 0.8, .kind = CLAIM_PREMISE                                               \
	}
#define FAILS_ALONE                                                                                \
	{                                                                                          \
		.text = "of the longest that were trained, an LSTM without attention gets fewer "  \
			"right "                                                                   \
			"than one with it",                                                        \
		.high = { "lstm", 9, 11 },                                                         \
		.low = { "lstm-alone",                                                             \
			 10,                                                                       \
			 12 }                                                                      \
	}
#define BREAKS(contestant, positions)                                                              \
	{                                                                                          \
		.text = "with " positions                                                          \
			" positions a fifth at most is left beyond the lengths of "                \
			"training",                                                                \
		.high = { contestant, 3, 11 }, .low = { contestant, 12, 23 }, .factor = 5          \
	}

static const struct claim order_claims[] = {
	LEARNED("lstm"),
	LEARNED("convolution"),
	LEARNED("transformer-learned"),
	FAILS_ALONE,
	BREAKS("transformer-learned", "learned"),
	BREAKS("convolution", "a convolution's learned"),
};

static const struct claim sort_claims[] = {
	LEARNED("lstm"),
	LEARNED("convolution"),
	LEARNED("transformer-learned"),
	LEARNED("transformer"),
	FAILS_ALONE,
	BREAKS("transformer-learned", "learned"),
	{ .text = "with relative ones a Transformer gets more right there than with learned ones",
	  .high = { "transformer-relative", 12, 23 },
	  .low = { "transformer-learned", 12, 23 } },
};

static const struct claim positions_claims[] = {
	{ "an LSTM learns it, which is told no positions",
	  { "lstm", 3, 10 },
	  .margin = 0.9,
	  .kind = CLAIM_PREMISE },
	{ "so does a Transformer with positions",
	  { "transformer", 1, 6 },
	  .margin = 0.9,
	  .kind = CLAIM_PREMISE },
	{ "without them less than half is left",
	  { "transformer", 1, 6 },
	  { "transformer-blind", 3, 10 },
	  .factor = 2 },
};

/* Four layers of kernel 5 reach over 11 blanks, dilated by 1, 2, 4 and 4 over all 20. */
static const struct claim memory_claims[] = {
	{ .text = "within its field a convolution recalls what was",
	  .high = { "convolution", 0, 11 },
	  .margin = 0.8,
	  .kind = CLAIM_PREMISE },
	{ .text = "beyond it less than half of that is left",
	  .high = { "convolution", 0, 11 },
	  .low = { "convolution", 12, 20 },
	  .factor = 2 },
	{ .text = "dilation moves the cliff: more is right there",
	  .high = { "dilated", 12, 20 },
	  .low = { "convolution", 12, 20 } },
	{ .text = "an LSTM fades", .high = { "lstm", 0, 5 }, .low = { "lstm", 15, 20 } },
};

static const struct claim recall_claims[] = {
	{ .text = "attention solves it",
	  .high = { "transformer", 2, 12 },
	  .margin = 0.8,
	  .kind = CLAIM_PREMISE },
	{ .text = "an LSTM gets fewer right the more pairs there are",
	  .high = { "lstm", 2, 3 },
	  .low = { "lstm", 10, 12 } },
	{ .text = "of many pairs attention gets more right than an LSTM of its size",
	  .high = { "transformer", 10, 12 },
	  .low = { "lstm", 10, 12 } },
	{ .text = "and more than convolutions that see all of them",
	  .high = { "transformer", 10, 12 },
	  .low = { "convolution", 10, 12 } },
};

/* Four layers of kernel 5 see all of sequences up to 15. */
static const struct claim adding_claims[] = {
	{ .text = "convolutions that see all of the sequence learn it",
	  .high = { "dilated", 4, 40 },
	  .margin = 0.8,
	  .kind = CLAIM_PREMISE },
	{ .text = "where they do not, they get fewer right",
	  .high = { "convolution", 4, 15 },
	  .low = { "convolution", 30, 40 } },
	{ .text = "dilation moves that length",
	  .high = { "dilated", 30, 40 },
	  .low = { "convolution", 30, 40 } },
	{ .text = "an LSTM fades", .high = { "lstm", 4, 10 }, .low = { "lstm", 31, 40 } },
};

enum { EDITS_TEST, EDITS_SYSTEMATICITY, EDITS_PRODUCTIVITY };
static const char *const edits_sets[] = { "test", "systematicity", "productivity", NULL };

#define EDITS_SIDE(contestant, set)                                                                \
	{                                                                                          \
		contestant, set, set                                                               \
	}
#define EDITS_LESS(contestant)                                                                     \
	{                                                                                          \
		.text = "more functions than in training are harder: " contestant,                 \
		.high = EDITS_SIDE(contestant, EDITS_TEST),                                        \
		.low = EDITS_SIDE(contestant, EDITS_PRODUCTIVITY)                                  \
	}

static const struct claim edits_claims[] = {
	{ .text = "a Transformer learns it",
	  .high = EDITS_SIDE("transformer", EDITS_TEST),
	  .margin = 0.5,
	  .kind = CLAIM_PREMISE },
	{ .text = "and gets more right than an LSTM with attention",
	  .high = EDITS_SIDE("transformer", EDITS_TEST),
	  .low = EDITS_SIDE("lstm", EDITS_TEST) },
	{ .text = "functions put together as never in training are harder",
	  .high = EDITS_SIDE("transformer", EDITS_TEST),
	  .low = EDITS_SIDE("transformer", EDITS_SYSTEMATICITY) },
	EDITS_LESS("lstm"),
	EDITS_LESS("convolution"),
	EDITS_LESS("transformer"),
};

/* Lengths up to `most` are trained; a share of `learned` right is taken for having learned. */
#define STATE(most, learned)                                                                       \
	{                                                                                          \
		{ .text = "an LSTM learns the lengths of training",                                \
		  .high = { "lstm", 1, most },                                                     \
		  .margin = learned,                                                               \
		  .kind = CLAIM_PREMISE },                                                         \
			{ .text = "beyond them it gets more right than a Transformer",             \
			  .high = { "lstm", most + 1, 100 },                                       \
			  .low = { "transformer", most + 1, 100 } },                               \
			{ .text = "and more than convolutions",                                    \
			  .high = { "lstm", most + 1, 100 },                                       \
			  .low = { "convolution", most + 1, 100 } },                               \
		{                                                                                  \
			.text = "a Transformer gets fewer right there than at the lengths of "     \
				"training",                                                        \
			.high = { "transformer", 1, most },                                        \
			.low = { "transformer",                                                    \
				 most + 1,                                                         \
				 100 }                                                             \
		}                                                                                  \
	}

static const struct claim parity_claims[] = STATE(12, 0.8);
static const struct claim modular_claims[] = STATE(9, 0.5);
static const struct claim list_claims[] = STATE(14, 0.4);

#define ORDER(probe, question, list)                                                               \
	{                                                                                          \
		.name = probe, .asks = question,                                                   \
		.expects =                                                                         \
			"with attention all learn the lengths that are trained; an LSTM without "  \
			"fails past what its state holds; learned positions break at once beyond", \
		.source = "Bahdanau et al. 2015, figure 2; Hupkes et al. 2020; Shaw et al. 2018",  \
		.axes = { .x = "symbols", .y = "share without a mistake", .bin = 3 },              \
		.measure = probe_measure_hypotheses, .place = probe_source_words,                  \
		.value = probe_exact, CLAIMS(list)                                                 \
	}

/* Up to 8 words are between subject and verb in training. */
static const struct claim contrastive_claims[] = {
	{ .text = "an LSTM agrees where the subject is near",
	  .high = { "lstm", 0, 4 },
	  .margin = 0.8,
	  .kind = CLAIM_PREMISE },
	{ .text = "so does a Transformer",
	  .high = { "transformer", 0, 4 },
	  .margin = 0.8,
	  .kind = CLAIM_PREMISE },
	{ .text = "beyond the distances of training an LSTM gets as many right as a Transformer, "
	          "or "
	          "at most .05 fewer",
	  .high = { "lstm", 9, 100 },
	  .low = { "transformer", 9, 100 },
	  .margin = -0.05 },
	{ .text = "and more than convolutions whose field ends before",
	  .high = { "lstm", 9, 100 },
	  .low = { "convolution", 9, 100 } },
};

#define STATES(probe, question, width, list)                                                       \
	{                                                                                          \
		.name = probe, .asks = question,                                                   \
		.expects = "an LSTM keeps the state of a finite automaton at any length; a "       \
			   "Transformer "                                                          \
			   "and convolutions fail beyond the lengths of training",                 \
		.source = "Delétang et al. 2023; Hahn 2020; Nangia and Bowman 2018",               \
		.axes = { .x = "words", .y = "share of right answers", .bin = width },             \
		.measure = probe_measure_hypotheses, .place = probe_source_words,                  \
		.value = probe_exact, CLAIMS(list)                                                 \
	}

const struct probe probes[] = {
	{ .name = "cost",
	  .asks = "what an encoder costs for a sentence of n tokens, by its graph and by the clock",
	  .expects = "an LSTM works step by step; attention's work grows with n² and overtakes "
	             "recurrence near n = d; a convolution's stays flat",
	  .source = "Vaswani et al. 2017, table 1",
	  .axes = { .x = "tokens n", .y = "ms a token", .x_log = true, .y_log = true },
	  .untrained = true,
	  .measure = probe_measure_cost,
	  CLAIMS(cost_claims) },
	{ .name = "influence",
	  .asks = "the mean norm of d h_t / d x_(t-d) by distance d, before and after training",
	  .expects = "an LSTM's fades until it is taught otherwise, a convolution's is 0 outside "
	             "of its receptive field, "
	             "attention's has no floor by distance",
	  .source = "Bengio et al. 1994; Hochreiter and Schmidhuber 1997; Vaswani et al. 2017",
	  .axes = { .x = "distance d", .y = "share of all influence", .y_log = true, .bin = 4 },
	  .measure = probe_measure_influence,
	  CLAIMS(influence_claims) },
	{ .name = "positions",
	  .asks = "how many symbols are copied to the right place, with positions and without",
	  .expects = "a Transformer without positions sees a bag of words; an LSTM needs none",
	  .source = "Vaswani et al. 2017, section 3.5",
	  .axes = { .x = "symbols", .y = "share of right symbols" },
	  .measure = probe_measure_hypotheses,
	  .place = probe_source_words,
	  .value = probe_tokens_right,
	  CLAIMS(positions_claims) },
	ORDER("copy", "how many sequences are copied without a mistake, by length", order_claims),
	ORDER("reverse", "how many sequences are turned round without a mistake, by length",
	      order_claims),
	ORDER("sort", "how many sequences are sorted without a mistake, by length", sort_claims),
	{ .name = "copy-memory",
	  .asks = "how many of three symbols are recalled after so many blanks",
	  .expects = "a convolution is perfect until blanks exceed its field, and dilation moves "
	             "that cliff; an LSTM fades",
	  .source = "Hochreiter and Schmidhuber 1997; Bai et al. 2018",
	  .axes = { .x = "blanks", .y = "share of right symbols", .bin = 3 },
	  .measure = probe_measure_hypotheses,
	  .place = probe_blanks,
	  .value = probe_tokens_right,
	  CLAIMS(memory_claims) },
	{ .name = "recall",
	  .asks = "which values did those keys have, of so many pairs",
	  .expects = "attention solves it at any number of pairs; the others need a state that "
	             "grows with them",
	  .source = "Ba et al. 2016; Arora et al. 2023",
	  .axes = { .x = "pairs", .y = "share of right values" },
	  .measure = probe_measure_hypotheses,
	  .place = probe_pairs,
	  .value = probe_answers_right,
	  CLAIMS(recall_claims) },
	{ .name = "adding",
	  .asks = "what is the sum of the two marked numbers in a sequence of that length",
	  .expects = "convolutions that see all of it are right, those that do not are so until "
	             "it exceeds their field; an LSTM fades",
	  .source = "Hochreiter and Schmidhuber 1997; Bai et al. 2018",
	  .axes = { .x = "numbers", .y = "share of right sums", .bin = 4 },
	  .measure = probe_measure_hypotheses,
	  .place = probe_source_words,
	  .value = probe_exact,
	  CLAIMS(adding_claims) },
	{ .name = "string-edits",
	  .asks = "how many results of functions of strings are right to the last symbol",
	  .expects = "LSTM .79, convolutions .85, Transformer .92; new combinations of functions "
	             ".53, .56, .72; more functions than in training .30, .31, .50",
	  .source = "Hupkes et al. 2020",
	  .axes = { .x = "test set", .y = "share without a mistake", .label = edits_sets },
	  .measure = probe_measure_hypotheses,
	  .place = probe_edits_set,
	  .value = probe_exact,
	  CLAIMS(edits_claims) },
	STATES("parity", "is the number of ones in a sequence of bits even, by its length", 3,
	       parity_claims),
	STATES("modular-arithmetic", "what do numbers joined by + - * make modulo 5, by length", 4,
	       modular_claims),
	STATES("list-ops", "what is the value of nested lists of digits, by length", 4,
	       list_claims),
	{ .name = "contrastive",
	  .asks = "is a sentence more probable than the same with its verb in the wrong number, by "
	          "the words between subject and verb",
	  .expects = "all agree near the subject; attention and convolutions do not beat an LSTM "
	             "where it is far",
	  .source = "Linzen et al. 2016; Sennrich 2017; Tang et al. 2018",
	  .axes = { .x = "words between", .y = "share of pairs that are right", .bin = 4 },
	  .measure = probe_measure_contrast,
	  CLAIMS(contrastive_claims) },
	{ .name = NULL },
};

static double probe_edits_set(const char *test_set, const struct translation *translation)
{
	(void)translation;
	for (int i = 0; edits_sets[i]; i++)
		if (!strcmp(test_set, edits_sets[i]))
			return i;
	return -1;
}

const struct probe *probe_find(const char *name, struct error *error)
{
	char all[256] = "";
	size_t used = 0;

	for (const struct probe *p = probes; p->name; p++) {
		if (!strcmp(p->name, name))
			return p;
		used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "",
		                         p->name);
		if (used >= sizeof all)
			break;
	}
	error_set(error, "there is no probe %s: all, %s", name, all);
	return NULL;
}
