"""How many of several, in words."""

from typing import Any

from report.numbers.quantifiers import Count
from report.words import format as fmt
from report.words.markdown import Markdown


class Counted(Markdown):
    """How many of how many, in words, and what was counted, if that is known."""

    number: int
    total: int
    of: Count[Any] | None = None


def counted(found: Count[Any], noun: str) -> Counted:
    """`two of three runs`, `all three runs`: of those of which it is known."""
    made = some_of(len(found.yes), found.known, noun)
    made.of = found
    return made


def all_of(count: int, noun: str) -> Counted:
    """`the one seed`, `both seeds`, `all three seeds`."""
    several = f"{'the' if count < 2 else 'all'} {fmt.plural(count, noun)}"
    return _counted(f"both {fmt.plural_of(noun)}" if count == 2 else several, count, count)


def each_of(count: int, noun: str) -> Counted:
    """`the one run`, `every run`."""
    return _counted(f"{'the one' if count == 1 else 'every'} {noun}", count, count)


def some_of(count: int, total: int, noun: str) -> Counted:
    """`one of three runs`, `both runs`, `the one run`."""
    return all_of(total, noun) if count == total else out_of(count, total, noun)


def out_of(count: int, total: int, noun: str) -> Counted:
    """`two of three runs`, `none of three runs`; of a single one `the one run` or `no run`."""
    number = fmt.words(count) if count else "none"
    alone = f"{'the one' if count else 'no'} {noun}"
    return _counted(alone if total == 1 else f"{number} of {fmt.plural(total, noun)}", count, total)


def _counted(text: str, count: int, total: int) -> Counted:
    made = Counted(text)
    made.number, made.total = count, total
    return made
