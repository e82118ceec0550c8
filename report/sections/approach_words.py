"""Training approaches in words: batch sizes and learning rates."""

from typing import Any, NamedTuple

import pandas as pd

from report.words import format as fmt
from report.words.markdown import Markdown, join


class Approach(NamedTuple):
    """What varies between solutions; a batch size of None is the whole training set."""

    batch_size: int | None
    learning_rate: float
    training: Markdown = Markdown("")
    """What else differs between trainings, `SGD`; empty where nothing does."""


@fmt.formatter
def rate(value: Any) -> Markdown:
    """A learning rate, also from a data frame: 0.001, 3×10⁻⁵."""
    return Markdown(f"{value:g}") if value >= 1e-4 else fmt.number(value, 1)


@fmt.formatter
def batch(value: Any) -> Markdown:
    """A batch size, also from a data frame, or `all` for None."""
    return Markdown("all") if value is None else fmt.count(value)


def batch_words(value: int | None) -> Markdown:
    """`batch size 64`."""
    return Markdown("the full batch" if value is None else f"batch size {batch(value)}")


def rate_words(value: float) -> Markdown:
    """`learning rate 0.001`."""
    return Markdown(f"learning rate {rate(value)}")


def end_words(first: Approach, second: Approach) -> tuple[Markdown, Markdown]:
    """What tells two approaches apart: `batch size 64` and `batch size 1,024`."""

    def end(one: Approach, other: Approach) -> Markdown:
        told = [words for words, _, alike in _both(one, other) if not alike]
        return join(told or [batch_words(one.batch_size)])

    return end(first, second), end(second, first)


def _both(first: Approach, second: Approach) -> list[tuple[Markdown, Markdown, bool]]:
    """What each setting is called of the first, its value of the second, whether they are equal."""
    words = (batch_words(first.batch_size), rate_words(first.learning_rate), first.training)
    others = (batch(second.batch_size), rate(second.learning_rate), second.training)
    alike = [one == other for one, other in zip(first, second, strict=True)]
    return [*zip(words, others, alike, strict=True)]


def pair_words(first: Approach, second: Approach) -> Markdown:
    """A pair as a whole: `batch size 64 against 1,024, learning rate 0.001`."""
    told = [
        words if alike else f"{words} against {other}"
        for words, other, alike in _both(first, second)
    ]
    return Markdown(", ".join(filter(None, told)))


def pair_short(first: Approach, second: Approach) -> Markdown:
    """A pair in a narrow column: `batch 64 / 1,024, rate 0.001`."""
    sides = [(batch(one[0]), rate(one[1]), one.training) for one in (first, second)]
    sizes, rates, others = (" / ".join(dict.fromkeys(pair)) for pair in zip(*sides, strict=True))
    return Markdown(f"batch {sizes}, rate {rates}{', ' * bool(others)}{others}")


def common_words(first: Approach, second: Approach) -> Markdown:
    """What two approaches share: `learning rate 0.001`; empty where they share neither."""
    return Markdown(", ".join(w for w, _, alike in _both(first, second) if alike and w))


def approach_of(batch_size: Any, learning_rate: Any, training: Any = "") -> Approach:
    """From cells of a data frame, where a batch size of None has become NaN."""
    size = None if pd.isna(batch_size) else int(batch_size)
    return Approach(size, float(learning_rate), Markdown(training))
