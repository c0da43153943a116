/* ranks_mpi.h - what the two files of ranks by MPI share; for them alone. */
#ifndef BAKEOFF_RANKS_MPI_H
#define BAKEOFF_RANKS_MPI_H

#include "core/ranks.h"

#include <mpi.h>

/* A sum on its way: parts 0 .. up - 1 have gone to the next rank, 0 .. down - 1 have come back. */
struct ranks_sum {
	const struct ranks_part *part;
	real *const *term;
	int terms;
	real *spare;
	size_t parts; /* 0: no sum has begun */
	size_t ready, up, down;
	double moved; /* machine_seconds when it was last looked at */
	MPI_Request *from_below, *to_above, *from_above, *to_below; /* [parts] */
};

struct ranks {
	int number, count;
	double patience;     /* s; 0: for ever */
	bool (*asked)(void); /* may be NULL */
	bool lost;
	struct error error; /* of the loss */
	struct ranks_sum sum;
};

/* What a rank waits for, and since when. */
struct ranks_waiting {
	bool limited;
	double since, asked; /* machine_seconds; 0: not asked */
};

struct ranks_waiting ranks_wait_begin(bool limited);
/* Between two looks at what has come; false where it will not come any more. */
bool ranks_wait_on(struct ranks *, struct ranks_waiting *);
bool ranks_wait_for(struct ranks *, MPI_Request *, bool limited);

/* Moves the sum on without a wait; true where something moved. */
bool ranks_sum_move(struct ranks *);

#endif
