/* message.c - what a trial in a process of its own says: a parent believes no byte of it. */
#include "cli/progress.h"
#include "experiments/trial_message.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static struct contestant contestant;

static void begin(void)
{
	json_t *json = json_loads("{\"architecture\":\"rnn\"}", 0, NULL);
	struct error error;

	if (!contestant_from_json(&contestant, json, &error))
		fuzz_check(false, error.message);
	contestant.name = memory_text("a");
	json_decref(json);
}

static void one(const uint8_t *bytes, size_t size)
{
	const struct experiment experiment = { .contestant = &contestant, .contestants = 1 };
	const struct trial trial = {
		.experiment = &experiment, .contestant = &contestant, .seed = 1, .number = 1
	};
	static struct progress_view view;
	struct trial_message message;
	struct trial_news news;

	memset(&message, 0, sizeof message);
	memcpy(&message, bytes, size < sizeof message ? size : sizeof message);
	if (!trial_message_check(&message))
		return;
	news = trial_message_news(&message, &trial);
	progress_open(&view, 1, 1, false);
	progress_watch(&view, &news);
	progress_json_watch(NULL, &news);
	progress_close(&view);
}

static void more_seeds(void)
{
	struct trial_message message;

	for (int event = TRIAL_STARTED; event <= TRIAL_FAILED; event++) {
		memset(&message, 0, sizeof message);
		message.event = (enum trial_event)event;
		message.run = 7;
		message.has_reason = true;
		message.progress.update = 3;
		message.progress.batches = 9;
		strcpy(message.test_set, "news");
		strcpy(message.metric, "BLEU");
		strcpy(message.reason, "died");
		fuzz_seed(&message, sizeof message);
	}
}

const struct fuzz_target fuzz_message = {
	"message", "what a trial tells its parent", begin, one, NULL, more_seeds,
};
