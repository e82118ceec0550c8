"""Valid records altered in seeded ways: what a run measured may be anything that can be measured.

A mutation knows the row types: it moves whole runs, or one quantity of them with its curve and its
final value; what follows from other columns (gaps, barriers, epochs of a fit) is worked out anew.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator

from report.records import Record, read_record
from report.records.row import Column, Key, Metrics, Row, Seed
from report.records.rows import metrics_type
from report.tasks import TASKS, Task

FULL = Path(__file__).resolve().parents[2] / "results" / "full"
LARGE = 3e38  # single precision ends there
SHARES = ("accuracy", "minimal_ratio", "near_zero", "negative", "captured", "explained", "fitted")
SHARES += ("higher_neighbors",)
FACTS = ("cases", "sweep", "functions", "surfaces", "spectra", "points", "series", "parts")
"""Tables that say what was done, or that only a figure shows."""
CHOSEN = {"parameters", "changed_labels", "factor", "threshold", "label_noise", "epochs"}
CHOSEN |= {f"{e}_{s}" for e in ("first", "second") for s in ("batch_size", "learning_rate", "seed")}
CHOSEN |= {"batch_size", "learning_rate", "case", "outside"}
"""Columns that were set, and stay with their row."""
COUNTED = {"diverged_at", "stopped_at", "window", "steps", "tail_steps", "largest_at_step"}
COUNTED |= {"iterations", "points", "trace_draws", "epoch", "verdict", "swept_positive"}
COUNTED |= {"swept_negative", "reached"}
SET = CHOSEN | COUNTED
"""Columns that are no measurement."""
EDGES = (1.25, 0.8, 1.1, 0.95, 3.0, 1.5, 2.0, 1e-3, 0.1, 0.05, 0.5, 0.99, 1.0)
LEVELS = (0.99, 0.95, 0.9, 0.5, 0.1, 0.05, 0.3, 1.1, 1.5, 0.7, 1.0)
"""Numbers at which the wordings change."""

Rows = list[dict[str, Any]]
Values = Callable[[float], float]


@cache
def bases(task: Task) -> tuple[Callable[[], Record], ...]:
    """What makes the committed record, and those that the tests of the task's claims make."""
    module: Any = import_module(f"tests.report.sections.{task.module}.test_claims")
    full = partial(read_record, FULL / f"{task.name}.json")
    if hasattr(module, "CASES"):
        return (full, module.made, *(partial(module.made, **truth) for _, _, truth in module.CASES))
    names = ("CLEAR", "EQUAL", "MIXED", "OPEN", "REVERSED", "DEEP", "SHALLOW")
    known = [getattr(module, name) for name in names if hasattr(module, name)]
    made = [partial(module.made, a, b, seeds=n) for n in (3, 8) for a in known for b in known]
    return (full, *made)


@cache
def _base(task: Task, number: int) -> Record:
    """The base of this number; the committed record where it has columns that no row type knows."""
    found = bases(task)[number]()
    return found if valid(found) else _base(task, 0)


def valid(record: Record) -> bool:
    """Whether the metrics are as the row types have them."""
    try:
        _kind(record.task).model_validate(record.metrics)
    except ValueError:
        return False
    return True


def mutated(number: int) -> tuple[str, Record]:
    """The mutation of this number, and what was done to which record."""
    random = np.random.default_rng(number)
    task = TASKS[number % len(TASKS)]
    number_of = int(random.integers(len(bases(task)))) if random.random() < 0.8 else 0
    base = _base(task, number_of)
    metrics: dict[str, Any] = _with(base, base.metrics).metrics
    done = []
    for _ in range(int(random.choice([1, 1, 2, 3]))):
        name = str(random.choice(list(KINDS)))
        if KINDS[name](_Table(task, metrics, random)):
            done.append(name)
    _follow(task.name, metrics)
    return f"{number}: {task.name}, base {number_of}, {' '.join(done)}", _with(base, metrics)


def _with(record: Record, metrics: dict[str, Any]) -> Record:
    whole = _kind(record.task).model_validate(metrics)
    return record.model_copy(update={"metrics": whole.content()})


