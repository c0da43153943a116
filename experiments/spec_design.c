/* spec_design.c - a contestant's architectures and their settings: of both sides together, or of
 * `encoder:` and `decoder:` apart. */
#include "experiments/spec_parts.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 256 };

static const char *const side_key[SIDES] = { "encoder", "decoder" };

/* The architecture's name is read as a setting whose words are the registry. */
static void architecture_setting(struct setting *setting, char *words, size_t size)
{
	size_t used = 0;

	*words = '\0';
	for (int i = 0; architecture_at(i) && used < size; i++)
		used += (size_t)snprintf(words + used, size - used, "%s%s", i ? "|" : "",
		                         architecture_at(i)->name);
	*setting = (struct setting){ .name = "architecture", .type = SETTING_WORD, .words = words };
}

/* That of one side: its own map's, or the contestant's. NULL and an error where neither has one. */
static const struct architecture *read_architecture(const struct node *node, int side,
                                                    struct error *error)
{
	const struct node *own = node_child(node_child(node, side_key[side]), "architecture");
	const struct node *value = own ? own : node_child(node, "architecture");
	struct setting setting;
	char words[1024], list[NAME_SIZE];
	int number;

	architecture_setting(&setting, words, sizeof words);
	if (value)
		return keys_read_value(value, &setting, &number, error) ? architecture_at(number)
		                                                        : NULL;
	setting_range(&setting, list, sizeof list);
	node_error(node, error, "%s%s.architecture: is missing; it may be %s",
	           node_child(node, side_key[!side]) ? "." : "",
	           node_child(node, side_key[!side]) ? side_key[side] : "", list);
	return NULL;
}

/* Where a contestant's key goes for a side: the last is for keys that only the other side knows. */
static void targets_of(struct design *design, int side, struct body *aside,
                       struct keys_target target[5])
{
	struct body *body = &design->side[side];

	target[0] = (struct keys_target){ model_settings_table, &design->model };
	target[1] = (struct keys_target){ layer_settings_table, &body->layer };
	target[2] = (struct keys_target){ body->architecture->settings, body->settings };
	target[3] = (struct keys_target){ aside->architecture->settings, aside->settings };
	target[4] = (struct keys_target){ NULL, NULL };
}

static bool is_among(const char *const *list, const char *name)
{
	for (; list && *list; list++)
		if (!strcmp(*list, name))
			return true;
	return false;
}

/* Whether that architecture knows the key, and it means something to that side. */
static bool means(const struct architecture *a, int side, const char *key)
{
	if (setting_find(layer_settings_table, key))
		return !is_among(layer_settings_only[!side], key);
	return setting_find(a->settings, key) && !is_among(a->only[!side], key);
}

/* A key that somebody knows, but no side that it was written for has a use for. `own`: the side
 * whose map it is in, SIDES where it is beside both. */
static bool check_meaning(const struct design *design, const struct node *node, const char *key,
                          int own, struct error *error)
{
	const struct architecture *const a[SIDES] = { design->side[SIDE_SOURCE].architecture,
		                                      design->side[SIDE_TARGET].architecture };
	bool known = false, meant = false;

	for (int side = 0; side < SIDES; side++) {
		if (own != SIDES && own != side)
			continue;
		known |= setting_find(layer_settings_table, key) ||
		         setting_find(a[side]->settings, key);
		meant |= means(a[side], side, key);
	}
	if (!known || meant)
		return true;
	if (own != SIDES && means(a[!own], !own, key))
		return node_error(node, error, ": is about the %s; write it there", side_key[!own]);
	for (int side = 0; side < SIDES; side++)
		if (means(a[!side], side, key))
			return node_error(
				node, error,
				": is about the %s of architecture: %s, and this one is a "
				"%s; leave it out",
				side_key[side], a[!side]->name, a[side]->name);
	return node_error(node, error, ": means nothing here; leave it out");
}

static bool check_meanings(const struct design *design, const struct node *map, int own,
                           struct error *error)
{
	for (int i = 0; map && i < map->children; i++)
		if (!check_meaning(design, map->child[i], map->child[i]->key, own, error))
			return false;
	return true;
}

static bool read_side(struct design *design, const struct node *node, int side, struct error *error)
{
	static const char *const others[] = { "architecture", "encoder", "decoder",
		                              "train",        "search",  NULL };
	const struct node *own = node_child(node, side_key[side]);
	struct body *body = &design->side[side], aside;
	struct keys_target target[5];
	bool done;

	body_default(&aside, design->side[!side].architecture);
	targets_of(design, side, &aside, target);
	done = keys_read(node, target, others, error) &&
	       keys_is_map(own, "encoder: {architecture: transformer}", error) &&
	       keys_read(own,
	                 (const struct keys_target[]){
				 { layer_settings_table, &body->layer },
				 { body->architecture->settings, body->settings },
				 { NULL, NULL } },
	                 (const char *const[]){ "architecture", NULL }, error) &&
	       check_meanings(design, own, side, error);
	body_free(&aside);
	return done;
}

bool spec_design(struct design *design, const struct node *node, struct error *error)
{
	settings_default(model_settings_table, &design->model);
	for (int side = 0; side < SIDES; side++) {
		const struct architecture *a = read_architecture(node, side, error);

		if (!a)
			return false;
		body_default(&design->side[side], a);
	}
	for (int side = 0; side < SIDES; side++)
		if (!read_side(design, node, side, error))
			return false;
	return check_meanings(design, node, SIDES, error);
}

/* "heads" of "encoder.heads", and its side; SIDES where it is no side's own. */
static const char *own_key(const char *key, int *side)
{
	for (*side = 0; *side < SIDES; ++*side) {
		const size_t length = strlen(side_key[*side]);

		if (!strncmp(key, side_key[*side], length) && key[length] == '.')
			return key + length + 1;
	}
	return key;
}

const struct setting *spec_design_choose(struct design *design, const struct choice *choice,
                                         const void **base, struct error *error)
{
	const struct setting *setting = NULL;
	struct keys_target target[5];
	int own;
	const char *name = own_key(choice->key, &own);

	if (!check_meaning(design, choice->value, name, own, error))
		return NULL;
	for (int side = SIDES - 1; side >= 0; side--) {
		struct body *aside = &design->side[!side];
		void *to;

		if (own != SIDES && own != side)
			continue;
		targets_of(design, side, aside, target);
		setting = keys_find(own == SIDES ? target : target + 1, name, &to);
		if (!setting) {
			keys_unknown(choice->value, name, own == SIDES ? target : target + 1, NULL,
			             "", error);
			return NULL;
		}
		if (!keys_read_value(choice->value, setting, to, error))
			return NULL;
		*base = to;
	}
	return setting;
}
