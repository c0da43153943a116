/* report_guide.c - what a report needs of models: what a run's settings cost. */
#include "cli/report_guide.h"

#include "experiments/spec.h"
#include "models/architecture.h"
#include "models/model.h"

#include <jansson.h>
#include <string.h>

/* The complexity of a layer of a side, as table 1 of Vaswani 2017 has it. */
static const char *complexity_of(const struct body *body)
{
	const bool attends = body->layer.self_attention != ATTEND_NONE;
	const bool restricted = body->layer.window > 0 || body->layer.block > 0;

	if (!strcmp(body->architecture->name, "rnn"))
		return attends ? "n·d² + n²·d" : "n·d²";
	if (!strcmp(body->architecture->name, "cnn"))
		return attends ? "k·n·d² + n²·d" : "k·n·d²";
	return restricted ? "r·n·d + n·d²" : "n²·d + n·d²";
}

static bool predict_model(const struct contestant *c, struct report_prediction *p)
{
	static const int vocabulary[SIDES] = { 8, 8 }; /* the bodies do not depend on it */
	const char *formula[SIDES];
	struct model model;
	struct error error;

	if (!model_open(&model, &c->design, vocabulary, true, 2 * REPORT_LENGTH, &error))
		return false;
	for (int side = 0; side < SIDES; side++) {
		const struct body *body = &c->design.side[side];
		const struct cost cost =
			body->architecture->cost(&model, side, REPORT_LENGTH, REPORT_LENGTH);

		p->sequential[side] = cost.sequential;
		p->path[side] = cost.path;
		formula[side] = complexity_of(body);
	}
	if (!strcmp(formula[SIDE_SOURCE], formula[SIDE_TARGET]))
		snprintf(p->complexity, sizeof p->complexity, "%s", formula[SIDE_SOURCE]);
	else
		snprintf(p->complexity, sizeof p->complexity, "%s / %s", formula[SIDE_SOURCE],
		         formula[SIDE_TARGET]);
	model_close(&model);
	return true;
}

/* False where this version of the program does not read the run's settings. */
static bool predict(void *context, long run, struct report_prediction *p)
{
	struct contestant contestant = { 0 };
	struct run_record record;
	struct error error;
	json_t *settings;
	bool good;

	if (!database_run_read(context, run, &record, &error))
		return false;
	settings = json_loads(record.settings, 0, NULL);
	good = settings && contestant_from_json(&contestant, settings, &error) &&
	       predict_model(&contestant, p);
	contestant_free(&contestant);
	json_decref(settings);
	run_record_free(&record);
	return good;
}

struct report_guide report_guide(struct database *database)
{
	return (struct report_guide){ .context = database, .predict = predict };
}