def _kind(task: str) -> type[Metrics]:
    """What the metrics of a task are."""
    kind = metrics_type(task)
    assert kind is not None
    return kind


class _Table:
    """One table of measurements, its rows by what they are about and by seed."""

    def __init__(self, task: Task, metrics: dict[str, Any], random: Generator) -> None:
        kind = _kind(task.name)
        names = [name for name in kind.tables if name not in FACTS and metrics[name]]
        self.metrics, self.random, self.task = metrics, random, task
        self.name = str(random.choice([*names, names[0]]))
        self.rows: Rows = metrics[self.name]
        self.kind: type[Row] = kind.tables[self.name]
        self.keys = [*self.kind.columns(Key)]
        self.seed = next(iter(self.kind.columns(Seed)), None)
        self.measured = [
            name
            for name in self.kind.columns(Column, exactly=True)
            if name not in SET and any(_is_measured(row[name]) for row in self.rows)
        ]

    def groups(self) -> list[Rows]:
        """Rows that differ only in the seed."""
        found: dict[tuple[Any, ...], Rows] = {}
        for row in self.rows:
            found.setdefault(tuple(row[key] for key in self.keys), []).append(row)
        return list(found.values())

    def two(self) -> list[Rows]:
        """Two different groups; none where there is only one."""
        groups = self.groups()
        if len(groups) < 2:
            return []
        chosen = self.random.choice(len(groups), 2, replace=False)
        return [groups[int(place)] for place in chosen]

    def some(self) -> Rows:
        """The rows of one group, or all."""
        groups = self.groups()
        one = groups[int(self.random.integers(len(groups)))]
        return one if self.random.random() < 0.7 else self.rows

    def one(self) -> dict[str, Any]:
        return self.rows[int(self.random.integers(len(self.rows)))]

    def quantity(self) -> list[str]:
        """One measured quantity, as a curve and at the end; or all."""
        if not self.measured:
            return []
        if self.random.random() < 0.25:
            return self.measured
        stem = str(self.random.choice(self.measured)).removeprefix("final_")
        return [name for name in self.measured if name.removeprefix("final_") == stem]

    def content(self) -> list[str]:
        """All that a row has measured, and where, with the reasons of what is missing."""
        fixed = {*self.keys, *self.kind.columns(Seed)} | CHOSEN
        if self.task.name == "error-surface":  # lengths and kinds of planes differ
            fixed |= {"epoch", "loss", "a", "b", "distance", "projected_loss", "explained"}
            fixed |= {"explained_reason"}
        return [name for name in self.kind.model_fields if name not in fixed]


def _is_measured(value: Any) -> bool:
    if isinstance(value, list):
        return any(_is_measured(part) for part in value)
    return isinstance(value, float)


def _put(rows: Rows, columns: Sequence[str], change: Values) -> bool:
    """`change` on every number of these columns, the first of a curve, its start, excepted."""
    for row in rows:
        for name in columns:
            value = row[name]
            if isinstance(value, list):
                start = len(value) > 1 and name.endswith(("loss", "accuracy", "norm", "start"))
                row[name] = [
                    v if start and place == 0 else _changed(v, change)
                    for place, v in enumerate(value)
                ]
            else:
                row[name] = _changed(value, change)
    return bool(rows and columns)


def _changed(value: Any, change: Values) -> Any:
    if isinstance(value, list):
        return [_changed(v, change) for v in value]
    if isinstance(value, bool) or not isinstance(value, float):
        return value
    found = float(change(value))
    return min(max(found, -LARGE), LARGE) if math.isfinite(found) else LARGE


def _exchange(first: Rows, second: Rows, columns: Sequence[str]) -> bool:
    for a, b in zip(first, second, strict=False):
        for name in columns:
            a[name], b[name] = b[name], a[name]
    return bool(first and second)


def swap(table: _Table) -> bool:
    """Two groups trade what was measured of them."""
    groups = table.two()
    return bool(groups) and _exchange(*groups, table.content())


def reverse(table: _Table) -> bool:
    """The groups in reverse order."""
    groups = table.groups()
    half = len(groups) // 2
    pairs = zip(groups[:half], groups[::-1], strict=False)
    done = [_exchange(a, b, table.content()) for a, b in pairs]
    return any(done)


