/* progress.c - how a run goes, in lines for people. */
#include "cli/progress.h"
#include "cli/options.h"
#include "core/machine.h"
#include "core/printable.h"
#include "data/labels.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { PROGRESS_MOST_LINE = 4096 };
static const double TERMINAL_SECONDS = 0.5, PLAIN_SECONDS = 15;

/* Takes the lines that are rewritten off the terminal. */
static void erase(struct progress_view *v)
{
	for (; v->drawn > 0; v->drawn--)
		fputs(v->drawn > 1 ? "\r\033[K\033[A" : "\r\033[K", stdout);
}

/* Bytes of the text that are whole characters and at most so many of them. */
static int clipped(const char *text, int most)
{
	int size = 0, characters = 0;

	for (; text[size]; size++)
		if (((unsigned char)text[size] & 0xc0) != 0x80 && ++characters > most)
			break;
	return size;
}

static int columns(void)
{
	struct winsize window;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 1 ? window.ws_col
	                                                                           : 80;
}

/* A line for each trial under way; the cursor stays at the end of the last. */
static void draw(struct progress_view *v)
{
	const int most = columns() - 1;

	v->next = machine_seconds() + TERMINAL_SECONDS;
	for (int i = 0; i < v->jobs; i++) {
		const struct progress_trial *t = &v->trial[i];

		if (!t->number || !t->line[0])
			continue;
		printf("%s%.*s", v->drawn ? "\n" : "", clipped(t->line, most), t->line);
		v->drawn++;
	}
	fflush(stdout);
}

/* A line that stays, above those. */
static void __attribute__((format(printf, 2, 3)))
say(struct progress_view *v, const char *format, ...)
{
	char line[PROGRESS_MOST_LINE];
	va_list arguments;

	if (v->quiet)
		return;
	erase(v);
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	printable_make(line);
	puts(line);
	if (v->terminal)
		draw(v);
	fflush(stdout);
}

/* What a line about a trial begins with: where several run, which it is. */
static const char *name_of(const struct progress_view *v, const struct trial *t, char *text,
                           size_t size)
{
	snprintf(text, size, "  ");
	if (v->jobs > 1)
		snprintf(text, size, "[%d/%d] %s, seed %ld: ", t->number, v->trials,
		         t->contestant->name, t->seed);
	return text;
}

/* The trial's own line, which its next one replaces, where the terminal can. */
static void __attribute__((format(printf, 4, 5)))
show(struct progress_view *v, struct progress_trial *t, const struct trial *trial,
     const char *format, ...)
{
	const double now = machine_seconds();
	va_list arguments;
	size_t used;

	if (v->quiet || (!v->terminal && now < t->next))
		return;
	name_of(v, trial, t->line, sizeof t->line);
	used = (size_t)clipped(t->line, PROGRESS_LINE / 2);
	va_start(arguments, format);
	vsnprintf(t->line + used, sizeof t->line - used, format, arguments);
	va_end(arguments);
	printable_make(t->line);
	t->next = now + PLAIN_SECONDS;
	if (!v->terminal) {
		puts(t->line);
		fflush(stdout);
	} else if (now >= v->next) {
		erase(v);
		draw(v);
	}
}

void progress_open(struct progress_view *v, int trials, int jobs, bool quiet)
{
	*v = (struct progress_view){
		.trials = trials, .jobs = jobs, .terminal = isatty(STDOUT_FILENO), .quiet = quiet
	};
}

void progress_close(struct progress_view *v)
{
	erase(v);
	fflush(stdout);
}

void progress_line(void *view, const char *line)
{
	say(view, "%s", line);
}

/* The place of a trial; a free one where it has none yet. */
static struct progress_trial *place_of(struct progress_view *v, const struct trial *t)
{
	struct progress_trial *empty = &v->trial[0];

	for (int i = v->jobs - 1; i >= 0; i--) {
		if (v->trial[i].number == t->number)
			return &v->trial[i];
		if (!v->trial[i].number)
			empty = &v->trial[i];
	}
	*empty = (struct progress_trial){ .number = t->number };
	return empty;
}

static void time_left(const struct progress_trial *t, const struct trial_news *n, char *text,
                      size_t size)
{
	const double share = train_share(n->settings, n->progress), done = share - t->started_share;
	const double seconds =
		n->progress->train_seconds + n->progress->valid_seconds - t->started_seconds;

	text[0] = '\0';
	if (done > 0.005 && share < 1)
		write_seconds(text, size, seconds * (1 - share) / done);
	else if (share < 1)
		snprintf(text, size, "?");
}

static void show_update(struct progress_view *v, struct progress_trial *t,
                        const struct trial_news *n)
{
	const struct progress *p = n->progress;
	char left[32];

	if (!t->started) {
		t->started = true;
		t->started_share = train_share(n->settings, p);
		t->started_seconds = p->train_seconds + p->valid_seconds;
	}
	if (!t->loss || train_share(n->settings, p) >= 1)
		return;
	time_left(t, n, left, sizeof left);
	show(v, t, n->trial,
	     "update %ld, epoch %.2f: loss %.3f, %.0f target tok/s, rate %.2g, left %s", p->update,
	     (double)p->epoch + (double)p->batch / (double)p->batches, t->loss, t->speed,
	     p->learning_rate, left);
}

