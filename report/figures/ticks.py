"""Labels of logarithmic axes in plain decimals, also between the powers of ten."""

from matplotlib.axis import Axis
from matplotlib.ticker import LogFormatter


class _Plain(LogFormatter):
    def __call__(self, x: float, pos: int | None = None) -> str:
        """`0.001`, `0.6`, `20`; nothing where a label would crowd the axis."""
        return f"{x:g}" if super().__call__(x, pos) else ""


def plain_ticks(axis: Axis) -> None:
    """Label a logarithmic axis in plain decimals; minor ticks only where few decades are shown."""
    axis.set_major_formatter(_Plain())
    axis.set_minor_formatter(_Plain(minor_thresholds=(1.3, 0.4)))
