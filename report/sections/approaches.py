"""Trends over approaches: solutions of one approach are not independent, their mean counts once."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from report.claims.contrast import Label, Quantity, course
from report.numbers.parts import Parts
from report.numbers.scales import Scale
from report.numbers.trend import Trend, related
from report.records import Record
from report.records.row import Name, Row
from report.sections.approach_words import Approach, approach_of, batch, pair_words, rate
from report.words import format as fmt
from report.words.markdown import Markdown, join

VARIABLES = {"batch_size": Markdown("batch size"), "learning_rate": Markdown("learning rate")}
"""What is varied, by its setting."""
SHOWN = {"batch_size": batch, "learning_rate": rate}
"""How its values are written."""
EQUAL_LOSS = "equal_loss"
"""Table of solutions that were stopped at an equal training loss, with the columns of the others;
empty where the settings do not ask for them, and missing in older records."""
FEW = 2
"""Approaches that did not get to an equal training loss, up to which a sentence names them."""
MEANS = Quantity(
    Scale("mean over the seeds", logarithmic=False, margin=None), fmt.number, repetition="approach"
)


def solutions(
    record: Record, solution: type[Row], equal_loss: type[Row]
) -> dict[str, pd.DataFrame]:
    """The solutions by their table: those of equal epochs, those at an equal loss if any."""
    stopped = record.frame(equal_loss)
    return {solution.table: record.frame(solution)} | (
        {equal_loss.table: stopped} if len(stopped) else {}
    )


def by_approach(found: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Approach, pd.DataFrame]]:
    """The solutions of each approach, with the table that they are from."""
    for table, rows in found.items():
        for key, group in rows.groupby(list(VARIABLES), dropna=False):
            yield table, approach_of(*key), group


def unreached(rows: pd.DataFrame, done: pd.DataFrame) -> Label:
    """` (four trainings of 27 did not get there, among them all with …)`; empty where all did."""
    lost = rows[~rows.index.isin(done.index)]
    if lost.empty:
        return Label("")
    there = set(_approaches(done))
    never = [one for one in dict.fromkeys(_approaches(lost)) if one not in there]
    named = [pair_words(one, one) for one in never]
    among = f", among them all with {join(named)}" if 0 < len(named) <= FEW else ""
    number = fmt.plural(len(lost), "training")
    return Label(f" ({number} of {fmt.words(len(rows))} did not get there{among})")


def _approaches(rows: pd.DataFrame) -> list[Approach]:
    return [approach_of(*one) for one in rows[list(VARIABLES)].itertuples(index=False)]


def solution_settings(record: Record) -> dict[str, Any]:
    """The settings of the task that trained the solutions, also in a record of another one."""
    return cast(dict[str, Any], record.settings.get("solutions", record.settings))


def sweep(record: Record, rows: pd.DataFrame, variable: str) -> pd.DataFrame:
    """The solutions between which only `variable` differs, in its order.

    A batch size of None, the whole training set, counts as the number of training images.
    """
    other = next(name for name in VARIABLES if name != variable)
    settings = solution_settings(record)
    training, values = settings["training"], settings[f"{variable}s"]
    size = record.datasets[0].train_size
    shown = rows.assign(batch_size=rows["batch_size"].fillna(size).astype(int))
    fixed = training[other] if training[other] is not None else size
    wanted = [size if value is None else value for value in values]
    chosen = shown[(shown[other] == fixed) & shown[variable].isin(wanted)]
    return chosen.sort_values([variable, "seed"], kind="stable")


def varied(record: Record, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The sweep of every variable that takes at least two values in `rows`."""
    sweeps = {variable: sweep(record, rows, variable) for variable in VARIABLES}
    return {name: part for name, part in sweeps.items() if part[name].nunique() > 1}


def means(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The mean of each column over the seeds of each approach, one row per approach."""
    return pd.DataFrame(_means(rows, *columns))


def _means(rows: pd.DataFrame, *columns: str) -> dict[str, list[float]]:
    """As `means`, by column; most approaches have equally many seeds, which takes one sum."""
    places: dict[tuple[str, ...], list[int]] = {}
    keys = [map(str, rows[key].tolist()) for key in VARIABLES]
    for place, approach in enumerate(zip(*keys, strict=True)):
        places.setdefault(approach, []).append(place)
    numbers = {c: rows[c].to_numpy(dtype=float) for c in dict.fromkeys([*VARIABLES, *columns])}
    own = [*places.values()]
    if len({*map(len, own)}) == 1:
        return {c: v[np.array(own)].mean(axis=1).tolist() for c, v in numbers.items()}
    return {c: [float(v[some].mean()) for some in own] for c, v in numbers.items()}


def over_approaches(rows: pd.DataFrame, first: str, second: str) -> Trend:
    """How the second column goes with the first over approaches, each by the means of its seeds."""
    table = _means(rows, first, second)
    return related(list(zip(table[first], table[second], strict=True)))


def measures_with(
    rows: pd.DataFrame, measures: Mapping[Name, Markdown], other: str, *, first: bool = False
) -> Parts:
    """Each measure with another column, which gives the positions where it stands `first`."""
    return Parts(
        {
            words: over_approaches(rows, *((other, name) if first else (name, other)))
            for name, words in measures.items()
        }
    )


def trends(parts: Parts) -> list[Trend]:
    """The trends of the parts, in order."""
    return [part for part in parts.parts.values() if isinstance(part, Trend)]


def moves(parts: Parts, *, named: bool = True) -> Label:
    """Where each measure goes, from the first approach to the last, and by what course."""
    found = trends(parts)
    ends = [
        f"from {fmt.number(one.points[0][1])} to {fmt.number(one.points[-1][1])}" for one in found
    ]
    if named:
        verbs = [" goes", *[""] * len(found)]
        ends = [f"{n}{verb} {e}" for n, verb, e in zip(parts.parts, verbs, ends, strict=False)]
    courses = [course(one) for one in found]
    if len(set(courses)) > 1:
        return Label(join([f"{text} ({way})" for text, way in zip(ends, courses, strict=True)]))
    every = {1: "", 2: "both "}.get(len(ends), "all ")
    return Label(f"{join(ends)}, {every}{courses[0]}")
