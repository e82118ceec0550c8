"""Groups for comparisons from the runs of a record: repeated by seed, with what is missing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import pandas as pd

from report.numbers.comparison import Comparison, pooled
from report.numbers.samples import Group
from report.numbers.scales import Scale


def seed_groups(runs: pd.DataFrame, by: str, value: str) -> dict[str, Group]:
    """One group per value of the column `by`, in order, repeated by seed.

    A run without the value keeps the reason that the record gives, or that it diverged.
    """
    return {
        str(key): seed_group(str(key), part, value) for key, part in runs.groupby(by, sort=False)
    }


def seed_group(label: str, runs: pd.DataFrame, value: str) -> Group:
    """The runs, one per seed, as one group."""
    rows = runs[["seed", value]].itertuples(index=False)
    values = [(int(seed), None if pd.isna(found) else float(found)) for seed, found in rows]
    return Group.of(label, values, _reasons(runs, value))


def _reasons(runs: pd.DataFrame, value: str) -> dict[int | str, str]:
    missing = runs[runs[value].isna()]
    return {int(row["seed"]): _reason(row) for row in missing.to_dict("records")} if len(missing) else {}


def _reason(row: dict[Hashable, Any]) -> str:
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
