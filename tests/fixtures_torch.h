/* fixtures_torch.h - runs a folder of reference values of PyTorch (see
 * tests/golden/torch/README.md). */
#ifndef BAKEOFF_FIXTURES_TORCH_H
#define BAKEOFF_FIXTURES_TORCH_H

#include "tests/tally.h"

#include <stdbool.h>

/* Runs every case of folder/index.tsv, one line each: passed, failed by how much, or not
 * implemented. Returns false where the index cannot be read. `quiet` prints only what did not pass.
 */
bool fixtures_torch(const char *folder, bool quiet, struct tally *);

#endif
