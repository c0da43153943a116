/* draw.h - what the files of `bakeoff draw` share: pictures drawn by a run, and ranked by another.
 * Internal to cli/. */
#ifndef BAKEOFF_CLI_DRAW_H
#define BAKEOFF_CLI_DRAW_H

#include "cli/pictures.h"
#include "cli/run_choice.h"
#include "core/pool.h"
#include "eval/search.h"

struct draw_options {
	const char *out;
	struct run_choice run;
	long rank, samples, threads;
	struct search_settings search; /* temperature and seed */
	bool has_temperature;
	bool test; /* the captions of the run's test sets */
	char caption[CAPTION_SIZE];
	struct facts facts; /* of the caption */
};

/* A picture that was drawn. */
struct sketch {
	struct picture picture;
	int drawn;              /* its number among those of its caption */
	double log_probability; /* of the caption, where ranked */
};

/* The run's own settings, or chance; room for the whole picture. */
struct search_settings draw_search(const struct draw_options *, const struct picture_run *);

/* Draws captions; found[count] are to be freed one by one. False and an error where a stop was
 * asked for. */
bool draw_captions(const struct picture_run *, const struct search_settings *, char *const *caption,
                   size_t count, struct pool *, struct nbest *found, struct error *);

/* Reads those of the hypotheses that are pictures into sketch[found->count]; how many there are. */
int draw_sketches(const struct picture_run *, const struct nbest *found, struct sketch *);

/* Opens the run that ranks (--rank); an error where it describes pictures of another size than
 * those of `drawing`. */
bool draw_open_ranking(struct picture_run *, const struct draw_options *, struct database *,
                       const struct picture_run *drawing, struct error *);

/* log p(caption | picture) of each, by a run that describes such pictures; the best first, equal
 * ones as they were drawn. */
void draw_rank(struct picture_run *, const char *caption, struct pool *, struct sketch *,
               int count);

/* The captions of all test sets: the best pictures, and how many are right, are kept as test sets
 * of their own (best_of.h) in the database, which is open to be written. */
bool draw_tests(const struct draw_options *, struct database *, const struct picture_run *drawing,
                struct picture_run *ranking, struct pool *, struct error *);

#endif
