/* tally.h - how many cases of a folder of reference values passed. */
#ifndef BAKEOFF_TALLY_H
#define BAKEOFF_TALLY_H

struct tally {
	int passed, failed, missing; /* missing: not implemented */
};

#endif
