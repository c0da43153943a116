/* trial_message.c - what a trial in a process of its own tells its parent. */
#include "experiments/trial_message.h"
#include "core/machine.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

_Static_assert(sizeof(enum trial_event) == sizeof(unsigned), "an event is looked at as a number");

static const double SECONDS_BETWEEN = 0.1;

static struct trial_message message_of(const struct trial_news *n)
{
	struct trial_message m = { .event = n->event,
		                   .has_reason = n->reason,
		                   .run = n->run,
		                   .parameters = n->parameters,
		                   .done = n->done,
		                   .all = n->all,
		                   .peak_memory = machine_peak_memory(),
		                   .seconds = n->seconds,
		                   .score = n->score };

	if (n->progress)
		m.progress = *n->progress;
	snprintf(m.test_set, sizeof m.test_set, "%s", n->test_set ? n->test_set : "");
	snprintf(m.metric, sizeof m.metric, "%s", n->metric ? n->metric : "");
	snprintf(m.reason, sizeof m.reason, "%s", n->reason ? n->reason : "");
	return m;
}

/* A parent that is gone reads nothing any more: `control` says so. */
static void send(int to, const struct trial_message *m)
{
	const char *from = (const char *)m;
	size_t left = sizeof *m;

	while (left > 0) {
		const ssize_t wrote = write(to, from, left);

		if (wrote < 0 && errno != EINTR)
			return;
		if (wrote > 0) {
			from += wrote;
			left -= (size_t)wrote;
		}
	}
}

static bool is_at_end(int control)
{
	struct pollfd p = { .fd = control, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

bool trial_speak(void *speaker, const struct trial_news *n)
{
	struct trial_speaker *s = speaker;
	const bool often = n->event == TRIAL_UPDATE || n->event == TRIAL_DECODING;
	const double now = machine_seconds();

	if (!often || now >= s->next) {
		const struct trial_message m = message_of(n);

		send(s->messages, &m);
		if (often)
			s->next = now + SECONDS_BETWEEN;
	}
	return !is_at_end(s->control) && !(s->asked && s->asked());
}

static bool is_bool(const bool *value)
{
	unsigned char byte;

	memcpy(&byte, value, 1);
	return byte <= 1;
}

bool trial_message_check(const struct trial_message *m)
{
	unsigned event;

	memcpy(&event, &m->event, sizeof event);
	return event <= TRIAL_FAILED && is_bool(&m->has_reason) &&
	       (event != TRIAL_SCORED || *m->metric) && (event != TRIAL_FAILED || m->has_reason) &&
	       memchr(m->test_set, '\0', sizeof m->test_set) &&
	       memchr(m->metric, '\0', sizeof m->metric) &&
	       memchr(m->reason, '\0', sizeof m->reason);
}

struct trial_news trial_message_news(const struct trial_message *m, const struct trial *trial)
{
	return (struct trial_news){
		.trial = trial,
		.event = m->event,
		.run = m->run,
		.parameters = m->parameters,
		.settings = &trial->contestant->train,
		.progress = &m->progress,
		.test_set = m->test_set,
		.done = m->done,
		.all = m->all,
		.metric = *m->metric ? m->metric : NULL,
		.score = m->score,
		.seconds = m->seconds,
		.reason = m->has_reason ? m->reason : NULL,
	};
}