def disagree(table: _Table) -> bool:
    """Within one part (case, function, data set, start) two groups trade; elsewhere they stay."""
    key = table.keys[0] if table.keys else None
    groups = [g for g in table.groups() if key and g[0][key] == table.rows[-1][key]]
    if len(groups) > 1:
        return _exchange(groups[0], groups[-1], table.content())
    power = float(table.random.choice([-1.0, 1.0]))
    return bool(groups) and _put(groups[0], table.quantity(), lambda v: v * 10**power)


def tie(table: _Table) -> bool:
    """One group measured what another did; or all seeds of a group the same."""
    groups, columns = table.two(), table.content()
    if groups and table.random.random() < 0.6:
        for a, b in zip(*groups, strict=False):
            b.update({name: copy.deepcopy(a[name]) for name in columns})
        return True
    rows = table.some()
    for row in rows:
        row.update({name: copy.deepcopy(rows[0][name]) for name in columns})
    return True


def equal(table: _Table) -> bool:
    """Everything measured the same."""
    for row in table.rows:
        row.update({name: copy.deepcopy(table.rows[0][name]) for name in table.content()})
    return True


def collapse(table: _Table) -> bool:
    """A run, or a group, that learned nothing: it stays at its start."""
    rows = table.some() if table.random.random() < 0.3 else [table.one()]
    for row in rows:
        for name in table.measured:
            value = row[name]
            if isinstance(value, list) and value and name.endswith(("loss", "accuracy")):
                row[name] = [value[0]] * len(value)
                if row.get(f"final_{name}") is not None:
                    row[f"final_{name}"] = value[0]
            elif isinstance(value, float) and name.endswith("accuracy") and row.get(name):
                row[name] = 0.1
    return True


def outlier(table: _Table) -> bool:
    """One run far from the others."""
    power = float(table.random.choice([-6, -3, -1, 1, 3, 6]))
    return _put([table.one()], table.quantity(), lambda v: v * 10**power)


def shaken(table: _Table) -> bool:
    """Noise on every run, from next to nothing to decades."""
    decades = float(table.random.choice([0.001, 0.01, 0.1, 1.0, 4.0]))
    columns = table.quantity()
    for row in table.some():
        factor = 10 ** float(table.random.normal(0, decades))
        _put([row], columns, lambda v, factor=factor: v * factor)  # type: ignore[misc]
    return True


def zeros(table: _Table) -> bool:
    """A quantity that is zero."""
    rows = table.some() if table.random.random() < 0.5 else [table.one()]
    return _put(rows, table.quantity(), lambda _: 0.0)


def overflow(table: _Table) -> bool:
    """A quantity at the end of what a double can hold."""
    rows = table.some() if table.random.random() < 0.3 else [table.one()]
    size = float(table.random.choice([1e20, LARGE, 1e-20, 1e-45]))
    return _put(rows, table.quantity(), lambda v: math.copysign(size, v))


def edge(table: _Table) -> bool:
    """Two groups whose distance is a threshold, or values at one, or just beside it."""
    beside = 1 + float(table.random.choice([0.0, 1e-9, -1e-9, 1e-3, -1e-3]))
    columns, groups = table.quantity(), table.two()
    kind = table.random.random()
    lengths = {_length(g[0][name]) for g in groups for name in columns}
    if groups and kind < 0.7 and len(lengths) == 1:
        share = any(word in name for word in SHARES for name in columns)
        step = float(table.random.choice([0.005, -0.005, 0.05])) * beside
        times = float(table.random.choice(EDGES)) * beside
        for a, b in zip(*groups, strict=False):
            for name in columns:
                b[name] = copy.deepcopy(a[name])
            for name in set(table.content()) - set(columns):
                b[name] = copy.deepcopy(a[name])
            _put([b], columns, (lambda v: v + step) if share else (lambda v: v * times))
        return True
    level = float(table.random.choice(LEVELS)) * beside
    return _put(table.some(), columns, lambda _: level)


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else 1


