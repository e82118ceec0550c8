"""What the lines of a record are compared by: heights of barriers, growth beyond the ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, cast

import numpy as np
import pandas as pd

from report.claims.contrast import Label
from report.numbers.comparison import Comparison, compare
from report.numbers.samples import Group
from report.numbers.scales import ACCURACY, BARRIER, LOSS
from report.records import Record
from report.records.rows.interpolation import Line, Solution
from report.sections.approach_words import Approach, approach_of, pair_words
from report.sections.approaches import VARIABLES
from report.sections.groups import seed_group
from report.sections.settings import change_words
from report.words.markdown import Markdown, escape

SMALLEST = 1e-6
"""A loss below which nothing is compared: it counts as this."""

ENDS = (*VARIABLES, "training")
"""What tells the approaches at the two ends of a line apart."""
Ends = tuple[Approach, Approach]


def ends_of(row: Mapping[Hashable, Any] | pd.Series) -> Ends:
    """The approaches at the two ends of a line."""
    first, second = (
        approach_of(*(row[f"{end}_{name}"] for name in ENDS)) for end in ("first", "second")
    )
    return first, second


def with_case(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `case`, the data set; empty where the record has only one."""
    named = rows["case"].astype(object).where(rows["case"].notna(), "")
    return rows.assign(case=named if named.nunique() > 1 else "")


def solutions_of(record: Record) -> pd.DataFrame:
    """The solutions with `case`, and with `training`: what else sides of pairs differ in, if any.

    Their rows do not hold the latter. They stand in the order of the settings, the seeds of each
    approach together.
    """
    rows = with_case(record.frame(Solution))
    trained: list[Markdown] = []
    for case, words in _sides(record):
        sides = (pair[end] for pair in case["pairs"] for end in ("first", "second"))
        distinct = dict(zip(map(repr, sides), words, strict=True))
        trained += [one for one in distinct.values() for _ in case["seeds"]]
    return rows.assign(training=trained if any(trained) else Markdown(""))


def _sides(record: Record) -> Iterator[tuple[dict[str, Any], list[Markdown]]]:
    """The settings of each case, and what the training of each side of its pairs changes."""
    settings = cast(dict[str, Any], record.settings)
    for case in settings.get("cases") or [settings]:
        changes = [
            pair[end].get("training") or {} for pair in case["pairs"] for end in ("first", "second")
        ]
        keys = dict.fromkeys(key for change in changes for key in change)
        whole = [{key: case["training"].get(key) for key in keys} | change for change in changes]
        yield case, [change_words(record, change) for change in whole]


def differing(ends: Ends) -> tuple[str, ...]:
    """The settings in which two approaches differ."""
    return tuple(name for name in VARIABLES if getattr(ends[0], name) != getattr(ends[1], name))


def larger_first(ends: Ends) -> bool:
    """Whether the second end is the one with the larger of the settings in which they differ."""
    first, second = ([_size(end, name) for name in differing(ends)] for end in ends)
    return second > first


def _size(end: Approach, name: str) -> float:
    """A setting as a number, the whole training set being the largest batch."""
    found = getattr(end, name)
    return math.inf if found is None else float(found)


def label_of(row: pd.Series, words: Callable[[Approach, Approach], Markdown] = pair_words) -> Label:
    """What a pair is called: `batch size 64 against 1,024, learning rate 0.001 on MNIST`."""
    case = f" on {escape(row['case'])}" if row["case"] else ""
    return Label(f"{words(*ends_of(row))}{case}")


def with_ends(record: Record) -> pd.DataFrame:
    """The lines with `at_ends`, the mean training loss of their two ends, and their `case`.

    `floor` is the height from which a barrier matters, at the median of the losses at the ends of
    the lines of the case.
    """
    lines = with_case(record.frame(Line))
    words = [training for _, case in _sides(record) for training in case]
    for side, end in enumerate(("first", "second")):
        lines[f"{end}_training"] = [words[2 * pair + side] for pair in lines[Line.pair]]
    alphas = np.asarray(record.metrics["alphas"], dtype=float)
    places = [int(np.argmin(abs(alphas - alpha))) for alpha in (0, 1)]
    means = [
        float(np.mean([float(curve[place]) for place in places]))
        if isinstance(curve, list)
        else math.nan
        for curve in lines[Line.train_loss]
    ]
    found = lines.assign(at_ends=means)
    typical = found.groupby("case")["at_ends"].transform("median").fillna(0.0)
    return found.assign(floor=((BARRIER.margin or 0) * typical).clip(lower=SMALLEST))


def crosses(barrier: Any, at_ends: float) -> bool | None:
    """Whether a barrier is one that matters; None where there is no line."""
    if pd.isna(barrier) or pd.isna(at_ends):
        return None
    return bool(barrier > 0 and barrier >= (BARRIER.margin or 0) * at_ends)


def heights(lines: pd.DataFrame, label: str) -> Group:
    """The barriers of lines of one pair and start, by first seed.

    What is lower than its `floor` counts as that high: how many times one barrier that does not
    matter is higher than another says nothing.
    """
    found = lines.assign(
        seed=lines[Line.first_seed],
        final_reason=lines[Line.reason],
        height=lines[Line.train_barrier].astype(float).clip(lower=lines["floor"]),
    )
    return seed_group(label, found, "height")


def starts_compared(lines: pd.DataFrame) -> dict[int, Comparison]:
    """Barriers from different starts against those from a common one, by pair."""
    found = {}
    for pair, rows in lines.groupby("pair"):
        different, same = (heights(rows[rows["start"] == s], s) for s in ("different", "same"))
        found[int(str(pair))] = compare(different, same, LOSS)
    return {pair: one for pair, one in found.items() if one.n}


