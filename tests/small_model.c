/* small_model.c - untrained models of a few channels. */
#include "tests/small_model.h"
#include "experiments/spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

void small_model_open(struct model *model, const char *json)
{
	const int vocabulary[SIDES] = { SMALL_VOCABULARY, SMALL_VOCABULARY };
	json_t *settings = json_loads(json, 0, NULL);
	struct contestant contestant;
	struct error error;

	if (!settings)
		fail_msg("not JSON: %s", json);
	if (!contestant_from_json(&contestant, settings, &error) ||
	    !model_open(model, &contestant.design, vocabulary, true, SMALL_LONGEST, &error))
		fail_msg("%s: %s", json, error.message);
	parameters_start(&model->parameters, 7);
	contestant_free(&contestant);
	json_decref(settings);
}
