"""The built-in functions that networks simulate, by their names. Imports no torch.

Values are in :mod:`experiments.data.functions`, formulas of the user's own in
:mod:`experiments.data.expression`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Formula:
    """A function of one real variable."""

    key: str
    text: str
    """The formula as a suite would write it."""
    math: str
    """Right-hand side as TeX math, without delimiters."""
    domain: tuple[float, float]
    """Closed interval that is sampled unless the settings name another."""
    note: str = ""
    """How points without an ordinary value are handled, as Markdown; empty when there are none."""


FORMULAS: dict[str, Formula] = {
    formula.key: formula
    for formula in (
        Formula("sine", "sin(x)", r"\sin(x)", (-3.0, 3.0)),
        Formula("cube", "x**3", r"x^3", (-1.0, 1.0)),
        Formula(
            "sinc",
            "sinc(5*x)",
            r"\frac{\sin(5\pi x)}{5\pi x}",
            (-1.0, 1.0),
            "At $x = 0$ the value is the limit, $1$.",
        ),
        Formula("sine-5pi", "sin(5*pi*x)", r"\sin(5\pi x)", (-1.0, 1.0)),
        Formula(
            "square-wave",
            "sign(sin(5*pi*x))",
            r"\operatorname{sgn}(\sin(5\pi x))",
            (-1.0, 1.0),
            "At its jumps, where $5x$ is an integer, the value is $\\operatorname{sgn}(0) = 0$.",
        ),
        Formula("swish", "x*sigmoid(x)", r"x\,\sigma(x)", (-5.0, 5.0)),
        Formula(
            "sign-cosine",
            "sign(cos(10*x)/x)",
            r"\operatorname{sgn}\!\left(\frac{\cos(10x)}{x}\right)",
            (-1.0, 1.0),
            "At $x = 0$, where the quotient is undefined and its sign jumps from $-1$ to $1$, "
            "the value is set to $0$.",
        ),
    )
}