def twins(lines: pd.DataFrame) -> list[tuple[str, int, int]]:
    """Pairs of pairs between which one setting differs: its name, the higher and the lower one.

    Of several on one data set that differ in the same setting, the two with the widest distance.
    """
    rows = {int(str(pair)): part.iloc[0] for pair, part in lines.groupby("pair")}
    ends = {pair: ends_of(row) for pair, row in rows.items()}
    trained = {pair: [end.training for end in both] for pair, both in ends.items()}
    widest: dict[tuple[str, str], tuple[float, int, int]] = {}
    for low, high in combinations(ends, 2):
        case = rows[low]["case"]
        for variable, other in (tuple(VARIABLES), tuple(VARIABLES)[::-1]):
            (a, b), (c, d) = (
                [{_size(end, variable) for end in ends[pair]} for pair in (low, high)],
                [[getattr(end, other) for end in ends[pair]] for pair in (low, high)],
            )
            alone = len(a) == len(b) == 1 and a != b and c == d
            if not alone or case != rows[high]["case"] or trained[low] != trained[high]:
                continue
            (first,), (second,) = a, b
            up, down = (high, low) if second > first else (low, high)
            ratio = max(first, second) / min(first, second)
            if ratio > widest.get((variable, case), (0.0,))[0]:
                widest[variable, case] = (ratio, up, down)
    return [(variable, up, down) for (variable, _), (_, up, down) in widest.items()]


def settings_compared(lines: pd.DataFrame, high: int, low: int) -> dict[str, Comparison]:
    """Barriers of one pair against another's, by start."""
    found = {}
    for start in ("same", "different"):
        own = lines[lines["start"] == start]
        first, second = (heights(own[own["pair"] == pair], str(pair)) for pair in (high, low))
        found[start] = compare(first, second, LOSS)
    return {start: one for start, one in found.items() if one.n}


def growth_compared(
    record: Record, rows: pd.DataFrame, solutions: pd.DataFrame, names: Sequence[str]
) -> dict[str, Comparison]:
    """How much faster the loss climbs beyond the first end than beyond the second.

    Growth is (1 + L beyond) / (1 + L at the solution): one plus the normalized rise by which
    Keskar et al. 2017 define sharpness. Beyond is at equal distance from both, and again at equal
    distance relative to the norm of the weights of each: as the record has it, or else interpolated
    on the line where it has the norms of the `solutions`, which are those of the pair's data set.
    """
    grown: dict[str, list[tuple[int, tuple[float | None, float | None]]]] = {}
    norms = norms_of(solutions)
    for row in rows.to_dict("records"):
        seed = int(row["first_seed"])
        for kind, both in growths(record, row, norms).items():
            grown.setdefault(kind, []).append((seed, both))
    found = {}
    for kind, by_seed in grown.items():
        sides = [
            Group.of(name, [(seed, both[side]) for seed, both in by_seed])
            for side, name in enumerate(names)
        ]
        found[kind] = compare(sides[0], sides[1], LOSS)
    return {kind: one for kind, one in found.items() if one.n}


Norms = Mapping[tuple[Any, ...], float]


def norms_of(solutions: pd.DataFrame) -> Norms:
    """The norm of all parameters of each solution, by what its approach is made of and its seed."""
    return {
        (*approach_of(*varied), seed): float(norm)
        for *varied, seed, norm in zip(
            *(solutions[name] for name in (*ENDS, "seed", "parameter_norm")), strict=True
        )
        if not pd.isna(norm)
    }


def growths(
    record: Record, row: Mapping[Hashable, Any], norms: Norms
) -> dict[str, tuple[float | None, float | None]]:
    """Growth beyond both ends of a line, `absolute` and, where it is known, `relative`."""
    outward = float(record.metrics["outward"])  # type: ignore[arg-type]
    found = {"absolute": _growth(record, row, (outward, outward))}
    first, second = (row[f"{end}_relative_growth"] for end in ("first", "second"))
    if not (pd.isna(first) or pd.isna(second)):
        return found | {"relative": (float(first), float(second))}
    own = [
        norms.get((*end, row[f"{name}_seed"]), 0.0)
        for end, name in zip(ends_of(row), ("first", "second"), strict=True)
    ]
    if min(own) > 0:
        near, far = (outward * norm / max(own) for norm in own)
        found["relative"] = _growth(record, row, (near, far))
    return found


def _growth(
    record: Record, row: Mapping[Hashable, Any], steps: tuple[float, float]
) -> tuple[float | None, float | None]:
    """Beyond the first and the second end, by so many units of α."""
    alphas = np.asarray(record.metrics["alphas"], dtype=float)
    curve = np.asarray(row["train_loss"], dtype=float)

    def grown(place: float, beyond: float) -> float | None:
        at, further = (float(np.interp(alpha, alphas, curve)) for alpha in (place, beyond))
        return (1 + further) / (1 + at) if math.isfinite(at) and math.isfinite(further) else None

    return grown(0.0, -steps[0]), grown(1.0, 1 + steps[1])


def accuracy_compared(
    solutions: pd.DataFrame, ends: Ends, names: Sequence[str]
) -> Comparison | None:
    """Test accuracies of the solutions at both ends, by seed; None where no seed has both."""
    trained = [approach_of(*varied) for varied in zip(*(solutions[v] for v in ENDS), strict=True)]
    first, second = (
        seed_group(name, solutions[[one == end for one in trained]], "final_test_accuracy")
        for end, name in zip(ends, names, strict=True)
    )
    found = compare(first, second, ACCURACY)
    return found if found.n else None
