/* segment.c - run a part of a model, keep its results alone, run it again for the gradients. */
#include "core/segment.h"
#include "core/error.h"

#include <string.h>

struct segment {
	void (*run)(struct tape *, const void *, struct var **);
	int results;
	unsigned dropouts;                    /* before it */
	struct var *result[SEGMENT_RESULTS];  /* as the rest of the model sees them */
	real *gradient[SEGMENT_RESULTS];      /* of all but the first */
	_Alignas(ARENA_ALIGN) char context[]; /* its own copy */
};

/* What the tape is like outside of the segment that is open. */
struct outside {
	size_t used, segment_start;
	bool paused;
};

static struct outside enter(struct tape *tape, bool paused)
{
	const struct outside before = { tape->arena.used, tape->segment_start, tape->paused };

	tape->segment_start = tape->arena.used;
	tape->paused = paused;
	return before;
}

static void leave(struct tape *tape, struct outside before)
{
	tape->arena.used = before.used;
	tape->segment_start = before.segment_start;
	tape->paused = before.paused;
}

/* The results' numbers, side by side at the end of the arena, then where the segment began. */
static void move_down(struct tape *tape, struct outside before, struct var *const *inner,
                      struct var **result, int results)
{
	size_t first = tape->arena.used, bytes;

	for (int i = 0; i < results; i++) {
		*result[i] = (struct var){ .t = inner[i]->t, .n = inner[i]->n, .c = inner[i]->c };
		result[i]->x = tape_memory(tape, var_size(inner[i]) * sizeof(real));
		memcpy(result[i]->x, inner[i]->x, var_size(inner[i]) * sizeof(real));
	}
	bytes = tape->arena.used - first;
	leave(tape, before);
	first -= before.used;
	memmove(tape_memory(tape, bytes), tape->arena.base + before.used + first, bytes);
	for (int i = 0; i < results; i++)
		result[i]->x -= first / sizeof(real);
}

static void segment_backward(struct tape *tape, struct var *y)
{
	struct segment *s = y->aux;
	struct var *inner[SEGMENT_RESULTS];
	const struct outside before = enter(tape, false);
	const size_t nodes = tape->nodes;
	const unsigned dropouts = tape->dropouts;

	tape->dropouts = s->dropouts;
	s->run(tape, s->context, inner);
	for (int i = 0; i < s->results; i++) {
		struct var *outer = s->result[i];

		outer->g = i ? s->gradient[i] : outer->g;
		if (outer->g)
			tape_pass_gradient(tape, outer, inner[i]);
	}
	tape_flow_down_to(tape, nodes);
	tape->dropouts = dropouts;
	tape_forget_gradients(tape, before.used);
	leave(tape, before);
}

/* Keeps the gradient of a further result until that of the first is complete, too. */
static void result_backward(struct tape *tape, struct var *y)
{
	struct segment *s = y->in[0]->aux;

	for (int i = 1; i < s->results; i++)
		if (s->result[i] == y)
			s->gradient[i] = y->g;
	y->g = NULL;
	tape_gradient(tape, y->in[0]);
}

static void record(struct tape *tape, struct segment *s)
{
	static const struct op op = { .name = "segment", .backward = segment_backward };
	static const struct op further = { .name = "segment_result", .backward = result_backward };

	s->result[0]->op = &op;
	s->result[0]->aux = s;
	tape_record(tape, s->result[0]);
	for (int i = 1; i < s->results; i++) {
		s->result[i]->op = &further;
		tape_input(tape, s->result[i], 0, s->result[0]);
	}
}

static struct segment *remember(struct tape *tape,
                                void (*run)(struct tape *, const void *, struct var **),
                                const void *context, size_t size, int results)
{
	struct segment *s = tape_memory(tape, sizeof *s + size);

	*s = (struct segment){ .run = run, .results = results, .dropouts = tape->dropouts };
	memcpy(s->context, context, size);
	return s;
}

void tape_segment(struct tape *tape, void (*run)(struct tape *, const void *, struct var **),
                  const void *context, size_t size, struct var **result, int results)
{
	const bool backward = tape->gradient && !tape->paused;
	struct var *inner[SEGMENT_RESULTS], *outer[SEGMENT_RESULTS];
	struct segment *s = NULL;
	struct outside before;

	if (results > SEGMENT_RESULTS)
		panic("segment: %d results of at most %d", results, SEGMENT_RESULTS);
	if (tape->keep_attention || tape->graph || (backward && !tape->checkpointing)) {
		run(tape, context, result);
		return;
	}
	if (backward)
		s = remember(tape, run, context, size, results);
	for (int i = 0; i < results; i++)
		outer[i] = tape_wrap(tape, NULL, 0, 0, 0, NULL);
	before = enter(tape, true);
	run(tape, context, inner);
	move_down(tape, before, inner, outer, results);
	memcpy(result, outer, (size_t)results * sizeof *result);
	if (!s)
		return;
	memcpy(s->result, outer, (size_t)results * sizeof *outer);
	record(tape, s);
}
