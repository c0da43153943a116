/* settings.h - what every contestant has whatever its architecture: the keys that the harness owns.
 */
#ifndef BAKEOFF_MODEL_SETTINGS_H
#define BAKEOFF_MODEL_SETTINGS_H

#include "core/setting.h"

enum tied { TIED_NONE, TIED_TARGET, TIED_ALL };

struct model_settings {
	long width;     /* channels of embeddings (d_model) */
	int tied;       /* enum tied: which embedding tables the output layer shares */
	double dropout; /* of embeddings and wherever the architecture's paper has it */
};

extern const struct setting model_settings_table[];

#endif
