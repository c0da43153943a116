#!/usr/bin/env python3
"""power_law.py - prints power_law.h: fits by SciPy's curve_fit, for tests/power_law_test.c.

    python3 tests/golden/power_law.py > tests/golden/power_law.h      (SciPy 1.10, NumPy 1.24)
"""
import numpy as np
import scipy
from scipy import optimize, stats

CASES = [  # a, b, c, noise, runs, points, first x, step, correlation of the noise
    (1.7, 40, .45, .01, 1, 12, 100, 100, 0),
    (2.1, 900, .8, .005, 3, 10, 1000, 1500, 0),
    (30, -120, .5, .2, 1, 20, 20, 30, 0),
    (.9, 15, .3, .01, 2, 15, 1e6, 1e6, .8),
]


def row(values):
    return "{ " + ", ".join(repr(float(v)) for v in values) + " }"


def law(x, a, b, c):
    return a + b * x ** -c


def main():
    generator = np.random.default_rng(11)
    print(f"""/* power_law.h - fits of SciPy {scipy.__version__} and NumPy {np.__version__}; written by power_law.py beside it. */
#ifndef BAKEOFF_TESTS_GOLDEN_POWER_LAW_H
#define BAKEOFF_TESTS_GOLDEN_POWER_LAW_H

/* Runs of the same x; y is [runs][points]. Fitted: a, b, c, errors of a and c, correlation, degrees; then value and 95 %
 * band at twice the last x. */
static const struct golden_power_law {{
	int runs, points;
	double x[20], y[30], fitted[7], at[3];
}} golden_power_law[] = {{""")
    for a, b, c, noise, runs, points, first, step, r in CASES:
        x = first + step * np.arange(points)
        e = generator.normal(0, noise, (runs, points))
        for t in range(1, points):
            e[:, t] += r * e[:, t - 1]
        y = np.round(law(x, a, b, c) + e, 4)
        xs, ys = np.tile(x, runs), y.ravel()
        p, covariance = optimize.curve_fit(law, xs, ys, p0=(a, b, c), jac=lambda x, a, b, c: np.stack(
            [np.ones_like(x), x ** -c, -b * x ** -c * np.log(x)], 1), xtol=1e-14, ftol=1e-14, gtol=1e-14)
        rest = law(x, *p) - y
        rho = np.clip((rest[:, 1:] * rest[:, :-1]).sum() / (rest ** 2).sum(), 0, .95)
        inflation = (1 + rho) / (1 - rho)
        covariance = covariance * inflation
        degrees = max(1, len(xs) / inflation - 3)
        far = 2 * x[-1]
        slope = np.array([1, far ** -p[2], -p[1] * far ** -p[2] * np.log(far)])
        half = stats.t.ppf(.975, degrees) * np.sqrt(slope @ covariance @ slope)
        value = law(far, *p)
        print(f"\t{{ {runs}, {points},\n\t  {row(x)},\n\t  {row(ys)},")
        print(f"\t  {row([*p, np.sqrt(covariance[0, 0]), np.sqrt(covariance[2, 2]), rho, degrees])},")
        print(f"\t  {row([value, value - half, value + half])} }},")
    print("};\n\n#endif")


main()
