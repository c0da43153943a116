/* statistics.h - what a few numbers, one for each seed, say: interval, difference, effect, power.
 *
 * Numbers are taken as independent and normal about their mean. docs/statistics.md says where that
 * holds and where the formulas come from. A probability p is two-sided. */
#ifndef BAKEOFF_STATISTICS_H
#define BAKEOFF_STATISTICS_H

#include <stddef.h>

/* A mean and where the true one is, with the confidence that was asked for. */
struct sample {
	size_t count;
	double mean;
	double deviation; /* of the sample, over n - 1; NaN for one number */
	double low, high; /* mean -+ t deviation / sqrt(n), t of n - 1 degrees; NaN for one */
};

/* `count` is 1 or more, `confidence` between 0 and 1. */
void statistics_describe(const double *x, size_t count, double confidence, struct sample *);

/* An estimate with its error, tested against 0. */
struct t_test {
	double difference;
	double error;     /* standard error of the difference */
	double degrees;   /* of freedom */
	double p;         /* 1 where difference and error are 0, 0 where the error alone is */
	double low, high; /* of the difference, with the confidence that was asked for */
};

/* Fills p, low and high from the other three. */
void statistics_test(struct t_test *, double confidence);

/* Degrees of freedom of a sum of `count` independent variance estimates (Satterthwaite 1946):
 * (sum v)^2 / sum (v^2 / degrees). The last one's where all are 0. */
double statistics_satterthwaite(const double *variance, const double *degrees, size_t count);

/* mean(a) - mean(b) of samples whose variances may differ (Welch 1947); two numbers or more on
 * each side. */
void statistics_welch(const double *a, size_t a_count, const double *b, size_t b_count,
                      double confidence, struct t_test *);

/* Hedges' g: the difference of means over the pooled deviation, times J, with m = n_a + n_b - 2
 *
 *	J = Gamma(m / 2) / (sqrt(m / 2) Gamma((m - 1) / 2))
 *
 * which takes away the bias of Cohen's d (a quarter too large at three and three). NaN where m < 2
 * or the deviation is 0. */
double statistics_hedges(const double *a, size_t a_count, const double *b, size_t b_count);

/* P(T > t) of a noncentral t variable, T = (Z + noncentrality) / sqrt(chi^2 / degrees); degrees 1
 * or more, |t| up to 30: within 1e-6. */
double statistics_noncentral_t(double t, double degrees, double noncentrality);

/* Holm's adjusted p of `count` tests (Holm 1979): the k-th least times (count - k), k from 0, never
 * less than one before it, 1 at most. NaN stands for a test that was not made: it stays NaN and
 * does not count. `adjusted` may be `p`. */
void statistics_holm(const double *p, size_t count, double *adjusted);

/* What the variance of a difference of means is made of: that of one run of either side, which
 * more seeds divide, and what no number of seeds takes away. */
struct spread {
	double runs[2]; /* variance of a run's score, of each side */
	double fixed;   /* variance of the difference for any number of seeds */
	double fixed_degrees;
};

/* The chance that a test at `level` finds a true `difference` where each side has `seeds`, 2 or
 * more; t of Satterthwaite's degrees. */
double statistics_power(const struct spread *, double difference, long seeds, double level);

/* The fewest seeds with that power, from 2 to `most`; 0 where `most` are too few. */
long statistics_seeds(const struct spread *, double difference, double level, double power,
                      long most);

#endif
