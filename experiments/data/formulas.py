"""The functions that networks simulate, as text and numbers. Imports no torch.

The callables are in :mod:`experiments.data.functions`.
"""

from dataclasses import dataclass
from typing import Literal

FunctionName = Literal["sine", "cube", "sinc", "sine-5pi", "square-wave", "swish", "sign-cosine"]


@dataclass(frozen=True)
class Formula:
    """A function of one real variable."""

    key: FunctionName
    math: str
    """Right-hand side as TeX math, without delimiters."""
    domain: tuple[float, float]
    """Closed interval that is sampled unless the settings name another."""
    note: str = ""
    """How points without an ordinary value are handled, as Markdown; empty when there are none."""


FORMULAS: dict[FunctionName, Formula] = {
    formula.key: formula
    for formula in (
        Formula("sine", r"\sin(x)", (-3.0, 3.0)),
        Formula("cube", r"x^3", (-1.0, 1.0)),
        Formula(
            "sinc",
            r"\frac{\sin(5\pi x)}{5\pi x}",
            (-1.0, 1.0),
            "At $x = 0$ the value is the limit, $1$.",
        ),
        Formula("sine-5pi", r"\sin(5\pi x)", (-1.0, 1.0)),
        Formula(
            "square-wave",
            r"\operatorname{sgn}(\sin(5\pi x))",
            (-1.0, 1.0),
            "At its jumps, where $5x$ is an integer, the value is $\\operatorname{sgn}(0) = 0$.",
        ),
        Formula("swish", r"x\,\sigma(x)", (-5.0, 5.0)),
        Formula(
            "sign-cosine",
            r"\operatorname{sgn}\!\left(\frac{\cos(10x)}{x}\right)",
            (-1.0, 1.0),
            "At $x = 0$, where the quotient is undefined and its sign jumps from $-1$ to $1$, "
            "the value is set to $0$.",
        ),
    )
}


def describe_function(name: FunctionName) -> Formula:
    """Formula, domain and note of one function by its key in the settings."""
    return FORMULAS[name]
