/* jobs.c - trials as child processes, several at once. */
#include "experiments/jobs.h"
#include "core/error.h"
#include "core/machine.h"
#include "experiments/job.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_MILLISECONDS = 500, MEASURED_AFTER_UPDATES = 3 };
/* A step of the clock above this is a machine that slept or a parent that was stopped: not the
 * child's silence. */
static const double LONGEST_STEP = 5;

struct supervisor {
	const struct jobs *jobs;
	struct job *job; /* [places] */
	int places, running, next;
	double *peak; /* [contestants] most memory seen of each, bytes; 0: none seen */
	bool stopping;
};

static void tell(const struct supervisor *s, const struct trial_news *n)
{
	s->jobs->watch(s->jobs->context, n);
}

static double *peak_of(const struct supervisor *s, const struct trial *trial)
{
	return &s->peak[trial->contestant - trial->experiment->contestant];
}

/* What a trial of this contestant needs as far as was seen; where none was, as much as any other.
 */
static double need_of(const struct supervisor *s, const struct trial *trial)
{
	double most = *peak_of(s, trial);

	for (int c = 0; *peak_of(s, trial) <= 0 && c < trial->experiment->contestants; c++)
		most = s->peak[c] > most ? s->peak[c] : most;
	return most;
}

/* Whether there is memory for a trial beside those that run. While one has not shown yet what it
 * takes, no other begins. */
static bool fits(const struct supervisor *s, const struct trial *trial)
{
	const double limit = s->jobs->options->memory_bytes;
	double room = limit > 0 ? limit : machine_memory_available();

	for (int i = 0; i < s->places; i++) {
		const struct job *job = &s->job[i];
		const double uses = (double)job->message.peak_memory;

		if (!job->trial)
			continue;
		if (!job->measured)
			return false;
		if (limit > 0)
			room -= need_of(s, job->trial);
		else if (need_of(s, job->trial) > uses)
			room -= need_of(s, job->trial) - uses;
	}
	return s->running == 0 || room >= need_of(s, trial);
}

static void fill_places(struct supervisor *s)
{
	const struct run_options *options = s->jobs->options;
	const int threads = options->threads / s->places;

	for (int i = 0; i < s->places && s->next < s->jobs->trials && !s->stopping; i++) {
		const struct trial *trial = &s->jobs->trial[s->next];
		struct error error;

		if (s->job[i].trial)
			continue;
		if (!fits(s, trial))
			return;
		s->next++;
		if (job_start(&s->job[i], trial, options, threads > 0 ? threads : 1, s->job,
		              s->places)) {
			s->running++;
			continue;
		}
		error_set(&error, "no process can be started for it: %s; fewer --jobs need less",
		          strerror(errno));
		s->jobs->result->failed++;
		tell(s, &(struct trial_news){
				.trial = trial, .event = TRIAL_FAILED, .reason = error.message });
	}
}

static void count(struct supervisor *s, struct job *job, enum trial_event event)
{
	struct run_result *r = s->jobs->result;

	job->concluded = true;
	r->done += event == TRIAL_FINISHED;
	r->skipped += event == TRIAL_SKIPPED;
	r->failed += event == TRIAL_FAILED;
	if (event == TRIAL_STOPPED)
		r->interrupted = true;
}

static void hear(struct supervisor *s, struct job *job)
{
	const struct trial_message *m = &job->message;
	const struct trial_news news = trial_message_news(m, job->trial);
	double *peak = peak_of(s, job->trial);

	job->silent = 0;
	if ((double)m->peak_memory > *peak)
		*peak = (double)m->peak_memory;
	job->measured |= m->event == TRIAL_REPORT || m->event == TRIAL_DECODING ||
	                 (m->event == TRIAL_UPDATE && m->progress.update >= MEASURED_AFTER_UPDATES);
	if (m->event == TRIAL_FINISHED || m->event == TRIAL_SKIPPED || m->event == TRIAL_FAILED ||
	    m->event == TRIAL_STOPPED || m->event == TRIAL_PAUSED)
		count(s, job, m->event);
	tell(s, &news);
}

