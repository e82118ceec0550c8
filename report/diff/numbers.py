"""Numbers of two records of one task: which differ, and which beyond the spread over seeds."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from report.records import Record

FALSE_DISCOVERY_RATE = 0.05
"""Expected share of false alarms among the changes of a task that are called beyond noise."""
SAME = 1e-6
"""Relative difference that is none: the last bits depend on threads and versions."""

Noise = Literal["beyond", "within", "unknown"]
Row = dict[str, Any]


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
PLACES = {"epoch", "step", "alphas"}
"""Curves that say where the others were measured."""


def compare_numbers(before: Record, after: Record) -> Numbers:
    """Compare what both records measured.

    Rows are matched by their texts and by the settings that they name (columns that do not depend
    on the seed); repetitions are the seeds. A curve counts by its mean. A change is beyond noise
    where Welch's t test says so at a false discovery rate of 5 % over the changed numbers of the
    task (Benjamini and Hochberg 1995); without repetitions its noise is not known.
    """
    old, new = dict(_tables(before.metrics)), dict(_tables(after.metrics))
    changes: list[Change] = []
    compared = 0
    removed, added = list(old.keys() - new.keys()), list(new.keys() - old.keys())
    for table in old.keys() & new.keys():
        names = _keys(old[table], new[table])
        first, second = _groups(old[table], names), _groups(new[table], names)
        removed += [_place(table, about) for about in first if about not in second]
        added += [_place(table, about) for about in second if about not in first]
        for about in first.keys() & second.keys():
            columns = _measured(first[about] + second[about], names)
            compared += len(columns)
            found = [_change(table, about, c, first[about], second[about]) for c in columns]
            changes += [change for change in found if change is not None]
    ordered = sorted(_judged(changes), key=lambda c: (c.noise, c.name, c.about))
    return Numbers(tuple(ordered), compared, tuple(sorted(removed)), tuple(sorted(added)))


def _tables(metrics: Mapping[str, Any]) -> Iterator[tuple[str, list[Row]]]:
    """Metrics as tables of flat rows; lone numbers and curves make the table ""."""
    alone = _flat(metrics)
    if alone:
        yield "", [alone]
    for name, value in metrics.items():
        if _is_rows(value):
            yield from _nested(name, value, {})


def _nested(name: str, rows: Sequence[Row], inherited: Row) -> Iterator[tuple[str, list[Row]]]:
    """A table, and the tables inside its rows, which inherit the texts of their row."""
    flat: list[Row] = []
    inner: dict[str, list[Row]] = {}
    for row in rows:
        texts = {f"{name}.{k}": v for k, v in row.items() if isinstance(v, str)}
        own = {**inherited, **_flat(row)}
        repeated = {k: v for k, v in row.items() if _is_curves(v)}
        count = max((len(curves) for curves in repeated.values()), default=0)
        for seed in range(count):
            curves = {k: _average(v[seed]) for k, v in repeated.items() if seed < len(v)}
            flat.append({**own, **curves, "seed": seed})
        if not count:
            flat.append(own)
        for key, value in row.items():
            if _is_rows(value):
                for table, content in _nested(f"{name}.{key}", value, {**inherited, **texts}):
                    inner.setdefault(table, []).extend(content)
    yield name, flat
    yield from inner.items()


def _flat(row: Mapping[str, Any]) -> Row:
    """Texts, numbers and null as they are; a curve as its mean."""
    found: Row = {}
    for key, value in row.items():
        if isinstance(value, bool):
            found[key] = float(value)
        elif value is None or isinstance(value, str | int | float):
            found[key] = value
        elif key not in PLACES and _is_curve(value):
            found[f"{key}, mean"] = _average(value)
    return found


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _is_curve(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_number(v) for v in value)


def _is_curves(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(v == [] or _is_curve(v) for v in value)


def _average(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return float(np.mean(known)) if known else None


def _is_seed(column: str) -> bool:
    return column == "seed" or column.endswith("_seed")


def _keys(before: Sequence[Row], after: Sequence[Row]) -> list[str]:
    """Columns that tell the rows of both sides apart, apart from seeds; no more than it takes."""
    rows = [*before, *after]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    chosen: list[str] = []
    groups = 1
    for column in columns:
        if _is_seed(column) or not _is_key(column, before, after):
            continue
        count = len(_groups(rows, [*chosen, column]))
        if count > groups:
            chosen.append(column)
            groups = count
    return chosen


def _is_key(column: str, before: Sequence[Row], after: Sequence[Row]) -> bool:
    """A text, or a number that no seed changes and that has values in common on both sides."""
    old = {row.get(column) for row in before}
    new = {row.get(column) for row in after}
    if any(isinstance(value, str) for value in old | new):
        return not column.endswith("reason")
    if None in old | new:
        return False
    settled = [_ignores_seed(column, rows) for rows in (before, after)]
    if all(settled):
        return bool(old & new)
    return None in settled and False not in settled and old == new


def _ignores_seed(column: str, rows: Sequence[Row]) -> bool | None:
    """Whether each seed has the same values; null where there are no two seeds."""
    by_seed: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        by_seed.setdefault(_seed(row), []).append(row.get(column))
    if len(by_seed) < 2:
        return None
    first, *others = [sorted(values, key=repr) for values in by_seed.values()]
    return all(values == first for values in others)


def _seed(row: Row) -> tuple[Any, ...]:
    return tuple(value for column, value in row.items() if _is_seed(column))


def _groups(rows: Sequence[Row], names: Sequence[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        told = ((name.rpartition(".")[2].replace("_", " "), row.get(name)) for name in names)
        found.setdefault(", ".join(f"{name} {value}" for name, value in told), []).append(row)
    return found


def _measured(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    columns = dict.fromkeys(c for row in rows for c in row if c not in names and not _is_seed(c))
    return [c for c in columns if any(isinstance(row.get(c), int | float) for row in rows)]


def _place(table: str, about: str) -> str:
    return f"{table}: {about}" if about else table


def _change(
    table: str, about: str, column: str, before: Sequence[Row], after: Sequence[Row]
) -> Change | None:
    old, new = _by_seed(column, before), _by_seed(column, after)
    if old.keys() == new.keys() and all(_same(old[seed], new[seed]) for seed in old):
        return None
    p = _welch(list(old.values()), list(new.values())) if min(len(old), len(new)) > 1 else None
    name = f"{table}.{column}" if table else column
    return Change(name, about, _sample(old), _sample(new), p, "unknown" if p is None else "within")


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=SAME, abs_tol=1e-12)


def _by_seed(column: str, rows: Sequence[Row]) -> dict[tuple[Any, ...], float]:
    """The column's value for each seed, the mean where a seed has several rows."""
    found: dict[tuple[Any, ...], list[float]] = {}
    for row in rows:
        if isinstance(row.get(column), int | float):
            found.setdefault(_seed(row), []).append(float(row[column]))
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

    return float(stats.ttest_ind(old, new, equal_var=False).pvalue)


def _judged(changes: Sequence[Change]) -> list[Change]:
    tested = [change for change in changes if change.p is not None]
    if not tested:
        return list(changes)
    from scipy import stats

    adjusted = stats.false_discovery_control([c.p for c in tested])
    beyond = {id(c) for c, p in zip(tested, adjusted, strict=True) if p < FALSE_DISCOVERY_RATE}
    return [replace(c, noise="beyond") if id(c) in beyond else c for c in changes]