static void note_report(struct progress_trial *t, const struct progress *p)
{
	t->loss = p->report_loss / p->report_target_tokens;
	t->speed = p->report_target_tokens / p->report_seconds;
}

static void say_start(struct progress_view *v, const struct trial_news *n, bool resumed)
{
	const struct trial *t = n->trial;
	char architecture[64];

	design_name(&t->contestant->design, architecture);
	say(v, "[%d/%d] run %ld, %s (%s), seed %ld: %.2f M parameters%s", t->number, v->trials,
	    n->run, t->contestant->name, architecture, t->seed, (double)n->parameters / 1e6,
	    resumed ? ", resumed" : "");
	if (resumed && n->reason)
		say(v, "  note: %s", n->reason);
}

static enum objective objective_of(const struct trial *t)
{
	return task_of(&t->experiment->data)->objective;
}

static bool is_searched(const struct trial *t)
{
	return objective_of(t) != OBJECTIVE_CONTINUE;
}

static void say_validation(struct progress_view *v, const struct progress_trial *t,
                           const struct trial_news *n)
{
	const struct progress *p = n->progress;
	char name[PROGRESS_LINE], left[32], spent[32], train[96] = "", speed[64] = "", right[32];

	time_left(t, n, left, sizeof left);
	write_seconds(spent, sizeof spent, p->train_seconds);
	if (t->speed > 0) {
		snprintf(train, sizeof train, "train loss %.3f, ", t->loss);
		snprintf(speed, sizeof speed, "%.0f target tok/s, ", t->speed);
	}
	snprintf(right, sizeof right,
	         objective_labels(objective_of(n->trial)) ? "accuracy %.2f %%" : "perplexity %.2f",
	         objective_labels(objective_of(n->trial)) ? p->valid_accuracy : exp(p->valid_nll));
	say(v, "%sepoch %.1f, update %ld: %svalidation loss %.4f, %s%s; %s%s%s%s",
	    name_of(v, n->trial, name, sizeof name),
	    (double)p->epoch + (double)p->batch / (double)p->batches, p->update, train,
	    p->valid_nll, right, p->best_update == p->update ? " (best)" : "", speed, spent,
	    left[0] ? ", left " : "", left);
}

static void say_score(struct progress_view *v, const struct trial_news *n)
{
	char name[PROGRESS_LINE], metric[64];

	snprintf(metric, sizeof metric, "%s", n->metric ? n->metric : "no score");
	for (char *c = metric; *c; c++)
		*c = *c == '_' ? ' ' : *c;
	say(v, is_searched(n->trial) ? "%s%s: %s %.2f, %zu sentences in %.1f s" : "%s%s: %s %.4f",
	    name_of(v, n->trial, name, sizeof name), n->test_set, metric, n->score, n->all,
	    n->seconds);
}

static void say_failure(struct progress_view *v, const struct trial_news *n)
{
	struct error reason;

	erase(v);
	fflush(stdout);
	error_set(&reason, "%s", n->reason);
	fprintf(stderr, "bakeoff run: [%d/%d] %s, seed %ld: %s\n", n->trial->number, v->trials,
	        n->trial->contestant->name, n->trial->seed, reason.message);
	if (v->terminal)
		draw(v);
}

void progress_watch(void *view, const struct trial_news *n)
{
	struct progress_view *v = view;
	struct progress_trial *t = place_of(v, n->trial);

	switch (n->event) {
	case TRIAL_STARTED:
	case TRIAL_RESUMED:
		say_start(v, n, n->event == TRIAL_RESUMED);
		break;
	case TRIAL_SKIPPED:
		say(v, "[%d/%d] run %ld, %s, seed %ld: %s", n->trial->number, v->trials, n->run,
		    n->trial->contestant->name, n->trial->seed,
		    n->reason ? n->reason : "done already");
		t->number = 0;
		break;
	case TRIAL_REPORT:
		note_report(t, n->progress);
		break;
	case TRIAL_UPDATE:
		show_update(v, t, n);
		break;
	case TRIAL_VALIDATED:
		t->line[0] = '\0';
		say_validation(v, t, n);
		break;
	case TRIAL_DECODING:
		show(v, t, n->trial,
		     objective_of(n->trial) == OBJECTIVE_TRANSLATE ? "translating %s: %zu of %zu"
		     : is_searched(n->trial)                       ? "labelling %s: %zu of %zu"
		                                                   : "going on from %s: %zu of %zu",
		     n->test_set, n->done, n->all);
		break;
	case TRIAL_SCORED:
		t->line[0] = '\0';
		say_score(v, n);
		break;
	case TRIAL_FINISHED:
	case TRIAL_STOPPED:
	case TRIAL_PAUSED:
		t->number = 0;
		break;
	case TRIAL_FAILED:
		t->number = 0;
		say_failure(v, n);
		break;
	}
}
