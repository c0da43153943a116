/* registry.c - the table of architectures, made from architectures.def. */
#include "models/architecture.h"

#include <string.h>

#define ARCHITECTURE(name) extern const struct architecture architecture_##name;
#include "models/architectures.def"
#undef ARCHITECTURE

static const struct architecture *const registry[] = {
#define ARCHITECTURE(name) &architecture_##name,
#include "models/architectures.def"
#undef ARCHITECTURE
	NULL,
};

const struct architecture *architecture_find(const char *name)
{
	for (int i = 0; registry[i]; i++)
		if (!strcmp(registry[i]->name, name))
			return registry[i];
	return NULL;
}

const struct architecture *architecture_at(int i)
{
	const int count = sizeof registry / sizeof registry[0] - 1;

	return i >= 0 && i < count ? registry[i] : NULL;
}
