/* train_parts.h - a training in progress; shared by train.c and train_*.c alone. */
#ifndef BAKEOFF_TRAIN_PARTS_H
#define BAKEOFF_TRAIN_PARTS_H

#include "train/checkpoint.h"
#include "train/train.h"
#include "train/update.h"

struct run {
	const struct trainer *trainer;
	const struct train_settings *settings;
	struct progress *progress;
	struct checkpoint_identity identity;
	struct optimizer optimizer;
	struct schedule_state schedule;
	struct updater updater;
	struct batch_plan plan;
	long planned_epoch; /* of plan; -1: none */
	long saved_update;  /* of last.safetensors; -1: none */
	struct error *error;
};

/* Whether a stop rule holds after the updates that are done. */
bool train_should_stop(const struct run *);

/* Tells the watcher; what it says, true where there is none. */
bool train_tell(const struct run *, enum train_event);
/* Rank 0 does it, and all hear whether it went well. */
bool train_led(struct run *, bool (*work)(struct run *));

/* All of these set the error where they return false. */

/* Writes last.safetensors on rank 0, where it has not been written since the last update. */
bool train_save(struct run *);
/* Counts a validation as the best or a bad one, and keeps the best weights, and the last few where
 * they are to be averaged, on rank 0. An error where its loss is not finite. */
bool train_keep(struct run *);
/* Loads last.safetensors where there is one. */
bool train_resume(struct run *);
/* Makes the weights to test, the best or the mean of the last few, and writes model.safetensors. */
bool train_finish(struct run *);

#endif
