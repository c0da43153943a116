/* calibrate.h - what a contestant's training and testing take on this machine, from a short piece
 * of each. Internal to experiments/. */
#ifndef BAKEOFF_CALIBRATE_H
#define BAKEOFF_CALIBRATE_H

#include "experiments/run.h"

/* Without pointers: it goes through a pipe. */
struct calibration {
	size_t parameters;
	double multiply_adds;   /* a target token, forward */
	double batches, tokens; /* of an epoch; target tokens */
	double seconds_a_token; /* of training, a target token */
	double valid_seconds;   /* of one validation */
	double test_seconds;    /* of searching and scoring all test sets */
	double save_seconds;    /* of writing the weights once */
	double start_seconds;   /* of a trial before its first update */
	double weight_bytes;    /* of all weights */
	double moments;         /* of the optimizer: as many again */
	double peak_bytes;      /* resident, of the process */
};

/* Measures a contestant. The process is one of its own, that has the data and no threads yet. */
bool calibrate(struct calibration *, const struct experiment *, const struct contestant *,
               const struct dataset *, const char *folder, int threads, struct error *);

#endif
