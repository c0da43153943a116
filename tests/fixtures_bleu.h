/* fixtures_bleu.h - runs a folder of reference scores of sacreBLEU.
 * tests/golden/bleu/README.md has the format. */
#ifndef BAKEOFF_FIXTURES_BLEU_H
#define BAKEOFF_FIXTURES_BLEU_H

#include "tests/tally.h"

/* Runs FOLDER/cases.jsonl and FOLDER/tokenize.jsonl and adds to the tally. Prints a line for each
 * case: "passed ID", "failed ID by HOW MUCH" or "not implemented ID (why)". Returns 0 where both
 * files were read and no case failed, otherwise 1. */
int fixtures_bleu(const char *folder, struct tally *);

#endif
