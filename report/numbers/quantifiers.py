"""Every, none, some, at least: computed from all rows, with the missing ones counted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, Literal, TypeVar

T = TypeVar("T")
Extent = Literal["all", "none", "some", "all_known", "none_known", "nothing"]
"""Of how many something is true. `all` and `none` are said of all rows; where some are missing, the
rest is `all_known` or `none_known`, which the text must say with the number of missing ones."""


@dataclass(frozen=True)
class Count(Generic[T]):
    """How many of some things have a property.

    Attributes:
        yes, no: the things that have it, and those that do not.
        missing: those of which it is not known (not measured, diverged).
    """

    yes: tuple[T, ...]
    no: tuple[T, ...]
    missing: tuple[T, ...]

    @property
    def total(self) -> int:
        """All things, known or not."""
        return len(self.yes) + len(self.no) + len(self.missing)

    @property
    def known(self) -> int:
        """Those of which it is known."""
        return len(self.yes) + len(self.no)

    @property
    def of_known(self) -> Count[T]:
        """The same without those of which it is not known; the text must say that they are."""
        return Count(self.yes, self.no, ())

    @property
    def extent(self) -> Extent:
        """See `Extent`."""
        if not self.known:
            return "nothing"
        if self.yes and self.no:
            return "some"
        if self.missing:
            return "all_known" if self.yes else "none_known"
        return "all" if self.yes else "none"


def count(things: Iterable[T], property_of: Callable[[T], bool | None]) -> Count[T]:
    """Counts the things for which `property_of` is true; None where it is not known."""
    yes: list[T] = []
    no: list[T] = []
    missing: list[T] = []
    for thing in things:
        found = property_of(thing)
        (missing if found is None else yes if found else no).append(thing)
    return Count(tuple(yes), tuple(no), tuple(missing))


def reaching(values: Iterable[tuple[T, float | None]], least: float) -> Count[T]:
    """Counts the things whose value is at least so large; None and NaN are not known."""
    known = {key: None if v is None or math.isnan(v) else v >= least for key, v in values}
    return count(known, known.__getitem__)


@dataclass(frozen=True)
class Range:
    """The smallest and the largest of some values, and how many have none.

    `low` and `high` are NaN where no value is known.
    """

    low: float
    high: float
    known: int
    missing: int

    @property
    def single(self) -> bool:
        """Whether both ends are one value: no range is to be told."""
        return self.low == self.high


def span(values: Iterable[float | None]) -> Range:
    """The range of the values; None and what is not finite count as missing."""
    every = list(values)
    known = [v for v in every if v is not None and math.isfinite(v)]
    low, high = (min(known), max(known)) if known else (math.nan, math.nan)
    return Range(low, high, len(known), len(every) - len(known))


def outward(value: float, digits: int, *, bound: Literal["lower", "upper"]) -> float:
    """A bound rounded to significant digits so that it stays one: "at least" down, "at most" up.

    92.54 as a lower bound of two digits is 92, 1.7265 as an upper bound of two is 1.8.
    """
    if value == 0 or not math.isfinite(value):
        return value
    unit = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - digits)
    steps = value / unit
    nearest = round(steps)
    if math.isclose(steps, nearest, rel_tol=0, abs_tol=1e-9):
        whole = nearest  # what is such a number already stays it
    else:
        whole = math.floor(steps) if bound == "lower" else math.ceil(steps)
    return float(f"{whole * unit:.12g}")


def outward_decimals(value: float, decimals: int, *, bound: Literal["lower", "upper"]) -> float:
    """As `outward`, to so many decimals: for shares and points."""
    if not math.isfinite(value):
        return value
    unit = 10.0**decimals
    scaled = value * unit
    nearest = round(scaled)
    if math.isclose(scaled, nearest, rel_tol=0, abs_tol=1e-9):
        return nearest / unit
    return (math.floor(scaled) if bound == "lower" else math.ceil(scaled)) / unit


def ordered(values: Sequence[float]) -> Literal["rising", "falling", "level", "mixed"]:
    """The shape of a sequence, as an alternative text may claim it: every step, not the ends."""
    steps = [b - a for a, b in pairwise(values)]
    if not steps or any(not math.isfinite(s) for s in steps):
        return "mixed"
    if all(s == 0 for s in steps):
        return "level"
    if all(s >= 0 for s in steps):
        return "rising"
    return "falling" if all(s <= 0 for s in steps) else "mixed"
