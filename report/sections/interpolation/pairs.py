"""What the lines of a record are compared by: heights of barriers, growth beyond the ends."""

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, TypeVar, cast

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
K = TypeVar("K")


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


def _cases(record: Record) -> list[dict[str, Any]]:
    settings = cast(dict[str, Any], record.settings)
    return settings.get("cases") or [settings]


def _sides(record: Record) -> Iterator[tuple[dict[str, Any], list[Markdown]]]:
    """The settings of each case, and what the training of each side of its pairs changes."""
    for case in _cases(record):
        changes = [
            pair[end].get("training") or {} for pair in case["pairs"] for end in ("first", "second")
        ]
        keys = dict.fromkeys(key for change in changes for key in change)
        whole = [{key: case["training"].get(key) for key in keys} | change for change in changes]
        yield case, [change_words(record, change) for change in whole]


def other_losses(record: Record) -> bool:
    """Whether the two sides of a pair were trained on different losses."""
    for case in _cases(record):
        network = (case.get("model") or {}).get("training") or {}
        own = {**case["training"], **network}.get("loss")
        for pair in case["pairs"]:
            first, second = (pair[end].get("training") or {} for end in ("first", "second"))
            if first.get("loss", own) != second.get("loss", own):
                return True
    return False


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


def on_line(record: Record, curve: Any, *places: float) -> np.ndarray[Any, np.dtype[Any]]:
    """What a curve over the positions α of the record is at some places; NaN without a curve."""
    if not isinstance(curve, list):
        return np.full(len(places), math.nan)
    alphas = np.asarray(record.metrics["alphas"], dtype=float)
    found: np.ndarray[Any, np.dtype[Any]] = np.interp(places, alphas, np.asarray(curve, float))
    return found


def with_ends(record: Record) -> pd.DataFrame:
    """The lines with `at_ends`, the mean training loss of their two ends, and their `case`.

    `crosses` tells whether a barrier that matters stands on the line, None where there is no line;
    `floor` is the height from which one matters, at the median of the losses at the ends of the
    lines of the case.
    """
    lines = with_case(record.frame(Line))
    words = [training for _, case in _sides(record) for training in case]
    for side, end in enumerate(("first", "second")):
        lines[f"{end}_training"] = [words[2 * pair + side] for pair in lines[Line.pair]]
    means = [float(on_line(record, curve, 0, 1).mean()) for curve in lines[Line.train_loss]]
    margin = BARRIER.margin or 0.0
    barriers = zip(lines[Line.train_barrier].astype(float), means, strict=True)
    crosses = [
        None if math.isnan(height + at_ends) else height > 0 and height >= margin * at_ends
        for height, at_ends in barriers
    ]
    lines["crosses"] = pd.Series(crosses, lines.index, dtype=object)
    found = lines.assign(at_ends=means)
    typical = found.groupby("case")["at_ends"].transform("median").fillna(0.0)
    return found.assign(floor=(margin * typical).clip(lower=SMALLEST))


def _heights(lines: pd.DataFrame, column: str, value: Any) -> Group:
    """The barriers of the lines with this value of a column, by first seed.

    What is lower than its `floor` counts as that high: how many times one barrier that does not
    matter is higher than another says nothing.
    """
    found = lines.assign(
        seed=lines[Line.first_seed],
        final_reason=lines[Line.reason],
        height=lines[Line.train_barrier].astype(float).clip(lower=lines["floor"]),
    )
    return seed_group(str(value), found[found[column] == value], "height")


def _compared(sides: Mapping[K, tuple[Group, Group]]) -> dict[K, Comparison]:
    """Every two groups of which a repetition has both, by ratio."""
    found = {key: compare(*both, LOSS) for key, both in sides.items()}
    return {key: one for key, one in found.items() if one.n}


