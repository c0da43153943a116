/* job.c - one trial as a child process. */
#include "experiments/job.h"
#include "core/error.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void close_end(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
}

void job_close(struct job *job)
{
	close_end(&job->messages);
	close_end(&job->words);
	close_end(&job->control);
	job->trial = NULL;
}

void job_stop(struct job *job)
{
	close_end(&job->control);
}

/* The child's life, after fork. */
static void be_trial(const struct trial *which, const struct run_options *options, int threads,
                     struct trial_speaker *speaker)
{
	struct database database = { 0 };
	struct trial trial = *which;
	struct error error;

	trial.database = &database;
	if (database_open(&database, options->database, DATABASE_WRITE, &error) &&
	    (trial.pool = pool_open(threads, &error)) != NULL)
		trial_run(&trial, trial_speak, speaker, &error);
	else
		trial_speak(speaker, &(struct trial_news){ .trial = &trial,
		                                           .event = TRIAL_FAILED,
		                                           .reason = error.message });
	pool_close(trial.pool);
	database_close(&database);
}

/* Signals of the terminal are the parent's to hear; what it says comes through `control`. */
static void leave_parent(pid_t parent, int words, struct job *others, int count)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	dup2(words, STDERR_FILENO);
	for (int i = 0; i < count; i++) {
		job_close(&others[i]);
	}
}

static bool open_pipes(int pipes[3][2])
{
	for (int i = 0; i < 3; i++)
		if (pipe2(pipes[i], O_CLOEXEC)) {
			while (i-- > 0) {
				close(pipes[i][0]);
				close(pipes[i][1]);
			}
			return false;
		}
	return true;
}

bool job_start(struct job *job, const struct trial *trial, const struct run_options *options,
               int threads, struct job *all, int count)
{
	enum { MESSAGES, WORDS, CONTROL };
	const pid_t parent = getpid();
	int pipes[3][2];
	pid_t process;

	if (!open_pipes(pipes))
		return false;
	fflush(NULL);
	process = fork();
	if (process == 0) {
		struct trial_speaker speaker = { .messages = pipes[MESSAGES][1],
			                         .control = pipes[CONTROL][0],
			                         .asked = options->asked };

		close(pipes[MESSAGES][0]);
		close(pipes[WORDS][0]);
		close(pipes[CONTROL][1]);
		leave_parent(parent, pipes[WORDS][1], all, count);
		be_trial(trial, options, threads, &speaker);
		exit(0);
	}
	close(pipes[MESSAGES][1]);
	close(pipes[WORDS][1]);
	close(pipes[CONTROL][0]);
	*job = (struct job){ .trial = trial,
		             .process = process,
		             .messages = pipes[MESSAGES][0],
		             .words = pipes[WORDS][0],
		             .control = pipes[CONTROL][1] };
	if (process < 0) {
		job_close(job);
		return false;
	}
	fcntl(job->words, F_SETFL, O_NONBLOCK);
	return true;
}

void job_read_words(struct job *job)
{
	char text[1024];
	ssize_t got;

	while ((got = read(job->words, text, sizeof text)) > 0) {
		const size_t size = (size_t)got, room = sizeof job->said - 1;
		const size_t keep = job->said_size + size > room ? room - size : job->said_size;

		if (fwrite(text, 1, size, stderr) < size)
			return;
		memmove(job->said, job->said + job->said_size - keep, keep);
		memcpy(job->said + keep, text, size);
		job->said_size = keep + size;
	}
	if (got == 0)
		close_end(&job->words);
}

/* The last line of what it said, "" where it said nothing. */
static const char *last_line(struct job *job)
{
	char *line;

	while (job->said_size && strchr("\n\r ", job->said[job->said_size - 1]))
		job->said_size--;
	job->said[job->said_size] = '\0';
	line = strrchr(job->said, '\n');
	return line ? line + 1 : job->said;
}

void job_explain(struct job *job, int status, double stall_seconds, struct error *error)
{
	static const char go_on[] = "the same command again goes on from its last checkpoint";
	const int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	const char *line = last_line(job);

	if (job->stalled)
		error_set(error, "gave no sign of life for %.0f s and was killed (--stall); %s",
		          stall_seconds, go_on);
	else if (number == SIGKILL)
		error_set(error,
		          "was killed (SIGKILL), as the system does where memory is short (it had "
		          "%.0f MiB); fewer --jobs, train.checkpointing or a smaller "
		          "train.micro_batch_tokens need less; %s",
		          (double)job->message.peak_memory / 1048576, go_on);
	else if (number)
		error_set(error, "crashed: %s%s%s; %s", strsignal(number), *line ? ": " : "", line,
		          go_on);
	else
		error_set(error, "ended too early with status %d%s%s; %s", WEXITSTATUS(status),
		          *line ? ": " : "", line, go_on);
}
