"""Numbers of two records of one task: which differ, and which beyond the spread over seeds."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from report.records import Record
from report.records.row import Column, Key, Repeated, Row, Seed, Table, Typed, row_type
from report.records.rows import metrics_type

FALSE_DISCOVERY_RATE = 0.05
"""Expected share of false alarms among the changes of a task that are called beyond noise."""
SAME = 1e-6
"""Relative difference that is none: the last bits depend on threads and versions."""

Noise = Literal["beyond", "within", "unknown"]


@dataclass(frozen=True)
class Measured:
    """The numbers of one row by column, a curve by its mean; `seed` tells repetitions apart."""

    seed: tuple[Any, ...]
    numbers: Mapping[str, float]


Groups = dict[str, list[Measured]]
"""The repetitions of each row of a table, by what it is about."""


@dataclass(frozen=True)
class Sample:
    """A number over its repetitions: mean, standard deviation (from two on), how many."""

    mean: float | None
    spread: float | None
    n: int


@dataclass(frozen=True)
class Change:
    """A number that differs. `about` says of what, `p` is that of Welch's test.

    `noise` is `unknown` where one side has no repetitions.
    """

    name: str
    about: str
    before: Sample
    after: Sample
    p: float | None
    noise: Noise


@dataclass(frozen=True)
class Numbers:
    """All numbers that differ, how many were compared, and what only one side has.

    Of equal metrics none is compared.
    """

    changes: tuple[Change, ...]
    compared: int
    removed: tuple[str, ...]
    added: tuple[str, ...]


NOTHING = Numbers((), 0, (), ())


def compare_numbers(before: Record, after: Record) -> Numbers:
    """Compare what both records measured.

    Rows are matched by the keys of their table; repetitions are the seeds. A curve counts by its
    mean. A change is beyond noise where Welch's t test says so at a false discovery rate of 5 %
    over the changed numbers of the task (Benjamini and Hochberg 1995); without repetitions its
    noise is not known.
    """
    old, new = dict(_tables(before)), dict(_tables(after))
    changes: list[Change] = []
    compared = 0
    removed, added = list(old.keys() - new.keys() - {""}), list(new.keys() - old.keys() - {""})
    for table in old.keys() & new.keys():
        first, second = old[table], new[table]
        removed += [_place(table, about) for about in first if about not in second]
        added += [_place(table, about) for about in second if about not in first]
        for about in first.keys() & second.keys():
            rows = first[about] + second[about]
            columns = dict.fromkeys(column for row in rows for column in row.numbers)
            compared += len(columns)
            found = [_change(table, about, c, first[about], second[about]) for c in columns]
            changes += [change for change in found if change is not None]
    ordered = sorted(_judged(changes), key=lambda c: (c.noise, c.name, c.about))
    return Numbers(tuple(ordered), compared, tuple(sorted(removed)), tuple(sorted(added)))


def _tables(record: Record) -> Iterator[tuple[str, Groups]]:
    """The tables that have rows; lone numbers and curves make the table ""."""
    kind = metrics_type(record.task)
    if kind is not None and record.metrics:
        yield "", {"": [Measured((), _numbers(kind, record.metrics))]}
        yield from _nested("", kind, [("", record.metrics)])


def _nested(
    name: str, owner: type[Typed], content: Sequence[tuple[str, Mapping[str, Any]]]
) -> Iterator[tuple[str, Groups]]:
    """The tables inside of metrics or of rows, which inherit what these are about."""
    for column in owner.columns(Table):
        kind, table = row_type(owner, column), f"{name}.{column}" if name else column
        rows = [
            (", ".join(part for part in (outer, _about(kind, row)) if part), row)
            for outer, whole in content
            for row in whole.get(column, ())
        ]
        groups: Groups = {}
        for about, row in rows:
            groups.setdefault(about, []).extend(_repetitions(kind, row))
        if groups:
            yield table, groups
        yield from _nested(table, kind, rows)


def _about(kind: type[Row], row: Mapping[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {row[key]}" for key in kind.columns(Key))


def _repetitions(kind: type[Row], row: Mapping[str, Any]) -> list[Measured]:
    """The row itself, or one for each repetition that its curves hold."""
    repeated = kind.columns(Repeated)
    if not repeated:
        seeds = tuple(str(row[seed]) for seed in kind.columns(Seed))
        return [Measured(seeds, _numbers(kind, row))]
    return [
        Measured((seed,), {column: mean})
        for column in repeated
        for seed, curve in enumerate(row[column])
        if (mean := _average(curve)) is not None
    ]


def _numbers(kind: type[Typed], row: Mapping[str, Any]) -> dict[str, float]:
    """Numbers and curves of columns that have no role."""
    found = {}
    for column in kind.columns(Column, exactly=True):
        value = row.get(column)
        mean = _average(value) if isinstance(value, list) else value
        if isinstance(mean, int | float):
            found[f"{column}, mean" if isinstance(value, list) else column] = float(mean)
    return found


def _average(values: Sequence[Any]) -> float | None:
    """Mean of a curve, or of a grid of values; None where it has none."""
    flat = [v for value in values for v in (value if isinstance(value, list) else [value])]
    known = [v for v in flat if v is not None]
    return float(np.mean(known)) if known else None


def _place(table: str, about: str) -> str:
    return f"{table}: {about}" if about else table


def _change(
    table: str, about: str, column: str, before: Sequence[Measured], after: Sequence[Measured]
) -> Change | None:
    old, new = _by_seed(column, before), _by_seed(column, after)
    if old.keys() == new.keys() and all(_same(old[seed], new[seed]) for seed in old):
        return None
    p = _welch(list(old.values()), list(new.values())) if min(len(old), len(new)) > 1 else None
    name = f"{table}.{column}" if table else column
    return Change(name, about, _sample(old), _sample(new), p, "unknown" if p is None else "within")


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=SAME, abs_tol=1e-12)


def _by_seed(column: str, rows: Sequence[Measured]) -> dict[tuple[Any, ...], float]:
    """The column's value for each seed, the mean where a seed has several rows."""
    found: dict[tuple[Any, ...], list[float]] = {}
    for row in rows:
        if column in row.numbers:
            found.setdefault(row.seed, []).append(row.numbers[column])
    return {seed: float(np.mean(values)) for seed, values in found.items()}


def _sample(values: Mapping[tuple[Any, ...], float]) -> Sample:
    numbers = list(values.values())
    return Sample(
        float(np.mean(numbers)) if numbers else None,
        float(np.std(numbers, ddof=1)) if len(numbers) > 1 else None,
        len(numbers),
    )


def _welch(old: Sequence[float], new: Sequence[float]) -> float:
    """Welch's test of equal means; where neither side spreads, any difference is one."""
    if np.ptp(old) == 0 and np.ptp(new) == 0:
        return 1.0 if _same(old[0], new[0]) else 0.0
    from scipy import stats

    # From its numbers: from the runs themselves, SciPy warns on the terminal where they are close.
    (told, found) = ((np.mean(x), np.std(x, ddof=1), len(x)) for x in (old, new))
    return float(stats.ttest_ind_from_stats(*told, *found, equal_var=False).pvalue)


def _judged(changes: Sequence[Change]) -> list[Change]:
    tested = [change for change in changes if change.p is not None]
    if not tested:
        return list(changes)
    from scipy import stats

    adjusted = stats.false_discovery_control([c.p for c in tested])
    beyond = {id(c) for c, p in zip(tested, adjusted, strict=True) if p < FALSE_DISCOVERY_RATE}
    return [replace(c, noise="beyond") if id(c) in beyond else c for c in changes]
