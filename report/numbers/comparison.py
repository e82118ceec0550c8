"""Two groups compared: one estimand, its interval, what was left out, and a verdict.

A sentence takes its value, its interval, its number of repetitions and its verdict from one and the
same `Comparison`; the centers of both groups are those of the repetitions that were compared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np

from report.numbers.samples import Group, LeftOut, collapsed
from report.numbers.scales import CONFIDENCE, LEAST, MAD, Scale

Verdict = Literal["more", "less", "alike", "seen_more", "seen_less", "undecided"]
"""Of the first group against the second.

`more`, `less`: the interval excludes zero. `alike`: the whole interval lies within the margin that
matters. `seen_more`, `seen_less`: too few repetitions for an interval, but the same order in all of
them, an observation. `undecided`: none of these, or fewer than six repetitions of which the mean
is smaller than the margin.
"""

ROUNDING = 1e-12  # of two doubles that are equal on paper
PAIRED = "paired"
POOLED = "pooled"
POOLED_GROUPS = 4
"""Groups from which the variance within groups may be pooled."""
POOLED_FREEDOM = 8
"""Degrees of freedom that a pooled variance needs at least."""
POOLED_LEAST = 3
"""Runs that each group must keep: of two that are left of three, nobody knows which collapsed."""


@dataclass(frozen=True)
class Comparison:
    """What was compared and what came of it.

    Attributes:
        first, second: labels of the groups.
        scale: of the quantity.
        value: mean of first − second on the scale; NaN where no repetition has both.
        error: its standard error, and `freedom`, the degrees of freedom of Student's distribution;
            None for too few repetitions.
        n: repetitions that entered; `planned`: those that were asked for.
        differences: first − second of each repetition that entered, on the scale, without those
            that collapsed.
        centers: mean of each group on the scale over these repetitions.
        left_out: repetitions that did not enter.
        collapsed: runs far from the rest of their group, with the group they belong to.
        method: `PAIRED` or `POOLED`.
    """

    first: str
    second: str
    scale: Scale
    value: float
    error: float | None
    freedom: int | None
    n: int
    planned: int
    differences: tuple[float, ...]
    centers: tuple[float, float]
    left_out: tuple[LeftOut, ...] = ()
    collapsed: tuple[LeftOut, ...] = ()
    method: str = PAIRED

    @property
    def low(self) -> float | None:
        """Lower end of the 95 % interval, on the scale; None for too few repetitions."""
        half = self._half()
        return None if half is None else self.value - half

    @property
    def high(self) -> float | None:
        """Upper end of the 95 % interval, on the scale; None for too few repetitions."""
        half = self._half()
        return None if half is None else self.value + half

    def _half(self) -> float | None:
        from scipy import special

        if self.error is None or self.freedom is None:
            return None
        return self.error * float(special.stdtrit(self.freedom, (1 + CONFIDENCE) / 2))

    @property
    def chance(self) -> float:
        """Two-sided p-value of no difference, by Student's test; one where there is no interval."""
        from scipy import special

        if self.error is None or self.freedom is None:
            return 1.0
        if self.error == 0:
            return 0.0 if self.value else 1.0
        return float(2 * special.stdtr(self.freedom, -abs(self.value) / self.error))

    @property
    def verdict(self) -> Verdict:
        """See `Verdict`."""
        if self.n == 0:
            return "undecided"
        width = self.scale.width
        # A difference too small to matter has no direction that few repetitions could show.
        small = self.n < LEAST and width is not None and abs(self.value) < width
        if self.low is None or self.high is None:
            return "undecided" if small else self._seen()
        if width is not None and self.low > -width and self.high < width:
            return "alike"
        if small:
            return "undecided"
        if self.low > 0:
            return "more"
        return "less" if self.high < 0 else "undecided"

    def _seen(self) -> Verdict:
        """What all repetitions show; a repetition that is missing could show otherwise."""
        whole = self.n == self.planned and self.n > 1
        if whole and all(d > 0 for d in self.differences):
            return "seen_more"
        return "seen_less" if whole and all(d < 0 for d in self.differences) else "undecided"

    @property
    def direction(self) -> int:
        """1 where the first has more, −1 where it has less, 0 where neither is said."""
        signs = {"more": 1, "seen_more": 1, "less": -1, "seen_less": -1}
        return signs.get(self.verdict, 0)

    @property
    def needed(self) -> int | None:
        """About how many repetitions would decide, with the spread seen; None where unknown.

        So many that the interval's half width falls below the difference seen, which shows an
        order, or below what is missing to the margin, which shows that none matters.
        """
        from scipy import special

        if self.verdict != "undecided" or len(self.differences) < 2:
            return None
        spread = float(np.std(self.differences, ddof=1))
        target = max(abs(self.value), (self.scale.width or 0.0) - abs(self.value))
        if target == 0 or not math.isfinite(spread):
            return None
        z = float(special.ndtri((1 + CONFIDENCE) / 2))
        wanted = math.ceil((z * spread / target) ** 2) + 2
        return max(LEAST, wanted, self.n + 1)

    def flipped(self) -> Comparison:
        """The second against the first."""
        return replace(
            self,
            first=self.second,
            second=self.first,
            value=-self.value,
            differences=tuple(-d for d in self.differences),
            centers=self.centers[::-1],
        )


