/* tally.h - how the cases of a folder of fixtures went. */
#ifndef BAKEOFF_TALLY_H
#define BAKEOFF_TALLY_H

struct tally {
	int passed, failed;
	int missing; /* cases of something that is not implemented */
};

#endif