/* False at the end of the messages. */
static bool read_messages(struct supervisor *s, struct job *job)
{
	char *to = (char *)&job->next + job->received;
	const ssize_t got = read(job->messages, to, sizeof job->next - job->received);

	if (got < 0)
		return errno == EINTR;
	job->received += (size_t)got;
	if (job->received == sizeof job->next) {
		job->received = 0;
		if (trial_message_check(&job->next)) {
			job->message = job->next;
			hear(s, job);
		}
	}
	return got > 0;
}

/* The row of a run whose process could not write it any more. */
static void note_death(const struct supervisor *s, long run, const char *reason)
{
	struct database database = { 0 };
	struct run_record record = { 0 };
	struct error error;

	if (run && database_open(&database, s->jobs->options->database, DATABASE_WRITE, &error) &&
	    database_run_read(&database, run, &record, &error) && record.status == RUN_RUNNING)
		database_run_finish(&database, run, RUN_FAILED, reason, &record.totals, &error);
	run_record_free(&record);
	database_close(&database);
}

static void end(struct supervisor *s, struct job *job)
{
	struct trial_news news = trial_message_news(&job->message, job->trial);
	struct error error;
	int status = 0;

	if (job->words >= 0)
		job_read_words(job);
	while (waitpid(job->process, &status, 0) < 0 && errno == EINTR)
		;
	s->running--;
	if (!job->concluded) {
		job_explain(job, status, s->jobs->options->stall_seconds, &error);
		note_death(s, job->message.run, error.message);
		count(s, job, TRIAL_FAILED);
		news.event = TRIAL_FAILED;
		news.reason = error.message;
		tell(s, &news);
	}
	job_close(job);
}

/* Waits a moment for what the children say. */
static void listen_to_all(struct supervisor *s)
{
	struct pollfd *p = memory_new(2 * (size_t)s->places, sizeof *p);

	for (int i = 0; i < s->places; i++) {
		const struct job *job = &s->job[i];

		p[2 * i] = (struct pollfd){ job->trial ? job->messages : -1, POLLIN, 0 };
		p[2 * i + 1] = (struct pollfd){ job->trial ? job->words : -1, POLLIN, 0 };
	}
	if (poll(p, 2 * (nfds_t)s->places, WAIT_MILLISECONDS) > 0)
		for (int i = 0; i < s->places; i++) {
			if (p[2 * i + 1].revents)
				job_read_words(&s->job[i]);
			if (p[2 * i].revents && !read_messages(s, &s->job[i]))
				end(s, &s->job[i]);
		}
	free(p);
}

static void find_stalled(struct supervisor *s, double seconds)
{
	const double most = s->jobs->options->stall_seconds;

	for (int i = 0; i < s->places; i++) {
		struct job *job = &s->job[i];

		job->silent += seconds < LONGEST_STEP ? seconds : LONGEST_STEP;
		if (!job->trial || job->stalled || most <= 0 || job->silent < most)
			continue;
		job->stalled = true;
		kill(job->process, SIGKILL);
	}
}

static void stop_all(struct supervisor *s)
{
	s->stopping = true;
	for (int i = 0; i < s->places; i++)
		if (s->job[i].trial)
			job_stop(&s->job[i]);
}

void jobs_run(const struct jobs *jobs)
{
	const struct run_options *options = jobs->options;
	const int contestants = jobs->trials ? jobs->trial->experiment->contestants : 0;
	struct supervisor s = { .jobs = jobs,
		                .places = options->jobs < jobs->trials ? options->jobs
		                                                       : jobs->trials };
	double before = machine_seconds();

	s.job = memory_new((size_t)s.places, sizeof *s.job);
	s.peak = memory_new((size_t)contestants, sizeof *s.peak);
	for (int i = 0; i < s.places; i++)
		s.job[i].messages = s.job[i].words = s.job[i].control = -1;
	fill_places(&s);
	while (s.running > 0) {
		const double now = machine_seconds();

		find_stalled(&s, now - before);
		before = now;
		listen_to_all(&s);
		if (!s.stopping && options->asked && options->asked())
			stop_all(&s);
		fill_places(&s);
	}
	if (s.stopping && s.next < jobs->trials)
		jobs->result->interrupted = true;
	free(s.job);
	free(s.peak);
}
