/* ranks.h - processes that train one model together, started by mpirun on one host or several.
 *
 * A struct ranks of NULL is this process alone: every function takes it, and then does nothing but
 * what it says of one process. All ranks call the functions that exchange something in the same
 * order, each from the thread that called ranks_open. One that returns false has lost another rank:
 * every later call then returns false at once, ranks_error says why, and only ranks_close is left.
 */
#ifndef BAKEOFF_RANKS_H
#define BAKEOFF_RANKS_H

#include "core/error.h"
#include "core/real.h"

#include <stddef.h>

struct ranks;

/* Processes that mpirun (or srun) started together with this one, itself included; 1: none. Known
 * before ranks_open, which is not needed for 1. */
int ranks_launched(void);

/* The number of this process among them, from 0; known as early. */
int ranks_launched_number(void);

/* The library of messages that is built in, "Open MPI 4.1.4"; "" where none is. */
void ranks_describe(char *text, size_t size);

/* Joins the others that were launched; nothing may be forked from here on. A rank that does not
 * answer for `patience` seconds where all work alike is lost (0: waits for ever), and on rank 0
 * also one that does not answer soon after `asked` (may be NULL) says that the user or mpirun wants
 * an end: mpirun does where a rank has died. False without such a library. */
bool ranks_open(struct ranks **, double patience, bool (*asked)(void), struct error *);
/* Waits for the others and parts from them. Where one is lost, ends them all and this process with
 * exit status 1. */
void ranks_close(struct ranks *);

int ranks_number(const struct ranks *); /* of this one, from 0; alone: 0 */
int ranks_count(const struct ranks *);  /* alone: 1 */
/* Of n things that are shared out in order, the first that is rank's; rank = count: n. */
size_t ranks_first(const struct ranks *, size_t n, int rank);

/* NULL where no rank is lost. */
const char *ranks_error(const struct ranks *);

/* Gives rank 0's bytes to all. The others wait for as long as it takes. */
bool ranks_share(struct ranks *, void *data, size_t bytes);
/* Each has made its things, ranks_first .. of the n; after it all have all. */
bool ranks_gather(struct ranks *, void *things, size_t size, size_t n);
/* Whether rank 0 says so; where not, all get its error. */
bool ranks_follow(struct ranks *, bool good, struct error *);
/* Whether all say so; where not, all get the error of the first that does not. */
bool ranks_agree(struct ranks *, bool good, struct error *);

/* The sum of term[0 .. terms - 1], n reals each, over all ranks: rank 0's terms one after the
 * other, then rank 1's, ..., each added to what came before, so that the bits are those of one
 * process that adds all. Terms and spare [n] are used up; returns the one that has the sum, NULL
 * where a rank is lost. Parts of the sum go up from rank to rank and come down again as they are
 * done: each rank sends and receives at most 2 n reals. */
real *ranks_sum(struct ranks *, real *const *term, int terms, size_t n, real *spare);

/* A stretch of the numbers that are summed, from .. from + n - 1. */
struct ranks_part {
	size_t from, n;
};

/* The most reals that a part may have: a message of it is sent without asking the receiver. */
size_t ranks_part_most(void);

/* The same sum, begun while terms are still being made, of parts that go in the order of part[],
 * which is alike on all ranks. All that is passed must last until ranks_sum_end; one sum at a time,
 * and not of this process alone. Other exchanges may come between, and move it on. */
void ranks_sum_begin(struct ranks *, const struct ranks_part *part, size_t parts,
                     real *const *term, int terms, real *spare);
/* The terms of this rank are made in the first `ready` parts, of which there are never fewer than
 * before. Moves on what it can without a wait; does nothing where no sum has begun. */
void ranks_sum_ready(struct ranks *, size_t ready);
/* All are. Waits for the sum, and returns what ranks_sum does. */
real *ranks_sum_end(struct ranks *);

#endif