def one_seed(table: _Table) -> bool:
    """The rows of one seed alone."""
    main: Rows = table.metrics.get("runs") or table.metrics["solutions"]
    seeds = sorted({row["seed"] for row in main})
    if "pairs" in table.metrics or "verdict" in table.rows[0]:
        return False
    kept = seeds[int(table.random.integers(len(seeds)))]
    table.metrics.update(_having(table.metrics, lambda row: kept == (_seeds(row) or [kept])[0]))
    return True


def few_seeds(table: _Table) -> bool:
    """The rows of some seeds are not there: every seed from a number on."""
    seeds = sorted({s for rows in _tables(table.metrics) for row in rows for s in _seeds(row)})
    if len(seeds) < 3 or "verdict" in table.rows[0]:
        return False
    kept = set(seeds[: int(table.random.integers(2, len(seeds)))])
    table.metrics.update(_having(table.metrics, lambda row: kept >= set(_seeds(row))))
    return all(rows for name, rows in table.metrics.items() if name in ("runs", "solutions"))


def lost(table: _Table) -> bool:
    """Runs that diverged: one, several, a whole group, or all."""
    main: Rows = table.metrics.get("runs") or table.metrics["solutions"]
    share = float(table.random.choice([0.02, 0.1, 0.5, 1.0], p=[0.4, 0.3, 0.2, 0.1]))
    if table.name in ("runs", "solutions") and table.random.random() < 0.3:
        chosen = table.some()
    else:
        chosen = [row for row in main if table.random.random() < share] or [main[0]]
    row_type = _kind(table.task.name).tables["runs" if table.metrics.get("runs") else "solutions"]
    for row in chosen:
        _lose(row, row_type)
    return True


def nulls(table: _Table) -> bool:
    """Something that was not measured, with a reason; or not finite within a curve."""
    row = table.one()
    reasons = {
        name: why
        for name, why in table.kind.reasons.items()
        if name in table.measured and isinstance(row[name], float) and "final_" not in name
    }
    curves = [
        name
        for name in table.measured
        if isinstance(row[name], list)
        and len(row[name]) > 2
        and "loss" in name
        and not isinstance(row[name][0], list)
    ]
    if curves and table.name in ("lines", "planes"):
        name = str(table.random.choice(curves))
        place = int(table.random.integers(1, len(row[name])))
        row[name] = [None if n == place else v for n, v in enumerate(row[name])]
        return True
    if not reasons or table.task.name in ("gradient-norm", "minimal-ratio", "error-surface"):
        return False  # there a run has all of its measures or none
    for name in reasons if table.random.random() < 0.5 else [str(table.random.choice([*reasons]))]:
        row[name], row[reasons[name]] = None, row[reasons[name]] or "not finite"
    return True


KINDS: dict[str, Callable[[_Table], bool]] = {
    f.__name__: f
    for f in (
        *(swap, reverse, disagree, tie, equal, collapse, outlier, shaken, zeros, overflow, edge),
        *(one_seed, few_seeds, lost, nulls),
    )
}


def _tables(metrics: dict[str, Any]) -> Iterator[Rows]:
    for content in metrics.values():
        if isinstance(content, list) and content and isinstance(content[0], dict):
            yield content


def _seeds(row: dict[str, Any]) -> list[int]:
    found = [row[key] for key in ("seed", "first_seed", "second_seed") if key in row]
    return [*found, *row.get("seeds", ())]


