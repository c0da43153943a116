/* real.h - the number type of weights and activations: float, or double where the tests want exact
 * gradients. */
#ifndef BAKEOFF_REAL_H
#define BAKEOFF_REAL_H

#include <float.h>

#ifdef BAKEOFF_DOUBLE
typedef double real;
#define REAL_NAME "double"
#define REAL_EPSILON DBL_EPSILON
#define REAL_MOST DBL_MAX
#else
typedef float real;
#define REAL_NAME "float"
#define REAL_EPSILON FLT_EPSILON
#define REAL_MOST FLT_MAX
#endif

#endif
