#!/usr/bin/env python3
"""statistics.py - prints statistics.h: values that SciPy and NumPy compute, for tests/statistics_test.c.

    python3 tests/golden/statistics.py > tests/golden/statistics.h      (SciPy 1.10, NumPy 1.24)
"""
import warnings

import numpy as np
import scipy
from scipy import special, stats

warnings.simplefilter("ignore")  # SciPy's own, at the edges of nct
A = [27.31, 28.04, 26.88]
B = [25.9, 27.6, 24.2, 26.1]


def row(values):
    return "{ " + ", ".join(repr(float(v)) for v in values) + " }"


def hedges(a, b):
    m = len(a) + len(b) - 2
    pooled = np.sqrt((np.var(a) * len(a) + np.var(b) * len(b)) / m)
    return special.gamma(m / 2) / np.sqrt(m / 2) / special.gamma((m - 1) / 2) * (np.mean(a) - np.mean(b)) / pooled


def holm(p):
    """By the definition: the greatest of (tests not below) x p over the tests that come no later."""
    order = sorted(range(len(p)), key=lambda i: p[i])
    return [min(1, max((len(p) - k) * p[order[k]] for k in range(order.index(i) + 1))) for i in range(len(p))]


def two_way(a, b):
    """Variance components by projections of the whole table instead of running sums."""
    n = a.shape[1]

    def parts(y):
        runs = len(y)
        centre = lambda k: np.eye(k) - np.ones((k, k)) / k
        rest = centre(runs) @ y @ centre(n)
        return np.var(y.mean(1), ddof=1), np.trace(rest @ rest.T) / ((runs - 1) * (n - 1))

    (sa, ma), (sb, mb) = parts(a), parts(b)
    sd = np.var(a.mean(0) - b.mean(0), ddof=1)
    v = np.array([sa / len(a), sb / len(b), max(0, sd - ma / len(a) - mb / len(b)) / n])
    df = v.sum() ** 2 / (v ** 2 / np.array([len(a) - 1, len(b) - 1, n - 1])).sum()
    d = a.mean() - b.mean()
    error = np.sqrt(v.sum())
    if v.sum() < sd / n:
        error, df = np.sqrt(sd / n), n - 1
    half = stats.t.ppf(.975, df) * error
    return d, error, df, 2 * stats.t.sf(abs(d) / error, df), d - half, d + half


def main():
    print(f"""/* statistics.h - values of SciPy {scipy.__version__} and NumPy {np.__version__}; written by statistics.py beside it. */
#ifndef BAKEOFF_TESTS_GOLDEN_STATISTICS_H
#define BAKEOFF_TESTS_GOLDEN_STATISTICS_H
""")
    print(f"static const double golden_a[] = {row(A)};\nstatic const double golden_b[] = {row(B)};\n")
    half = stats.t.ppf(.975, len(A) - 1) * stats.sem(A)
    print("/* mean, deviation, 95 % interval of a */")
    print(f"static const double golden_sample[] = {row([np.mean(A), np.std(A, ddof=1), np.mean(A) - half, np.mean(A) + half])};")
    va, vb = np.var(A, ddof=1) / len(A), np.var(B, ddof=1) / len(B)
    df = (va + vb) ** 2 / (va ** 2 / (len(A) - 1) + vb ** 2 / (len(B) - 1))
    d, e = np.mean(A) - np.mean(B), np.sqrt(va + vb)
    p = stats.ttest_ind(A, B, equal_var=False).pvalue
    half = stats.t.ppf(.975, df) * e
    print("/* Welch's test of a and b: difference, error, degrees, p, 95 % interval */")
    print(f"static const double golden_welch[] = {row([d, e, df, p, d - half, d + half])};")
    print(f"static const double golden_hedges = {hedges(A, B)!r};\n")
    print("/* t, degrees, noncentrality, P(T > t) */\nstatic const double golden_noncentral[][4] = {")
    for t, df, nc in [(0, 1, 0), (2, 1, 1), (12.7, 1, 3), (4.3, 2, 2.5), (-4.3, 2, 2.5), (2.776, 4, 4), (2.1, 18, .3),
                      (1.96, 998, 2.8), (1.7, 7.3, 1.1), (25, 1.5, 20), (3, 100000, 3)]:
        print(f"\t{row([t, df, nc, stats.nct.sf(t, df, nc) if nc else stats.t.sf(t, df)])},")
    print("};\n")
    print("/* deviation of both sides, seeds, difference, power of the two-sample t-test at 5 % */\nstatic const double golden_power[][4] = {")
    for s, n, d in [(.3, 3, .5), (.3, 5, .5), (.5, 10, .5), (.5, 17, .5), (.2, 2, 1), (1, 64, .5)]:
        df, nc = 2 * n - 2, d / (s * np.sqrt(2 / n))
        t = stats.t.ppf(.975, df)
        print(f"\t{row([s, n, d, stats.nct.sf(t, df, nc) + stats.nct.cdf(-t, df, nc)])},")
    print("};\n")
    p = [.01, .04, .03, .005, .5, .04, .9]
    print(f"static const double golden_p[] = {row(p)};\nstatic const double golden_holm[] = {row(holm(p))};\n")
    generator = np.random.default_rng(7)
    sentence = generator.normal(0, 10, 6)
    tables = [(.5, 3, 3, 3), (.1, 8, 2, 4), (3, 2, 2, 2)]
    print("/* Two systems of some runs of six sentences; difference, error, degrees, p, 95 % interval. */")
    print("static const struct golden_two_way {\n\tint runs[2];\n\tdouble a[4][6], b[4][6], expected[6];\n} golden_two_way[] = {")
    for seeds, noise, ra, rb in tables:
        make = lambda runs, mean: np.round(mean + sentence + generator.normal(0, seeds, (runs, 1)) +
                                           generator.normal(0, 3, 6) + generator.normal(0, noise, (runs, 6)), 2)
        a, b = make(ra, 30), make(rb, 27)
        print(f"\t{{ {{ {ra}, {rb} }},")
        for y in (a, b):
            print("\t  { " + ",\n\t    ".join(row(r) for r in y) + " },")
        print(f"\t  {row(two_way(a, b))} }},")
    print("};\n\n#endif")


main()
