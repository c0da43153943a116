/* trial_message.h - what a trial in a process of its own tells its parent, and how it hears that it
 * shall stop. Internal to experiments/. */
#ifndef BAKEOFF_TRIAL_MESSAGE_H
#define BAKEOFF_TRIAL_MESSAGE_H

#include "experiments/trial.h"

#include <stddef.h>

/* A struct trial_news without pointers. Both ends are the same program. */
struct trial_message {
	enum trial_event event;
	bool has_reason;
	long run;
	size_t parameters, done, all;
	long peak_memory; /* bytes, of the child so far */
	double seconds, score;
	struct progress progress;
	char test_set[64], metric[64];
	char reason[1024];
};

/* The child's end. */
struct trial_speaker {
	int messages;        /* written to */
	int control;         /* read: at its end the parent says stop, or is gone */
	bool (*asked)(void); /* whether a signal said stop; may be NULL */
	double next;         /* time before which no further update is told */
};

/* A trial_watch whose context is a struct trial_speaker: sends the news; of updates and decoding
 * some ten a second. False when the trial shall stop. */
bool trial_speak(void *speaker, const struct trial_news *);

/* Whether all bytes of a message, which a child that has gone wrong may have sent, can be looked
 * at. */
bool trial_message_check(const struct trial_message *);

/* The news of a message; its pointers are into the message and the trial. */
struct trial_news trial_message_news(const struct trial_message *, const struct trial *);

#endif
