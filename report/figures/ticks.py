"""Ticks of logarithmic axes: few, and written as text, which is laid out faster than a formula."""

import math
from collections.abc import Sequence
from itertools import count, pairwise

from matplotlib import rcParams
from matplotlib.axis import Axis, XAxis
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import Formatter, LogLocator, NullLocator

from report.words import format as fmt

FACTORS = {1.0: (1, 1.5, 2, 3, 5, 7), 1.5: (1, 2, 5), 3.0: (1, 3), math.inf: (1,)}
"""What powers of ten are multiplied by, by the number of decades under which it is shown."""


class _Decades(LogLocator):
    """At powers of ten; where few decades are shown, also between them."""

    def tick_values(self, vmin: float, vmax: float) -> Sequence[float]:
        """Values of the ticks from `vmin` to `vmax`, both positive."""
        decades = abs(math.log10(vmax / vmin)) if min(vmin, vmax) > 0 else math.inf
        self.set_params(subs=next(FACTORS[limit] for limit in FACTORS if decades <= limit))
        values: Sequence[float] = super().tick_values(vmin, vmax)
        return values


class PlainNumbers(Formatter):
    """`0.01`, `0.5`, `20,000`; all as `2×10⁻⁶` where one is below 0.001 or has seven digits."""

    _decimal = True

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """The ticks of an axis as texts."""
        self._decimal = all(1e-3 <= abs(value) < 1e6 for value in values if value)
        words = [self(value) for value in values]
        step = next(n for n in count(1) if n >= len(words) or self._fit(values, words, n))
        last = len(words) - 1
        return [word if (last - i) % step == 0 else "" for i, word in enumerate(words)]

    def _fit(self, values: Sequence[float], words: Sequence[str], step: int) -> bool:
        """Whether every `step`-th word on an axis x, from the last on, stands clear of the next."""
        axis = self.axis
        if not isinstance(axis, XAxis) or (figure := axis.axes.get_figure(root=True)) is None:
            return True
        low, high = axis.get_transform().transform(axis.get_view_interval())
        width = axis.axes.bbox.width / figure.dpi * 72
        letter = 0.6 * FontProperties(size=rcParams["xtick.labelsize"]).get_size_in_points()
        kept = [*zip(axis.get_transform().transform(values), words, strict=True)][::-1][::step]
        return all(
            width * (right - left) / (high - low) >= letter * ((len(one) + len(other)) / 2 + 0.5)
            for (right, one), (left, other) in pairwise(kept)
        )

    def __call__(self, x: float, pos: int | None = None) -> str:
        """The number `x` as text."""
        if not x or self._decimal:
            return fmt.minus(f"{x:,.6g}")
        mantissa, _, exponent = f"{x:.3e}".partition("e")
        factor = {"1": "", "-1": "-"}.get(f"{float(mantissa):g}", f"{float(mantissa):g}×")
        return fmt.minus(factor) + fmt.power_of_ten(int(exponent))


def plain_ticks(axis: Axis) -> None:
    """The ticks of a logarithmic axis, or color bar; none between them."""
    axis.set_major_locator(_Decades())
    axis.set_major_formatter(PlainNumbers())
    axis.set_minor_locator(NullLocator())
