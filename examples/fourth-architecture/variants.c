/* variants.c - the property tests of bakeoff's tree, about this architecture. */
#define VARIANTS_TABLE "examples/fourth-architecture/variants.def"
#include "tests/variants.c"
