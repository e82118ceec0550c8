"""Kinds of critical points: minima, saddles, and networks that only output a constant."""

import math
from collections import Counter
from dataclasses import dataclass

import pandas as pd

from report.numbers.quantifiers import Count
from report.numbers.statistics import share
from report.records.rows.minimal_ratio import Case

CRITICAL, FLAT, UNFINISHED, DIVERGED = "critical", "gradient-flat", "unfinished", "diverged"
VERDICTS = {CRITICAL: "critical", FLAT: "gradient-flat", UNFINISHED: "still falling"}
"""Ends of a search in the order of their colors and markers, and what they are called."""
DIGITS = 6
"""Losses that agree so far are ranked as equal: they belong to one critical value."""
CONSTANT = 1e-5
"""Relative distance from the loss of the best constant up to which a loss is that of one."""


@dataclass(frozen=True)
class Kinds:
    """The critical points of a case by kind, as rows of the record, and by length of training.

    `short` is the longest training up to which no point is a minimum, `long` the longest training
    of all, in epochs.
    """

    minima: tuple[int, ...]
    saddles: tuple[int, ...]
    constants: tuple[int, ...]
    short: int
    short_critical: int
    long: int
    long_minima: int
    long_critical: int

    @property
    def minimal(self) -> Count[int]:
        """How many of them are minima."""
        return Count(self.minima, (*self.saddles, *self.constants), ())

    @property
    def critical(self) -> int:
        """All of them."""
        return self.minimal.total

    @property
    def verdict(self) -> str:
        """`none`, `constant`, `minima`, `saddles` (no minimum), `trained` or `mixed`.

        `trained`: no minimum after short training and mostly minima after the longest, where
        Wilson's intervals of the two shares lie apart.
        """
        if not self.critical:
            return "none"
        if len(self.constants) == self.critical:
            return "constant"
        if len(self.minima) == self.critical:
            return "minima"
        if not self.minima:
            return "saddles"
        if self.short_critical and 2 * self.long_minima > self.long_critical:
            none = share(0, self.short_critical)
            often = share(self.long_minima, self.long_critical)
            if none.high < often.low:
                return "trained"
        return "mixed"


def kinds(critical: pd.DataFrame, case: Case) -> Kinds:
    """The critical points of a case told apart; a constant is called so whatever its spectrum.

    All runs at one distinct point are of the kind of the first.
    """
    best = case.constant_loss
    best = math.nan if best is None else best  # not known
    constant = (critical["loss"] - best).abs() <= CONSTANT * best
    falling = critical["negative"].groupby(_points(critical)).transform("first") > 0
    minima = critical.index[~constant & ~falling]
    reached = Counter(critical["epochs"])
    long = max(reached, default=0)
    first = min(critical["epochs"][minima], default=long + 1)
    before = [epochs for epochs in reached if epochs < first]
    return Kinds(
        minima=tuple(minima),
        saddles=tuple(critical.index[~constant & falling]),
        constants=tuple(critical.index[constant]),
        short=max(before, default=0),
        short_critical=sum(reached[epochs] for epochs in before),
        long=long,
        long_minima=int((critical["epochs"][minima] == long).sum()),
        long_critical=reached[long],
    )


def ranked_losses(rows: pd.DataFrame) -> pd.Series:
    """Losses to a few digits: runs that end at one critical value must not be told by rounding."""
    return rows["loss"].map(lambda loss: float(f"{loss:.{DIGITS - 1}e}"))


def _points(critical: pd.DataFrame) -> pd.Series:
    """The distinct point of each run; in older records, equal in loss and signs is equal.

    See `experiments.measures.minimal_ratio.distinct_points`.
    """
    if critical["point"].notna().all():
        return critical["point"]
    signs = (critical["minimal_ratio"], critical["negative"])
    return pd.Series([*zip(ranked_losses(critical), *signs, strict=True)], critical.index)


def distinct(critical: pd.DataFrame) -> pd.DataFrame:
    """The first run at each distinct critical point."""
    return critical[~_points(critical).duplicated()]
