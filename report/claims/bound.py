"""Bounds as a sentence shows them: rounded outward, so that they stay bounds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial
from typing import Literal

from report.numbers.quantifiers import outward, outward_decimals
from report.words import format as fmt
from report.words.markdown import Markdown
from report.words.traced import unmarked

Side = Literal["lower", "upper"]
MANY = 100  # times the whole: such a share is shown with significant digits
_SMALL = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?:×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?")


class Bound(Markdown):
    """A bound as it is shown, with its side and the value that it bounds."""

    side: Side
    of: float

    @property
    def shown(self) -> float:
        """The number that is shown; NaN where none is."""
        text = unmarked(self).replace("−", "-").replace(",", "").replace("\u00a0", " ")
        found = _NUMBER.match(text)
        if found is None:
            return math.nan
        shown = float(found[1]) * 10.0 ** int((found[2] or "0").translate(_SMALL))
        return shown / (100 if text.endswith(("%", "percentage points")) else 1)

    @property
    def wrong(self) -> bool:
        """Whether what is shown lies on the wrong side of the value."""
        beyond = self.shown - self.of
        return (beyond if self.side == "lower" else -beyond) > 1e-9 * max(1.0, abs(self.of))


def bound(
    value: float,
    side: Side,
    show: Callable[[float], Markdown] | None = None,
    *,
    digits: int = 3,
    decimals: int | None = None,
) -> Bound:
    """`value` as a bound: to significant digits, or to `decimals` (of a share, before percent)."""
    if decimals is None or abs(value) >= MANY:
        rounded = outward(value, digits, bound=side)
    else:
        rounded = outward_decimals(value, decimals, bound=side)
    made = Bound(fmt.number(rounded, digits) if show is None else show(rounded))
    made.side, made.of = side, value
    return made


def bounds(
    low: float,
    high: float,
    show: Callable[[float], Markdown] | None = None,
    *,
    decimals: int | None = None,
) -> tuple[Bound, Bound]:
    """Both ends of a range as bounds, which `show` writes."""
    write = partial(bound, show=show, decimals=decimals)
    return write(low, "lower"), write(high, "upper")