def compare(first: Group, second: Group, scale: Scale) -> Comparison:
    """First against second, over the repetitions that both have.

    The mean of the differences with Student's interval, on the scale; runs that collapsed are set
    apart before (coverage in the tests' simulations: 92 % and more from six repetitions on). Fewer
    than six repetitions have no interval; groups that share no repetition have nothing to compare.
    """
    shared = [r for r in first.values if r in second.values]
    a, b = first.known(), second.known()
    both = [r for r in shared if r in a and r in b]
    x = [scale.to(a[r]) for r in both]
    y = [scale.to(b[r]) for r in both]
    apart = _apart(first.label, both, x, scale) + _apart(second.label, both, y, scale)
    # Were so many set apart that too few are left for an interval, all are shown instead.
    gone = {found.repetition for found in apart}
    if len(both) - len(gone) < LEAST <= len(both):
        apart, gone = (), set()
    kept = [i for i, r in enumerate(both) if r not in gone]
    differences = tuple(_difference(x[i], y[i]) for i in kept)
    return Comparison(
        first=first.label,
        second=second.label,
        scale=scale,
        value=_mean(differences),
        error=_error(differences),
        freedom=len(kept) - 1 if len(kept) >= LEAST else None,
        n=len(kept),
        planned=len(shared),
        differences=differences,
        centers=(_mean([x[i] for i in kept]), _mean([y[i] for i in kept])),
        left_out=_unmatched(first, second),
        collapsed=apart,
    )


def pooled(groups: Sequence[Group], scale: Scale) -> dict[tuple[str, str], Comparison]:
    """Every pair of groups, by the variance pooled within all of them.

    For four groups and more of few repetitions each: the interval of a difference of means takes
    its standard error from all groups (runs far from their group's median set apart before), as in
    Fisher's analysis of variance, and presumes that they spread alike. A group that keeps fewer
    than three runs stands outside: its pairs are compared as by `compare`. So are all where the
    degrees of freedom do not suffice, or groups spread too unlike (Bartlett's test at 1 %).
    """
    found = {(a.label, b.label): compare(a, b, scale) for a, b in combinations(groups, 2)}
    kept, apart = _inliers(groups, scale)
    kept = {label: values for label, values in kept.items() if len(values) >= POOLED_LEAST}
    freedom = sum(len(v) - 1 for v in kept.values())
    if len(kept) < POOLED_GROUPS or freedom < POOLED_FREEDOM or _unlike(list(kept.values())):
        return found
    squares = sum(float(np.var(list(v.values()))) * len(v) for v in kept.values())
    spread = math.sqrt(squares / freedom)
    for a, b in combinations([g for g in groups if g.label in kept], 2):
        x, y = kept[a.label], kept[b.label]
        centers = _mean(list(x.values())), _mean(list(y.values()))
        common = [r for r in x if r in y]
        found[a.label, b.label] = Comparison(
            first=a.label,
            second=b.label,
            scale=scale,
            value=_difference(*centers),
            error=spread * math.sqrt(1 / len(x) + 1 / len(y)),
            freedom=freedom,
            n=min(len(x), len(y)),
            planned=max(a.planned, b.planned),
            differences=tuple(_difference(x[r], y[r]) for r in common),
            centers=centers,
            left_out=(*a.missing(), *b.missing()),
            collapsed=tuple(f for f in apart if f.group in (a.label, b.label)),
            method=POOLED,
        )
    return found


