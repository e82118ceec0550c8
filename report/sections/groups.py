"""Groups for comparisons from the runs of a record: repeated by seed, with what is missing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from report.numbers.comparison import Comparison, pooled
from report.numbers.samples import Group
from report.numbers.scales import Scale

REASONS = ("final_reason", "diverged_at")
"""Columns that say why a run has no value."""


def seed_groups(runs: pd.DataFrame, by: str, value: str) -> dict[str, Group]:
    """One group per value of the column `by`, in order, repeated by seed.

    A run without the value keeps the reason that the record gives, or that it diverged.
    """
    rows: dict[str, list[dict[Hashable, Any]]] = {}
    for row in _rows(runs, value, by):
        rows.setdefault(str(row[by]), []).append(row)
    return {key: _group(key, part, value) for key, part in rows.items()}


def seed_group(label: str, runs: pd.DataFrame, value: str) -> Group:
    """The runs, one per seed, as one group."""
    return _group(label, _rows(runs, value), value)


def _rows(runs: pd.DataFrame, *columns: str) -> list[dict[Hashable, Any]]:
    """The rows with these columns and those that tell runs apart, without what pandas spends."""
    names = [name for name in (*columns, "seed", *REASONS) if name in runs]
    lists = [runs[name].tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]


def _group(label: str, rows: Sequence[Mapping[Hashable, Any]], value: str) -> Group:
    values = [
        (int(row["seed"]), None if pd.isna(row[value]) else float(row[value])) for row in rows
    ]
    reasons: dict[int | str, str] = {
        int(row["seed"]): _reason(row) for row in rows if pd.isna(row[value])
    }
    return Group.of(label, values, reasons)


def _reason(row: Mapping[Hashable, Any]) -> str:
    given = row.get("final_reason")
    if isinstance(given, str) and given:
        return given
    epoch = row.get("diverged_at")
    return "not measured" if epoch is None or pd.isna(epoch) else f"diverged at epoch {int(epoch)}"


def against(groups: Sequence[Group], scale: Scale) -> Callable[[str, str], Comparison]:
    """Compares any two of the groups by label, with the variance of all where that holds."""
    pairs = pooled(groups, scale)

    def found(first: str, second: str) -> Comparison:
        return pairs.get((first, second)) or pairs[second, first].flipped()

    return found
