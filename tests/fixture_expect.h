/* fixture_expect.h - numbers and texts of a JSON case beside those computed. */
#ifndef BAKEOFF_FIXTURE_EXPECT_H
#define BAKEOFF_FIXTURE_EXPECT_H

#include <jansson.h>
#include <stddef.h>

enum { NAME_SIZE = 64, PATH_SIZE = 4096, WHY_SIZE = 1024 };

enum verdict { PASSED, FAILED, MISSING };

/* What is found out about a case; zeroed, all is well. */
struct outcome {
	enum verdict verdict;
	double worst;       /* largest difference of a number that is too large */
	char why[WHY_SIZE]; /* behind "by", or in the parentheses */
};

void put(struct outcome *, enum verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* `most` is what a number may differ by. */
void expect_number(struct outcome *, const char *name, const json_t *expected, double actual,
                   double most);
void expect_member(struct outcome *, const json_t *object, const char *name, double actual,
                   double most);
void expect_array(struct outcome *, const json_t *array, const char *name, const double *actual,
                  size_t count, double most);
void expect_text(struct outcome *, const json_t *object, const char *name, const char *actual);

#endif
