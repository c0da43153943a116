/* progress.c - how a run goes, in lines for people. */
#include "cli/progress.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "core/machine.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const double TERMINAL_SECONDS = 0.5, PLAIN_SECONDS = 15;

static void end_line(struct progress_view *v)
{
	if (v->line_open)
		fputs("\r\033[K", stdout);
	v->line_open = false;
}

/* A line that stays. */
static void __attribute__((format(printf, 2, 3)))
say(struct progress_view *v, const char *format, ...)
{
	va_list arguments;

	if (v->quiet)
		return;
	end_line(v);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

/* A line that the next one replaces, where the terminal can. */
static void __attribute__((format(printf, 2, 3)))
show(struct progress_view *v, const char *format, ...)
{
	va_list arguments;

	v->next = machine_seconds() + (v->terminal ? TERMINAL_SECONDS : PLAIN_SECONDS);
	if (v->quiet)
		return;
	end_line(v);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	if (!v->terminal)
		putchar('\n');
	v->line_open = v->terminal;
	fflush(stdout);
}

void progress_open(struct progress_view *v, int trials, bool quiet)
{
	*v = (struct progress_view){ .trials = trials,
		                     .terminal = isatty(STDOUT_FILENO),
		                     .quiet = quiet };
}

void progress_close(struct progress_view *v)
{
	end_line(v);
	fflush(stdout);
}

void progress_line(void *view, const char *line)
{
	say(view, "%s", line);
}

static void time_left(const struct progress_view *v, const struct trial_news *n, char *text,
                      size_t size)
{
	const double share = train_share(n->settings, n->progress), done = share - v->started_share;
	const double seconds =
		n->progress->train_seconds + n->progress->valid_seconds - v->started_seconds;

	text[0] = '\0';
	if (done > 0.005 && share < 1)
		write_seconds(text, size, seconds * (1 - share) / done);
	else if (share < 1)
		snprintf(text, size, "?");
}

static void show_update(struct progress_view *v, const struct trial_news *n)
{
	const struct progress *p = n->progress;
	char left[32];

	if (!v->started) {
		v->started = true;
		v->started_share = train_share(n->settings, p);
		v->started_seconds = p->train_seconds + p->valid_seconds;
	}
	if (machine_seconds() < v->next || !v->loss || train_share(n->settings, p) >= 1)
		return;
	time_left(v, n, left, sizeof left);
	show(v, "  update %ld, epoch %.2f: loss %.3f, %.0f target tok/s, rate %.2g, left %s",
	     p->update, (double)p->epoch + (double)p->batch / (double)p->batches, v->loss, v->speed,
	     p->learning_rate, left);
}

static void note_report(struct progress_view *v, const struct progress *p)
{
	v->loss = p->report_loss / p->report_target_tokens;
	v->speed = p->report_target_tokens / p->report_seconds;
}

static void start(struct progress_view *v, const struct trial_news *n, bool resumed)
{
	const struct trial *t = n->trial;
	char architecture[64];

	design_name(&t->contestant->design, architecture);
	v->trial++;
	v->loss = v->speed = 0;
	v->next = 0;
	v->started = false;
	say(v, "[%d/%d] run %ld, %s (%s), seed %ld: %.2f M parameters%s", v->trial, v->trials,
	    n->run, t->contestant->name, architecture, t->seed,
	    (double)n->parameters / 1e6, resumed ? ", resumed" : "");
	if (resumed && n->reason)
		say(v, "  note: %s", n->reason);
}

static void say_validation(struct progress_view *v, const struct trial_news *n)
{
	const struct progress *p = n->progress;
	char left[32], spent[32], train[96] = "", speed[64] = "";

	time_left(v, n, left, sizeof left);
	write_seconds(spent, sizeof spent, p->train_seconds);
	if (v->speed > 0) {
		snprintf(train, sizeof train, "train loss %.3f, ", v->loss);
		snprintf(speed, sizeof speed, "%.0f target tok/s, ", v->speed);
	}
	say(v, "  epoch %.1f, update %ld: %svalidation loss %.4f, perplexity %.2f%s; %s%s%s%s",
	    (double)p->epoch + (double)p->batch / (double)p->batches, p->update, train,
	    p->valid_nll, exp(p->valid_nll), p->best_update == p->update ? " (best)" : "", speed,
	    spent, left[0] ? ", left " : "", left);
}

static void say_score(struct progress_view *v, const struct trial_news *n)
{
	say(v, "  %s: BLEU %.2f, %zu sentences in %.1f s", n->test_set, n->bleu->score, n->all,
	    n->seconds);
}

bool progress_watch(void *view, const struct trial_news *n)
{
	struct progress_view *v = view;

	switch (n->event) {
	case TRIAL_STARTED:
	case TRIAL_RESUMED:
		start(v, n, n->event == TRIAL_RESUMED);
		break;
	case TRIAL_SKIPPED:
		v->trial++;
		say(v, "[%d/%d] run %ld, %s, seed %ld: done already", v->trial, v->trials, n->run,
		    n->trial->contestant->name, n->trial->seed);
		break;
	case TRIAL_REPORT:
		note_report(v, n->progress);
		break;
	case TRIAL_UPDATE:
		show_update(v, n);
		break;
	case TRIAL_VALIDATED:
		say_validation(v, n);
		break;
	case TRIAL_DECODING:
		if (machine_seconds() >= v->next)
			show(v, "  translating %s: %zu of %zu", n->test_set, n->done, n->all);
		break;
	case TRIAL_SCORED:
		say_score(v, n);
		break;
	case TRIAL_FINISHED:
	case TRIAL_STOPPED:
		break;
	case TRIAL_FAILED:
		if (!n->run)
			v->trial++;
		end_line(v);
		fflush(stdout);
		fprintf(stderr, "bakeoff run: [%d/%d] %s, seed %ld: %s\n", v->trial, v->trials,
		        n->trial->contestant->name, n->trial->seed, n->reason);
		break;
	}
	return !interrupt_asked();
}
