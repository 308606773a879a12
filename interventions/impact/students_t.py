"""Student's t for whole degrees of freedom: the chance of a value at least so far from nought, and the value of a chance.

The closed sums of Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
"""

from functools import lru_cache
from math import atan, cos, pi, sin, sqrt


def two_sided(t: float, freedom: int) -> float:
    """How often chance alone gives a value at least so far from nought, on either side."""
    angle = atan(abs(t) / sqrt(freedom))
    if freedom % 2:
        inside = angle + (sin(angle) * _terms(cos(angle), 1, freedom) if freedom > 1 else 0.0)
        return max(0.0, 1 - 2 * inside / pi)
    return max(0.0, 1 - sin(angle) * _terms(cos(angle), 0, freedom))


def _terms(cosine: float, odd: int, freedom: int) -> float:
    term = total = cosine if odd else 1.0
    for k in range(2 + odd, freedom - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    return total


@lru_cache(maxsize=1000)
def quantile(freedom: int, chance: float = 0.05) -> float:
    """The value that chance alone exceeds, on both sides together, so often."""
    low, high = 0.0, 1000.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, freedom) > chance else (low, middle)
    return high
