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
};

enum { OWN = sizeof registry / sizeof registry[0] };

const struct architecture *architecture_find(const char *name)
{
	const struct architecture *a;

	for (int i = 0; (a = architecture_at(i)); i++)
		if (!strcmp(a->name, name))
			return a;
	return NULL;
}

const struct architecture *architecture_at(int i)
{
	const struct architecture *const *added = architectures_added;

	if (i < 0)
		return NULL;
	if (i < OWN)
		return registry[i];
	for (i -= OWN; added && *added && i > 0; i--)
		added++;
	return added ? *added : NULL;
}