def _difference(first: float, second: float) -> float:
    """First − second; zero where they differ by no more than rounding errors."""
    difference = first - second
    return 0.0 if abs(difference) <= ROUNDING * max(abs(first), abs(second)) else difference


def _error(values: Sequence[float]) -> float | None:
    """Standard error of the mean; None for too few values."""
    if len(values) < LEAST:
        return None
    return float(np.std(values, ddof=1)) / math.sqrt(len(values))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else math.nan


def _apart(
    label: str, repetitions: Sequence[int | str], values: Sequence[float], scale: Scale
) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(label, r, "far from the other runs")
        for r, far in zip(repetitions, collapsed(values, scale), strict=True)
        if far
    )


def _unmatched(first: Group, second: Group) -> tuple[LeftOut, ...]:
    """Repetitions without a value on either side, and those that only one side has."""
    alone = tuple(
        LeftOut(one.label, r, f"not repeated by {other.label}")
        for one, other in ((first, second), (second, first))
        for r in one.values
        if r not in other.values
    )
    return (*first.missing(), *second.missing(), *alone)


def _inliers(
    groups: Sequence[Group], scale: Scale
) -> tuple[dict[str, dict[int | str, float]], tuple[LeftOut, ...]]:
    """Values on the scale by group and repetition, without those that collapsed.

    What is far is judged by the median absolute deviation of all groups together.
    """
    known = {g.label: {r: scale.to(v) for r, v in g.known().items()} for g in groups}
    residuals = [
        abs(v - float(np.median(list(values.values()))))
        for values in known.values()
        for v in values.values()
    ]
    # A group's median lies on one of its values or between two: the residuals are small by that.
    free = len(residuals) - len(known)
    spread = MAD * float(np.median(residuals)) if residuals else 0.0
    spread *= math.sqrt(len(residuals) / free) if free > 0 else 1.0
    apart: list[LeftOut] = []
    for label, values in known.items():
        far = collapsed(list(values.values()), scale, spread)
        apart += [
            LeftOut(label, r, "far from the other runs")
            for r, gone in zip(list(values), far, strict=True)
            if gone
        ]
    gone = {(found.group, found.repetition) for found in apart}
    kept = {
        label: {r: v for r, v in values.items() if (label, r) not in gone}
        for label, values in known.items()
    }
    return kept, tuple(apart)


def _unlike(groups: Sequence[Mapping[int | str, float]]) -> bool:
    """Whether Bartlett's test tells the variances of the groups apart at 1 % (Bartlett 1937)."""
    from scipy import special

    sizes = np.array([len(g) - 1 for g in groups], dtype=float)
    # The mean of equal values may differ from them by a rounding error.
    variances = np.array(
        [np.var(v, ddof=1) if np.ptp(v) else 0.0 for v in (list(g.values()) for g in groups)]
    )
    if (variances == 0).all():
        return False
    if (variances == 0).any():
        return True
    total = sizes.sum()
    both = float((sizes * variances).sum() / total)
    statistic = total * math.log(both) - float((sizes * np.log(variances)).sum())
    correction = 1 + (float((1 / sizes).sum()) - 1 / total) / (3 * (len(groups) - 1))
    return float(special.chdtrc(len(groups) - 1, statistic / correction)) < 0.01
