/* segment.h - parts of a model whose inner results are given back at once.
 *
 * With tape->checkpointing what a segment makes is not kept for its backward part, which runs it
 * again instead, with the same dropout, and so to the same bits (Chen et al. 2016, "Training deep
 * nets with sublinear memory cost"). A tape without gradients keeps nothing of it either way.
 */
#ifndef BAKEOFF_SEGMENT_H
#define BAKEOFF_SEGMENT_H

#include "core/tape.h"

enum { SEGMENT_RESULTS = 3 };

/* run(tape, context, result): a function of the `size` bytes of context, which are copied, and of
 * variables and numbers that these point to, which must live until gradients have flowed; it must
 * change none of them. result may lie in context. It sets result[0 .. results - 1];
 * nothing else that it makes may be used outside. Segments may be nested. A tape that keeps
 * attention weights, or has a graph, keeps all. */
void tape_segment(struct tape *, void (*run)(struct tape *, const void *context, struct var **),
                  const void *context, size_t size, struct var **result, int results);

#endif
