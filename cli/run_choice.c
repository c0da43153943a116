/* run_choice.c - the trained run that a command works with: --run ID of --db FILE, or --pack FILE.
 */
#include "cli/run_choice.h"
#include "cli/options.h"
#include "experiments/pack.h"

#include <unistd.h>

bool run_choice_take(struct run_choice *c, const char *command, int option, const char *text)
{
	switch (option) {
	case CHOICE_RUN:
		return option_number(command, "--run", text, 1, 1L << 40, &c->id);
	case CHOICE_DB:
		c->database = text;
		return true;
	case CHOICE_PACK:
		c->pack = text;
		return true;
	}
	return false;
}

bool run_choice_made(const struct run_choice *c)
{
	return !c->id != !c->pack;
}

bool run_choice_open(struct run_choice *c, struct database *database, struct error *error)
{
	const char *path = c->database ? c->database : "results.db";

	*database = (struct database){ 0 };
	if (c->pack)
		return pack_open(database, c->pack, &c->id, error);
	if (c->writes && access(path, F_OK) != 0)
		return error_set(error, "no database %s; name one with --db FILE", path);
	return database_open(database, path, c->writes ? DATABASE_WRITE : DATABASE_READ, error);
}
