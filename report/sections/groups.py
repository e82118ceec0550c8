"""Groups for comparisons from the runs of a record: repeated by seed, with what is missing."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Literal

import pandas as pd

from report.numbers.comparison import Comparison, compare, pooled
from report.numbers.extremes import chosen_by_half
from report.numbers.quantifiers import span
from report.numbers.samples import Group
from report.numbers.scales import Scale
from report.sections.aligned import aligned


def seed_groups(runs: pd.DataFrame, by: str, value: str) -> dict[str, Group]:
    """One group per value of the column `by`, in order, repeated by seed.

    A run without the value keeps the reason that the record gives, or that it diverged.
    """
    rows: dict[str, list[tuple[int, float | None]]] = {}
    reasons: dict[str, dict[int | str, str]] = {}
    cells = zip(runs[by], runs["seed"], runs[value], strict=True)
    for place, (key, seed, found) in enumerate(cells):
        missing = pd.isna(found)
        rows.setdefault(str(key), []).append((int(seed), None if missing else float(found)))
        if missing:
            why = _reason(runs.iloc[place].to_dict())
            reasons.setdefault(str(key), {})[int(seed)] = why
    return {key: Group.of(key, own, reasons.get(key)) for key, own in rows.items()}


def measured_groups(runs: pd.DataFrame, by: str, value: str) -> list[Group]:
    """The groups of `seed_groups` that have a value of any seed."""
    return [group for group in seed_groups(runs, by, value).values() if group.known()]


def seed_group(label: str, runs: pd.DataFrame, value: str) -> Group:
    """The runs, one per seed, as one group."""
    found = seed_groups(runs.assign(all=label), "all", value)
    return found.get(label, Group(label, {}))


def against_best(
    runs: pd.DataFrame, column: str, best: Literal["lowest", "highest"], scale: Scale
) -> tuple[float, Comparison] | None:
    """The epoch at which curves are best, and their ends against it; None for fewer than two.

    One half of the seeds chooses the epoch, the others measure: noise has no favor.
    """
    epochs, curves = aligned(runs, column)
    seeds = zip(runs["seed"], curves, strict=True)
    whole: dict[int | str, list[float]] = {
        int(seed): curve for seed, curve in seeds if not span(curve).missing
    }
    if len(whole) < 2:
        return None
    found = chosen_by_half(whole, best)
    end = Group("end", {seed: whole[seed][-1] for seed in found.values})
    return epochs[found.place], compare(end, Group("best", dict(found.values)), scale)


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
