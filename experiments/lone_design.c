/* lone_design.c - a design of an architecture's name and settings alone. */
#include "experiments/lone_design.h"
#include "experiments/spec_parts.h"

#include <stdio.h>

static bool fits(const struct design *design, struct error *error)
{
	int side;

	return design_check(design, &side, error);
}

bool lone_design(struct design *design, const char *architecture, char *const *set, int sets,
                 struct error *error)
{
	struct node *top = memory_new(1, sizeof *top);
	char name[128];
	bool done;

	*top = (struct node){ .kind = NODE_MAP, .place = "" };
	*design = (struct design){ 0 };
	snprintf(name, sizeof name, "architecture=%s", architecture);
	done = node_assign(top, name, error);
	for (int i = 0; done && i < sets; i++)
		done = node_assign(top, set[i], error);
	done = done && spec_design(design, top, error) &&
	       spec_arrange(design, NULL, top, NULL, 0, error) && fits(design, error);
	if (!done)
		design_free(design);
	node_free(top);
	return done;
}
