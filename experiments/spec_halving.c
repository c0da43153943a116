/* spec_halving.c - `halving:` of an experiment file: the first rung, how many variants go on. */
#include "experiments/halving.h"
#include "experiments/spec_parts.h"

#define S struct halving
static const struct setting halving_table[] = {
	SETTING_OF_INT(S, epochs, "first.epochs", "0", 0, 1e9,
	               "the first rung, in passes over the data"),
	SETTING_OF_INT(S, updates, "first.updates", "0", 0, 1e12, "or in updates"),
	SETTING_OF_INT(S, tokens, "first.tokens", "0", 0, 1e15, "or in target tokens"),
	SETTING_OF_INT(S, factor, "factor", "3", 2, 1000,
	               "one of so many variants goes on, up to a rung as much higher"),
	SETTING_OF_INT(S, keep, "keep", "1", 1, 1000, "variants that are trained to the end"),
	{ .name = NULL },
};
#undef S

/* A first rung at which training is over chooses nothing. */
static bool ends_before(const struct halving *h, const struct train_settings *s)
{
	return (s->stop_epochs && h->epochs >= s->stop_epochs) ||
	       (s->stop_updates && h->updates >= s->stop_updates) ||
	       (s->stop_tokens && h->tokens >= s->stop_tokens);
}

bool spec_halving(struct experiment *e, const struct node *top, struct error *error)
{
	static const char example[] = "halving: {first: {epochs: 1}, factor: 3}";
	const struct node *node = node_child(top, "halving");
	struct halving *h = &e->halving;
	const struct keys_target target[] = { { halving_table, h }, { NULL, NULL } };

	if (!node || node->none)
		return true;
	settings_default(halving_table, h);
	if (!keys_is_map(node, example, error) || !keys_read(node, target, NULL, error))
		return false;
	if ((h->epochs > 0) + (h->updates > 0) + (h->tokens > 0) != 1)
		return node_error(
			node, error,
			": needs one of first.epochs, first.updates and first.tokens, as in %s",
			example);
	for (int i = 0; i < e->contestants; i++)
		if (ends_before(h, &e->contestant[i].train))
			return node_error(
				node, error,
				": the first rung is not before the end of the training of "
				"contestants.%s (train.stop)",
				e->contestant[i].name);
	return halving_rungs(e) > 0 ||
	       node_error(node, error,
	                  ": no contestant has more than keep = %ld variants to choose among; give "
	                  "them some with `grid:`",
	                  h->keep);
}