def _having(metrics: dict[str, Any], wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    return {
        name: [row for row in rows if wanted(row)]
        for name, rows in metrics.items()
        if isinstance(rows, list) and rows and isinstance(rows[0], dict)
    }


def _lose(row: dict[str, Any], kind: type[Row]) -> None:
    """The run diverged at its first epoch: no values, but the curves up to there."""
    row["diverged_at"] = 1
    for name, reason in kind.reasons.items():
        row[name], row[reason] = None, "diverged at epoch 1"
    for name, value in row.items():
        if isinstance(value, list) and name not in kind.reasons:
            row[name] = value[:1]
        if name.startswith(("train_acc", "test_acc", "final_")) and name not in kind.reasons:
            row[name] = row[name] if isinstance(row[name], list | str) else None
    if "verdict" in row:
        row["verdict"] = "diverged"
        for name in ("relative_gradient_norm", "gradient_curvature", "even_curvature"):
            row[name] = None


def _follow(task: str, metrics: dict[str, Any]) -> None:
    """What other columns decide, worked out anew."""
    for rows in _tables(metrics):
        for row in rows:
            _limits(row)
            for name in [n for n in row if n.startswith("final_") and row[n] is not None]:
                curve = row.get(name.removeprefix("final_"))
                if isinstance(curve, list) and curve and isinstance(row[name], float):
                    row[name.removeprefix("final_")] = [*curve[:-1], float(f"{row[name]:.6g}")]
    follow = {
        "random-labels": _random_labels,
        "sharpness": _sharpness,
        "gradient-norm": _gradient_norm,
        "interpolation": _interpolation,
        "minimal-ratio": _minimal_ratio,
        "weight-trajectories": _weight_trajectories,
        "error-surface": _error_surface,
    }
    if task in follow:
        follow[task](metrics)


def _limits(row: dict[str, Any]) -> None:
    for name, value in row.items():
        if bounds := _bounds(name):
            low, high = bounds
            row[name] = _changed(value, lambda v, low=low, high=high: min(max(v, low), high))  # type: ignore[misc]


@cache
def _bounds(name: str) -> tuple[float, float] | None:
    """Between which values a column of this name lies; None where it may have any."""
    if name in SET or ("gap" in name and not name.startswith("accuracy")):
        return None
    if "gap" in name:
        return -1.0, 1.0
    if any(word in name for word in SHARES) and not name.endswith("barrier"):
        return 0.0, 1.0
    if "cosine" in name:
        return -1.0, 1.0
    if name in ("pc1", "pc2", "a", "b", "lowest", "loss_gap", "trace"):
        return None
    return None if name.endswith("eigenvalue") else (0.0, LARGE)


def _random_labels(metrics: dict[str, Any]) -> None:
    runs = {(row["case"], row["fraction"], row["seed"]): row for row in metrics["runs"]}
    for row in metrics["runs"]:
        if row["fraction"] == 0:
            row["changed_fitted"], row["changed_fitted_reason"] = None, "no label was changed"
        elif row["changed_fitted"] is None:
            row["changed_fitted_reason"] = row["changed_fitted_reason"] or "not measured"
    for fit in metrics["fits"]:
        run = runs[fit["case"], fit["fraction"], fit["seed"]]
        pairs = zip(run["epoch"], run["train_accuracy"], strict=True)
        reached = [epoch for epoch, share in pairs if share >= fit["threshold"]]
        done = reached and run["diverged_at"] is None
        fit["epoch"], fit["epoch_reason"] = (reached[0], None) if done else (None, "not reached")


def _sharpness(metrics: dict[str, Any]) -> None:
    for row in metrics["solutions"]:
        for name, gap in (("loss", 1), ("accuracy", -1)):
            if None in (row[f"{name}_gap"], row[f"train_{name}"]):
                continue
            train = row[f"train_{name}"]
            test = max(0.0, train + gap * row[f"{name}_gap"])
            row[f"test_{name}"] = test
            row[f"{name}_gap"] = gap * (test - train)


def _gradient_norm(metrics: dict[str, Any]) -> None:
    tails = ("tail_lowest", "tail_median", "tail_highest", "largest_batch_gradient_norm")
    for row in metrics["runs"]:
        if row["full_loss"] is None or row["full_gradient_norm"] is None:
            _lose(row, _kind("gradient-norm").tables["runs"])
            row["step"] = row["step"][: len(row["batch_loss"])]
            continue
        for name in ("loss", "gradient_norm"):
            row[f"initial_{name}"] = row[f"full_{name}"][0]
            row[f"final_{name}"] = row[f"full_{name}"][-1]
        if None not in [row[name] for name in tails]:
            row.update(zip(tails, sorted(row[name] for name in tails), strict=True))


def _barrier(alphas: Sequence[float], curve: Sequence[Any], sign: int) -> float | None:
    """The height above the straight line between the ends, at least 0 (below, for accuracies)."""
    if curve is None or any(v is None for v in curve):
        return None
    ends = [curve[min(range(len(alphas)), key=lambda i: abs(alphas[i] - e))] for e in (0, 1)]
    rises = [
        sign * (v - (1 - a) * ends[0] - a * ends[1])
        for a, v in zip(alphas, curve, strict=True)
        if 0 <= a <= 1
    ]
    return min(max(0.0, *rises), LARGE)


def _interpolation(metrics: dict[str, Any]) -> None:
    alphas = metrics["alphas"]
    names = ("batch_size", "learning_rate", "seed")
    gone = {
        tuple(row[name] for name in names)
        for row in metrics["solutions"]
        if row["diverged_at"] is not None
    }
    known = {tuple(row[name] for name in names) for row in metrics["solutions"]}
    kept = []
    for row in metrics["lines"]:
        ends = {tuple(row[f"{end}_{name}"] for name in names) for end in ("first", "second")}
        if not ends <= known:
            continue
        kept.append(row)
        if ends & gone:
            for name in _kind("interpolation").tables["lines"].reasons:
                row[name] = None
            row["reason"] = "a solution diverged"
            continue
        for split in ("train", "test"):
            for stem, sign, barrier in (
                (f"{split}_loss", 1, f"{split}_barrier"),
                (f"{split}_accuracy", -1, f"{split}_accuracy_barrier"),
            ):
                row[barrier] = _barrier(alphas, row[stem], sign)
        if row["train_barrier"] is None or row["test_barrier"] is None:
            row["reason"] = row["reason"] or "not finite"
    metrics["lines"] = kept


def _minimal_ratio(metrics: dict[str, Any]) -> None:
    sizes = {case["case"]: case["parameters"] for case in metrics["cases"]}
    for row in metrics["runs"]:
        if row["verdict"] == "diverged" or row["minimal_ratio"] is None:
            continue
        size = sizes[row["case"]]
        below = min(row["negative"], 1 - row["minimal_ratio"])
        shares = [round(row["minimal_ratio"] * size), round(below * size)]
        row["minimal_ratio"], row["negative"] = (share / size for share in shares)
        row["near_zero"] = (size - sum(shares)) / size
        moved = shares[0] - row["swept_positive"][0]
        row["swept_positive"] = [min(size, max(0, n + moved)) for n in row["swept_positive"]]
    lost = {(r["case"], r["seed"]) for r in metrics["runs"] if r["verdict"] == "diverged"}
    metrics["spectra"] = [s for s in metrics["spectra"] if (s["case"], s["seed"]) not in lost]


def _weight_trajectories(metrics: dict[str, Any]) -> None:
    kept = {row["seed"] for row in metrics["runs"] if row["diverged_at"] is None}
    metrics.update(
        {
            name: [row for row in metrics[name] if kept >= set(_seeds(row))]
            for name in ("points", "distances", "pairs")
        }
    )
    for row in metrics["distances"]:
        row["displacement"] = row["from_start"][-1] = min(row["displacement"], LARGE)
        row["path_length"] = max(row["path_length"], row["displacement"])
    if len(kept) < 2:
        for part in metrics["parts"]:
            part.update(explained=None, snapshots=None, explained_reason="too few runs")


def _error_surface(metrics: dict[str, Any]) -> None:
    for row in metrics["solutions"]:
        if row["diverged_at"] is not None or None in (row["loss"], row["epoch"]):
            _lose(row, _kind("error-surface").tables["solutions"])
    kept = {(r["case"], r["seed"]): r for r in metrics["solutions"] if r["diverged_at"] is None}
    for name in ("planes", "surfaces"):
        metrics[name] = [r for r in metrics[name] if (r["case"], r["seed"]) in kept]
    for row in kept.values():
        if row["loss"] is not None:
            row["initial_loss"], row["solution_loss"] = row["loss"][0], row["loss"][-1]
    for row in metrics["planes"]:
        row["largest_distance"] = max(v for v in row["distance"] if v is not None)
        row["lowest_loss"] = min(row["lowest_loss"], row["origin_loss"])
        if row["lowest_loss"] == row["origin_loss"]:
            row["lowest"], row["lowest_distance"] = [0.0, 0.0], 0.0
        row["lowest_distance"] = math.hypot(*row["lowest"])
