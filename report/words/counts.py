"""How many of several, in words."""

from report.words import format as fmt
from report.words.markdown import Markdown


def all_of(count: int, noun: str) -> Markdown:
    """`the one seed`, `both seeds`, `all three seeds`."""
    if count == 2:
        return Markdown(f"both {fmt.plural_of(noun)}")
    return Markdown(f"{'the' if count < 2 else 'all'} {fmt.plural(count, noun)}")


def each_of(count: int, noun: str) -> Markdown:
    """`the one run`, `every run`."""
    return Markdown(f"{'the one' if count == 1 else 'every'} {noun}")


def some_of(count: int, total: int, noun: str) -> Markdown:
    """`one of three runs`, `both runs`, `the one run`."""
    return all_of(total, noun) if count == total else out_of(count, total, noun)


def out_of(count: int, total: int, noun: str) -> Markdown:
    """`two of three runs`, `none of three runs`; of a single one `the one run` or `no run`."""
    if total == 1:
        return Markdown(f"{'the one' if count else 'no'} {noun}")
    return Markdown(f"{fmt.words(count) if count else 'none'} of {fmt.plural(total, noun)}")