def starts_compared(lines: pd.DataFrame) -> dict[int, Comparison]:
    """Barriers from different starts against those from a common one, by pair."""
    return _compared(
        {
            int(str(pair)): (_heights(rows, "start", "different"), _heights(rows, "start", "same"))
            for pair, rows in lines.groupby("pair")
        }
    )


def twins(lines: pd.DataFrame) -> list[tuple[str, int, int]]:
    """Pairs of pairs between which one setting differs: its name, the higher and the lower one.

    Of several on one data set that differ in the same setting, the two with the widest distance.
    """
    rows = {int(str(pair)): part.iloc[0] for pair, part in lines.groupby("pair")}
    ends = {pair: ends_of(row) for pair, row in rows.items()}
    fixed = {pair: (rows[pair]["case"], *(end.training for end in ends[pair])) for pair in rows}
    widest: dict[tuple[str, str], tuple[float, int, int]] = {}
    for low, high in combinations(ends, 2):
        for variable, other in (tuple(VARIABLES), tuple(VARIABLES)[::-1]):
            sizes = [{_size(end, variable) for end in ends[pair]} for pair in (low, high)]
            others = [[getattr(end, other) for end in ends[pair]] for pair in (low, high)]
            alone = [len(own) for own in sizes] == [1, 1] and sizes[0] != sizes[1]
            if not alone or others[0] != others[1] or fixed[low] != fixed[high]:
                continue
            (first,), (second,) = sizes
            up, down = (high, low) if second > first else (low, high)
            ratio = max(first, second) / min(first, second)
            place = (variable, rows[low]["case"])
            if ratio > widest.get(place, (0.0,))[0]:
                widest[place] = (ratio, up, down)
    return [(variable, up, down) for (variable, _), (_, up, down) in widest.items()]


def settings_compared(lines: pd.DataFrame, high: int, low: int) -> dict[str, Comparison]:
    """Barriers of one pair against another's, by start."""
    by_start = {start: lines[lines["start"] == start] for start in ("same", "different")}
    return _compared(
        {
            start: (_heights(rows, "pair", high), _heights(rows, "pair", low))
            for start, rows in by_start.items()
        }
    )


def growth_compared(
    record: Record, rows: pd.DataFrame, names: Sequence[str]
) -> dict[str, Comparison]:
    """How much faster the loss climbs beyond the first end than beyond the second; see `growths`.

    One plus the normalized rise by which Keskar et al. 2017 define sharpness is compared.
    """
    by_seed = {int(row["first_seed"]): growths(record, row) for row in rows.to_dict("records")}

    def side(kind: str, end: int) -> Group:
        return Group(names[end], {seed: grown[kind][end] for seed, grown in by_seed.items()})

    return _compared({kind: (side(kind, 0), side(kind, 1)) for kind in ("absolute", "relative")})


def growths(record: Record, row: Mapping[Hashable, Any]) -> dict[str, list[float | None]]:
    """(1 + L beyond) / (1 + L at the solution) at the first and the second end of a line.

    Beyond is at equal distance from both (`absolute`), or at equal distance relative to the norm
    of the weights of each (`relative`); not finite where the loss is not.
    """
    outward = float(record.metrics["outward"])  # type: ignore[arg-type]
    at = on_line(record, row["train_loss"], 0, 1, -outward, 1 + outward)
    return {
        "absolute": ((1 + at[2:]) / (1 + at[:2])).tolist(),
        "relative": [row[f"{end}_relative_growth"] for end in ("first", "second")],
    }


def accuracy_compared(
    solutions: pd.DataFrame, ends: Ends, names: Sequence[str]
) -> Comparison | None:
    """Test accuracies of the solutions at both ends, by seed; None where no seed has both."""
    trained = [approach_of(*one) for one in solutions[[*ENDS]].itertuples(index=False)]
    first, second = (
        seed_group(name, solutions[[one == end for one in trained]], "final_test_accuracy")
        for end, name in zip(ends, names, strict=True)
    )
    found = compare(first, second, ACCURACY)
    return found if found.n else None
