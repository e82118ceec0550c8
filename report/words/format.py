"""One formatter per quantity: numbers stay numbers until they pass through here."""

import math
from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec

from report.words.markdown import Markdown, escape, join, plain
from report.words.tex import in_line
from report.words.traced import traced

_P = ParamSpec("_P")


def formatter(function: Callable[_P, Markdown]) -> Callable[_P, Markdown]:
    """Mark what the function writes as coming through a formatter, where that is traced."""

    @wraps(function)
    def formatted(*args: _P.args, **kwargs: _P.kwargs) -> Markdown:
        return Markdown(traced(function(*args, **kwargs)))

    return formatted


MISSING = Markdown("–")
_MOST_DIGITS = 4
_UNBOUNDED = 1e100
_MANY_PERCENT = 1e4
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@formatter
def count(value: int | float | None) -> Markdown:
    """A number of things: 1,196,522."""
    return MISSING if _missing(value) else Markdown(minus(f"{round(value):,}"))  # type: ignore[arg-type]


@formatter
def words(value: int) -> Markdown:
    """A small number of things in words: three; from eleven on in digits."""
    return Markdown(_WORDS[value]) if 0 <= value < len(_WORDS) else count(value)


@formatter
def number(value: float | None, digits: int = 3) -> Markdown:
    """Significant digits; very small and very large numbers as 2.30×10⁻⁵."""
    if _missing(value):
        return MISSING
    assert value is not None
    if value == 0:
        return Markdown("0")
    if value >= _UNBOUNDED:  # a ratio of something to nothing
        return Markdown(f"more than {power_of_ten(100)}")
    exponent = math.floor(math.log10(abs(float(f"{value:.{digits - 1}e}"))))
    if -4 <= exponent < 5:
        return Markdown(minus(f"{value:.{max(digits - 1 - exponent, 0)}f}"))
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    return Markdown(minus(f"{mantissa}×{power_of_ten(int(power))}"))


@formatter
def setting(value: float) -> Markdown:
    """A number as a setting has it: −1, 0.25."""
    return Markdown(minus(f"{value:g}"))


@formatter
def loss(value: float | None) -> Markdown:
    """A loss, three significant digits."""
    return number(value, 3)


@formatter
def percent(share: float | None, decimals: int = 1) -> Markdown:
    """A share in [0, 1] as 97.3 % (with a no-break space); very many percent with three digits."""
    if _missing(share):
        return MISSING
    value = 100 * share  # type: ignore[operator]
    shown = number(value) if abs(value) >= _MANY_PERCENT else minus(f"{value:z.{decimals}f}")
    return Markdown(f"{shown}\u00a0%")


@formatter
def accuracy(share: float | None) -> Markdown:
    """An accuracy in percent, two decimals: with 10,000 test examples each digit counts."""
    return percent(share, 2)


@formatter
def points(difference: float | None, *, unit: bool = True) -> Markdown:
    """A difference of two shares in percentage points; no `unit` in a column that names it."""
    if _missing(difference):
        return MISSING
    value = 100 * difference  # type: ignore[operator]
    return Markdown(minus(f"{value:z.2f}") + "\u00a0percentage points" * unit)


@formatter
def factor(ratio: float | None) -> Markdown:
    """A ratio as a factor: 2.4, 31, 1.2×10³; next to one with the digits that tell it: 1.02."""
    if _missing(ratio):
        return MISSING
    return number(ratio, _digits((ratio,), 2, neutral=1))


def between(low: Markdown, high: Markdown) -> Markdown:
    """`between 0.12 and 0.30`, or `at 0.12` where both look alike."""
    return Markdown(f"at {low}" if low == high else f"between {low} and {high}")


@formatter
def correlation(value: float | None) -> Markdown:
    """A correlation coefficient, two decimals."""
    return MISSING if _missing(value) else Markdown(minus(f"{value:z.2f}"))


@formatter
def seconds(value: float | None) -> Markdown:
    """A duration: 12 s, 3 min 20 s, 1 h 5 min."""
    if _missing(value):
        return MISSING
    assert value is not None
    if value < 10:
        return Markdown(f"{value:.1f}\u00a0s")
    whole = round(value)
    if whole < 60:
        return Markdown(f"{whole}\u00a0s")
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return Markdown(f"{minutes}\u00a0min {rest}\u00a0s")
    return Markdown(f"{minutes // 60}\u00a0h {minutes % 60}\u00a0min")


@formatter
def interval(
    low: float | None, high: float | None, digits: int = 2, neutral: float | None = None
) -> Markdown:
    """An interval: [0.12, 0.30], or `0.12 at both ends`.

    It has more digits where its ends would look equal, or like `neutral` (one, for a ratio).
    """
    if _missing(low) or _missing(high):
        return MISSING
    digits = _digits((low, high), digits, neutral)
    if number(low, digits) == number(high, digits):
        return Markdown(f"{number(low, digits)} at both ends")
    # Escaped, so that the brackets may stand inside a bracketed span.
    return Markdown(f"\\[{number(low, digits)}, {number(high, digits)}\\]")


@formatter
def seeds(values: Sequence[int]) -> Markdown:
    """Seeds: 0 to 4, or 1, 3, and 7."""
    ordered = sorted(values)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return Markdown(f"{ordered[0]} to {ordered[-1]}")
    return join([str(v) for v in ordered]) if ordered else MISSING


@formatter
def plural(value: int, one: str, many: str | None = None) -> Markdown:
    """`one seed`, `three seeds`, `two approaches`."""
    return Markdown(f"{words(value)} {one if value == 1 else many or plural_of(one)}")


def plural_of(noun: str) -> str:
    """The plural of a noun: seeds, approaches, epochs, minima."""
    if noun.endswith("minimum"):
        return noun.removesuffix("um") + "a"
    hissed = noun.endswith(("s", "x", "ch", "sh")) and not noun.endswith("epoch")
    return noun + ("es" if hissed else "s")


@formatter
def formula(text: str) -> Markdown:
    """A formula in TeX, as a record or a setting names it, as part of a line of text."""
    return Markdown(f"${in_line(text)}$")


@formatter
def code(text: str) -> Markdown:
    """Text as a record has it, shown as code: a command, a commit, a digest.

    Quarto looks for shortcodes in code too, so that what could be one is shown as plain text.
    """
    shown = plain(text).replace("`", "")
    return escape(text) if "{{" in shown or not shown else Markdown(f"`{shown}`")


def _digits(values: Sequence[float | None], least: int, neutral: float | None = None) -> int:
    """Significant digits from `least` on with which different values look different."""
    known = {value for value in (*values, neutral) if value is not None}
    for digits in range(least, _MOST_DIGITS):
        if len({number(value, digits) for value in known}) == len(known):
            return digits
    return least if least > _MOST_DIGITS else _MOST_DIGITS


def _missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def minus(text: str) -> str:
    """A number's text with the sign of mathematics where a program writes a hyphen."""
    return text.replace("-", "−")


def power_of_ten(exponent: int) -> str:
    """10⁻⁵."""
    return "10" + str(exponent).translate(_SUPERSCRIPTS)
