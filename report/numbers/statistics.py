"""The few statistics that are no comparison: means, medians, and a share with its interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from report.numbers.scales import CONFIDENCE


@dataclass(frozen=True)
class Share:
    """In how many of `n` something is true: `value`, with Wilson's 95 % interval."""

    value: float
    low: float
    high: float
    n: int


def share(count: int, total: int) -> Share:
    """count / total with Wilson's score interval; raises ValueError for a total of zero.

    The interval ends where (p − count / total)² = z² p (1 − p) / total, z the normal quantile
    (Wilson 1927, doi 10.1080/01621459.1927.10502953).
    """
    from scipy import special

    if not 0 <= count <= total or total == 0:
        raise ValueError(f"a share of {count} in {total}")
    z2 = float(special.ndtri((1 + CONFIDENCE) / 2)) ** 2
    center = (count + z2 / 2) / (total + z2)
    half = math.sqrt(z2 * count * (total - count) / total + z2**2 / 4) / (total + z2)
    low, high = center - half if count else 0.0, center + half if count < total else 1.0
    return Share(count / total, low, high, total)


def mean(values: Iterable[float]) -> float:
    """Mean; raises ValueError for no value."""
    return float(np.mean(_some(values, "mean")))


def median(values: Iterable[float]) -> float:
    """Median; raises ValueError for no value."""
    return float(np.median(_some(values, "median")))


def _some(values: Iterable[float], name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    found = np.asarray(values if hasattr(values, "__array__") else [*values], dtype=float)
    if len(found) == 0:
        raise ValueError(f"{name} of no values")
    return found
