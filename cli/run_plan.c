/* run_plan.c - `bakeoff run --dry-run`: the plan of an experiment as a table. */
#include "cli/run_plan.h"
#include "cli/options.h"
#include "experiments/match.h"
#include "experiments/plan.h"
#include "experiments/halving.h"
#include "experiments/tune.h"

#include <stdio.h>

enum { NAME = 40 };
static const double MIB = 1048576;

static void print_row(const char *name, int trials, const char *parameters, const char *adds,
                      const struct plan_cost *c, double peak, double disk, const char *seconds)
{
	printf("%-*s %6d %10s %13s %9.0f %12.0f %8.1e %7.0f MiB %7.0f MiB   %s\n", NAME, name,
	       trials, parameters, adds, c->updates, c->target_tokens, c->multiply_adds, peak / MIB,
	       disk / MIB, seconds);
}

static void print_entry(void *context, const struct plan_entry *p)
{
	const struct experiment *e = context;
	char seconds[32] = "until patience ends", parameters[32], adds[32], match[MATCH_TEXT];

	if (p->cost.updates > 0)
		write_seconds(seconds, sizeof seconds, p->cost.seconds);
	snprintf(parameters, sizeof parameters, "%zu", p->parameters);
	snprintf(adds, sizeof adds, "%ld", (long)p->multiply_adds);
	print_row(p->contestant->name, p->trials, parameters, adds, &p->cost, p->peak_bytes,
	          p->disk_bytes, seconds);
	if (p->tune_trials) {
		char name[64];

		snprintf(name, sizeof name, "  tuning %s, all", e->tuning.key);
		write_seconds(seconds, sizeof seconds, p->tune.seconds);
		print_row(name, p->tune_trials, "", "", &p->tune, p->peak_bytes,
		          p->tune_trials * p->disk_bytes, seconds);
	}
	if (match_asked(e)) {
		match_text(e, p->contestant, match);
		printf("  %s\n", match);
	}
	fflush(stdout);
}

/* What successive halving makes of the trials. */
static void print_rungs(const struct experiment *e, const char *only)
{
	const int rungs = halving_rungs_of(e, only);

	for (int r = 0; r < rungs; r++) {
		const struct trial_pause p = halving_pause(e, r);

		printf("%s %d trials to %g %s", r ? "," : "Halving trains",
		       halving_trials(e, only, r), p.epochs + p.updates + p.tokens,
		       p.epochs > 0    ? "epochs"
		       : p.updates > 0 ? "updates"
		                       : "target tokens");
	}
	if (rungs)
		printf(" and %d to the end; the sum has all to the end.\n",
		       halving_trials(e, only, rungs));
}

static void print_total(const struct experiment *e, const struct plan_total *t,
                        const struct run_options *options)
{
	char seconds[32];

	write_seconds(seconds, sizeof seconds, t->cost.seconds);
	putchar('\n');
	print_row("all trials", t->trials, "", "", &t->cost, t->peak_bytes, t->disk_bytes, seconds);
	printf("\nA row is one trial of a contestant; the last is all of them, --jobs %d at once, "
	       "with the memory of\nthat many. Times are of training, validation, checkpoints and "
	       "tests, from a short calibration.\n",
	       options->jobs);
	print_rungs(e, options->only);
	if (t->open_ended)
		puts("Trials that nothing but patience or perplexity ends are not in the sum.");
	if (options->memory_bytes > 0 && t->peak_bytes > options->memory_bytes)
		puts("That is more memory than --memory: trials will wait for each other.");
}

int run_plan_print(struct experiment *e, const struct run_options *options)
{
	struct plan_total total;
	struct error error;

	printf("%s: %d trials, nothing is run\n\n%-*s %6s %10s %13s %9s %12s %8s %11s %11s   %s\n",
	       e->name, run_trials(e, options->only) + tune_trials(e, options->only), NAME,
	       "contestant", "trials", "parameters", "mult-adds/tok", "updates", "target tok",
	       "m.-adds", "memory", "disk", "time");
	if (!plan_experiment(e, options, NULL, print_entry, e, &total, &error)) {
		fprintf(stderr, "bakeoff run: %s\n", error.message);
		return 1;
	}
	print_total(e, &total, options);
	return 0;
}
